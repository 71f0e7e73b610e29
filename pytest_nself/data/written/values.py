"""One YAML value -> the text that PostgreSQL reads.

Numbers are never turned into floats: the digits in the file are the digits that are sent.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place

from .cells import Cell, CellKind

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

_NAME = r'(?:[A-Za-z_]\w*|"[^"]+")'
_REFERENCE = re.compile(rf"\${_NAME}(?:(?:\.{_NAME})*\[.*|(?:\.[\w-]+)+|(?:\.{_NAME})+\.[\w-]+)", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_TEMPLATE = re.compile(r"\{label\}")


def cell_of(column: str, node: Node, file: str) -> Cell:
    """The cell that `node` describes; FixtureError with its place for anything this version does not know."""
    place = place_of(node, file)
    if node.tag == _SQL:
        return Cell(column, CellKind.SQL, _expression(node, place), place)
    if node.tag in (_SEQ, _MAP):
        return Cell(column, CellKind.JSON, _json(node, file, ()), place)
    text = _scalar(node, place)
    return Cell(column, CellKind.NULL if text is None else CellKind.TEXT, text or "", place)


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


def _scalar(node: Node, place: Place) -> str | None:
    """The text of a scalar for an unknown-type literal; None is NULL."""
    from ruamel.yaml.nodes import ScalarNode

    tag = node.tag
    if not isinstance(node, ScalarNode):
        raise _unknown_tag(node, place)
    value = str(node.value)
    if tag == _STR:
        return _string(value, place)
    if tag == _NULL:
        return None
    if tag == _BOOL:
        return _bool(value, place)
    if tag == _INT:
        return _integer(value, place)
    if tag == _FLOAT:
        return _real(value, place)
    if tag == _TIMESTAMP:
        return value
    if tag in _BINARY:
        return _bytes(value, place)
    raise _unknown_tag(node, place)


def _string(value: str, place: Place) -> str:
    if value.startswith("$$"):
        return _storable(value[1:], place)
    if _REFERENCE.fullmatch(value):
        raise FixtureError(
            f"{value} is a reference to another row; this version reads rows without references.",
            "",
            f"give the key itself on both sides; if the text is meant as it stands, write ${value}",
            place=place,
        )
    if _TEMPLATE.search(value):
        raise FixtureError(
            "{label} in a value is a template; this version does not fill in labels.",
            "",
            "write the text out in each row",
            place=place,
        )
    return _storable(value, place)


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


def _json(node: Node, file: str, above: tuple[int, ...]) -> str:
    """`node` as JSON text, numbers with the digits they have in the file."""
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
        return "[" + ", ".join(_json(one, file, inside) for one in node.value) + "]"
    if isinstance(node, MappingNode) and node.tag == _MAP:
        pairs = [(_json_key(key, file), _json(value, file, inside)) for key, value in node.value]
        _refuse_twins(node, file)
        return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
    return _json_scalar(node, place)


def _json_key(node: Node, file: str) -> str:
    text = scalar_text(node)
    place = place_of(node, file)
    if text is None:
        raise FixtureError("A key in JSON is text.", "This one is a list, a mapping or null.", "quote it", place=place)
    if node.tag == _CORE + "merge":
        raise FixtureError(
            "<< inside a JSON value is not known to this version.",
            "Merge keys work between rows and in _defaults.",
            'write the keys out; a key that is really called << is written "<<"',
            place=place,
        )
    if text == "$sql":
        raise FixtureError(
            '"$sql" is the JSON spelling of an expression; in YAML it is !sql.',
            "",
            'write !sql "…" as the whole value of a column',
            place=place,
        )
    return json.dumps(_storable(text, place), ensure_ascii=False)


def _json_scalar(node: Node, place: Place) -> str:
    tag = node.tag
    if tag == _SQL:
        raise FixtureError(
            "!sql stands inside a list or a mapping.",
            "An expression is the whole value of a column.",
            """write the whole value as SQL, for example: tags: !sql "array['a', current_user]\"""",
            place=place,
        )
    text = _scalar(node, place)
    if text is None:
        return "null"
    if tag == _BOOL or (tag in (_INT, _FLOAT) and _JSON_NUMBER.fullmatch(text)):
        return text
    if tag in (_INT, _FLOAT):
        raise FixtureError(
            f"{node.value} is not a number that JSON can hold.",
            "JSON has no infinity, no sign +, no leading zeros and no bare point.",
            "write it as JSON does (0.5, 12), or quote it",
            place=place,
        )
    return json.dumps(text, ensure_ascii=False)


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
