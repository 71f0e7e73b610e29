"""One YAML value -> the text that PostgreSQL reads.

Numbers are never turned into floats: the digits in the file are the digits that are sent.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place

from .cells import Cell, CellKind, Value, ValueKind
from .references import is_reference

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

_CORE = "tag:yaml.org,2002:"
_STR, _NULL, _BOOL, _INT, _FLOAT = (_CORE + name for name in ("str", "null", "bool", "int", "float"))
_TIMESTAMP, _SEQ, _MAP = (_CORE + name for name in ("timestamp", "seq", "map"))
_BINARY = ("!binary", _CORE + "binary")
_SQL = "!sql"

_DECIMAL = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"[-+]?0(x[0-9a-fA-F]+|o[0-7]+|b[01]+)")
_REAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"([-+]?)\.(inf|nan)", re.IGNORECASE)
_BOOLS = {"true": "true", "false": "false"}
_CELLS = {
    ValueKind.TEXT: CellKind.TEXT,
    ValueKind.BARE: CellKind.TEXT,
    ValueKind.NULL: CellKind.NULL,
    ValueKind.REFERENCE: CellKind.REFERENCE,
}

_SURROGATE = re.compile("[\ud800-\udfff]")


def cell_of(column: str, node: Node, file: str) -> Cell:
    """The cell that `node` describes; FixtureError with its place for anything that is not clear."""
    place = place_of(node, file)
    expression = _dollar_sql(node) or node
    if expression.tag == _SQL:
        return Cell(column, CellKind.SQL, _expression(expression, place), place)
    if node.tag in (_SEQ, _MAP):
        value = _value(node, file, ())
        return Cell(column, CellKind.JSON, value.json, place, value)
    kind, text = _scalar(node, place)
    return Cell(column, _CELLS[kind], text, place)


def place_of(node: Node, file: str) -> Place:
    """Where `node` starts; line and column count from 1."""
    return Place(file, node.start_mark.line + 1, node.start_mark.column + 1)


def scalar_text(node: Node) -> str | None:
    """The text of a plain key or name; None if `node` is a list, a mapping or null."""
    from ruamel.yaml.nodes import ScalarNode

    if not isinstance(node, ScalarNode) or node.tag == _NULL:
        return None
    return str(node.value)


def _expression(node: Node, place: Place) -> str:
    text = scalar_text(node)
    if text is None or not text.strip():
        raise FixtureError(
            "!sql stands without an expression.",
            "It takes one SQL expression as a string.",
            """write for example: at: !sql "now() - interval '1 day'\"""",
            place=place,
        )
    return _storable(text.strip(), place)


def _scalar(node: Node, place: Place) -> tuple[ValueKind, str]:
    """What a scalar is, and its text for a literal of unknown type; the text of NULL is empty."""
    from ruamel.yaml.nodes import ScalarNode

    tag = node.tag
    if not isinstance(node, ScalarNode):
        raise _unknown_tag(node, place)
    value = str(node.value)
    if tag == _STR:
        if value.startswith("$$"):
            return ValueKind.TEXT, _storable(value[1:], place)
        return ValueKind.REFERENCE if is_reference(value) else ValueKind.TEXT, _storable(value, place)
    if tag == _NULL:
        return ValueKind.NULL, ""
    if tag == _BOOL:
        return ValueKind.BARE, _bool(value, place)
    if tag == _INT:
        return ValueKind.BARE, _integer(value, place)
    if tag == _FLOAT:
        return ValueKind.BARE, _real(value, place)
    if tag == _TIMESTAMP:
        return ValueKind.TEXT, value
    if tag in _BINARY:
        return ValueKind.TEXT, _bytes(value, place)
    raise _unknown_tag(node, place)


def _storable(value: str, place: Place) -> str:
    """`value` as PostgreSQL can hold it: the halves of a \\uD83D\\uDE00 escape joined, no NUL."""
    if _SURROGATE.search(value):
        try:
            value = value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise FixtureError(
                "Half a character stands here.",
                "A \\uD800 … \\uDFFF escape means something only in a pair.",
                "write the character itself",
                place=place,
            ) from None
    if "\0" in value:
        raise FixtureError(
            "A NUL character cannot stand in a PostgreSQL text.",
            "",
            "leave it out, or use !binary for a bytea column",
            place=place,
        )
    return value


def _bool(value: str, place: Place) -> str:
    text = _BOOLS.get(value.lower())
    if text is None:
        raise _ambiguous(value, "write true or false, or quote it if it is text", place)
    return text


def _integer(value: str, place: Place) -> str:
    if _DECIMAL.fullmatch(value):
        return value
    if _BASED.fullmatch(value):
        return str(int(value, 0))
    raise _ambiguous(value, "write plain digits, or quote it if it is text", place)


def _real(value: str, place: Place) -> str:
    if _REAL.fullmatch(value):
        return value
    special = _SPECIAL.fullmatch(value)
    if special is None:
        raise _ambiguous(value, "write plain digits, or quote it if it is text", place)
    sign, word = special.groups()
    if word.lower() == "nan":
        return "NaN"
    return "-Infinity" if sign == "-" else "Infinity"


def _bytes(value: str, place: Place) -> str:
    try:
        return "\\x" + base64.b64decode("".join(value.split()), validate=True).hex()
    except binascii.Error as error:
        raise FixtureError(
            "This is not base64.",
            f"{error}.",
            "write !binary with base64 text, or the hex form as a string: '\\x00ff'",
            place=place,
        ) from None


def _value(node: Node, file: str, above: tuple[int, ...]) -> Value:
    """`node` as a value, with the places of all that is in it."""
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    place = place_of(node, file)
    if id(node) in above:
        raise FixtureError(
            "This value contains itself.",
            "An alias names a value that it stands in.",
            "write the inner value out",
            place=place,
        )
    inside = (*above, id(node))
    if isinstance(node, SequenceNode) and node.tag == _SEQ:
        return Value(ValueKind.LIST, "", place, tuple(_value(one, file, inside) for one in node.value))
    if isinstance(node, MappingNode) and node.tag == _MAP:
        keys = tuple(_json_key(key, file) for key, _ in node.value)
        _refuse_twins(node, file)
        values = tuple(_value(value, file, inside) for _, value in node.value)
        return Value(ValueKind.MAPPING, "", place, values, keys)
    return _inner_scalar(node, place)


def _json_key(node: Node, file: str) -> str:
    text = scalar_text(node)
    place = place_of(node, file)
    if text is None:
        raise FixtureError("A key in JSON is text.", "This one is a list, a mapping or null.", "quote it", place=place)
    if node.tag == _CORE + "merge":
        raise FixtureError(
            "<< inside a JSON value is not known.",
            "Merge keys work between rows and in _defaults.",
            'write the keys out; a key that is really called << is written "<<"',
            place=place,
        )
    if text == "$sql":
        raise _inner_sql(place)
    return _storable(text, place)


def _inner_scalar(node: Node, place: Place) -> Value:
    if node.tag == _SQL:
        raise _inner_sql(place)
    kind, text = _scalar(node, place)
    if node.tag in (_INT, _FLOAT) and not _JSON_NUMBER.fullmatch(text):
        raise FixtureError(
            f"{node.value} is not a number that JSON can hold.",
            "JSON has no infinity, no sign +, no leading zeros and no bare point.",
            "write it as JSON does (0.5, 12), or quote it",
            place=place,
        )
    return Value(kind, text, place)


def _inner_sql(place: Place) -> FixtureError:
    return FixtureError(
        "!sql stands inside a list or a mapping.",
        "An expression is the whole value of a column.",
        """write the whole value as SQL, for example: tags: !sql "array['a', current_user]\"""",
        place=place,
    )


def _dollar_sql(node: Node) -> Node | None:
    """The expression of `{"$sql": "now()"}`, as JSON writes `!sql`."""
    from ruamel.yaml.nodes import MappingNode, ScalarNode

    if not isinstance(node, MappingNode) or len(node.value) != 1 or scalar_text(node.value[0][0]) != "$sql":
        return None
    inner = node.value[0][1]
    return ScalarNode(_SQL, scalar_text(inner) or "", inner.start_mark, inner.end_mark)


def _refuse_twins(node: Any, file: str) -> None:
    seen: dict[str, Place] = {}
    for key, _ in node.value:
        text, place = str(key.value), place_of(key, file)
        if text in seen:
            raise twice(text, seen[text], place)
        seen[text] = place


def twice(text: str, first: Place, place: Place) -> FixtureError:
    """The error for a key that stands twice in one mapping."""
    return FixtureError(f'"{text}" stands twice.', f"The first one is at {first}.", "remove one of them", place=place)


def _ambiguous(value: str, remedy: str, place: Place) -> FixtureError:
    return FixtureError(
        f"{value} reads as a number, a truth value or text, depending on the YAML version.",
        "",
        remedy,
        place=place,
    )


def _unknown_tag(node: Node, place: Place) -> FixtureError:
    tag = str(node.tag).replace(_CORE, "!!")
    return FixtureError(
        f"{tag} is not a tag that fixture sets know.",
        "They know !sql, !binary and YAML's own types.",
        "remove the tag or use one of these",
        place=place,
    )
