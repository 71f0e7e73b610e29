"""JSON and YAML as one tree that knows where in the file each value stands.

Numbers keep their digits: what the file says is what PostgreSQL reads.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from pytest_nself.core.place import Place

from .seed_file import SeedError

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node as YamlNode


class NodeKind(Enum):
    """What stands at a place."""

    TEXT = "text"
    NUMBER = "number"
    BOOL = "bool"
    NULL = "null"
    SQL = "sql"
    LIST = "list"
    MAP = "map"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a mapping, and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Node:
    """A value: `text` of a scalar, `items` of a list, `pairs` of a mapping (each key once)."""

    kind: NodeKind
    place: Place
    text: str = ""
    items: tuple[Node, ...] = ()
    pairs: tuple[tuple[Key, Node], ...] = ()

    def get(self, key: str) -> Node | None:
        """The value of a key."""
        return next((value for one, value in self.pairs if one.text == key), None)


def json_text(node: Node) -> str:
    """The value as JSON. SeedError for SQL, which can only be the whole value of a column."""
    if node.kind is NodeKind.LIST:
        return "[" + ", ".join(map(json_text, node.items)) + "]"
    if node.kind is NodeKind.MAP:
        return (
            "{"
            + ", ".join(f"{json.dumps(key.text, ensure_ascii=False)}: {json_text(value)}" for key, value in node.pairs)
        ) + "}"
    if node.kind is NodeKind.SQL:
        raise SeedError(
            "An SQL expression stands inside a list or a mapping.",
            "It is the whole value of a column.",
            "write the whole value as SQL",
            place=node.place,
        )
    if node.kind is NodeKind.NUMBER and not _NUMBER.fullmatch(node.text):
        raise SeedError(f"{node.text} is no number that JSON can hold.", "", "quote it", place=node.place)
    return json.dumps(node.text, ensure_ascii=False) if node.kind is NodeKind.TEXT else node.text


_BLANK = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORDS = {"true": NodeKind.BOOL, "false": NodeKind.BOOL, "null": NodeKind.NULL}
_DEEPEST = 200
_DECODER = json.JSONDecoder()


class _Json:
    """A reader of one text; `json` itself knows no places."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self.at = 0

    def place(self, offset: int) -> Place:
        line = bisect_right(self.lines, offset)
        return Place(self.file, line, offset - self.lines[line - 1] + 1)

    def wrong(self, said: str, offset: int) -> SeedError:
        return SeedError("This is not JSON.", f"{said}.", "correct the file", place=self.place(offset))

    def skip(self) -> str:
        first = self.text[self.at : self.at + 1]
        if first and first not in " \t\n\r":  # mostly so: no search is needed
            return first
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches the empty text
        return self.text[self.at : self.at + 1]

    def take(self, wanted: str) -> str:
        found = self.skip()
        if not found or found not in wanted:
            shown = " or ".join(wanted)
            raise self.wrong(
                f"Here stands {found!r}, expected {shown}" if found else "The file ends too early", self.at
            )
        self.at += 1
        return found

    def value(self, depth: int = 0) -> Node:
        first, start = self.skip(), self.at
        if depth > _DEEPEST:
            raise self.wrong("Too many brackets are open", start)
        if first == '"':
            return Node(NodeKind.TEXT, self.place(start), self.string())
        if first == "[":
            return self.list(depth)
        if first == "{":
            return self.map(depth)
        if match := _NUMBER.match(self.text, start):
            self.at = match.end()
            return Node(NodeKind.NUMBER, self.place(start), match.group())
        for word, kind in _WORDS.items():
            if self.text.startswith(word, start):
                self.at += len(word)
                return Node(kind, self.place(start), word)
        raise self.wrong(f"No value begins with {first!r}" if first else "The file ends too early", start)

    def string(self) -> str:
        try:
            text, self.at = _DECODER.raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            raise self.wrong(error.msg, error.pos) from None
        return str(text)

    def list(self, depth: int) -> Node:
        start, items = self.at, []
        self.at += 1
        if self.skip() == "]":
            self.at += 1
            return Node(NodeKind.LIST, self.place(start))
        while True:
            items.append(self.value(depth + 1))
            if self.take(",]") == "]":
                return Node(NodeKind.LIST, self.place(start), items=tuple(items))

    def map(self, depth: int) -> Node:
        start = self.at
        pairs: dict[str, tuple[Key, Node]] = {}
        self.at += 1
        if self.skip() == "}":
            self.at += 1
            return Node(NodeKind.MAP, self.place(start))
        while True:
            if self.skip() != '"':
                raise self.wrong("A key in double quotes is missing", self.at)
            key = Key((where := self.place(self.at)) and self.string(), where)
            if key.text in pairs:
                raise twice(key, pairs[key.text][0])
            self.take(":")
            pairs[key.text] = key, self.value(depth + 1)
            if self.take(",}") == "}":
                return _map_or_sql(Node(NodeKind.MAP, self.place(start), pairs=tuple(pairs.values())))


def read_json(text: str, file: str) -> Node:
    """The tree of a JSON text. SeedError with line and column."""
    reader = _Json(text, file)
    node = reader.value()
    if reader.skip():
        raise reader.wrong("Something stands behind the value", reader.at)
    return node


def _map_or_sql(node: Node) -> Node:
    """`{"$sql": "now()"}` is an expression."""
    if len(node.pairs) == 1 and node.pairs[0][0].text == "$sql" and node.pairs[0][1].kind is NodeKind.TEXT:
        return Node(NodeKind.SQL, node.place, node.pairs[0][1].text)
    return node


def twice(key: Key, first: Key) -> SeedError:
    """The error for a key that stands twice."""
    return SeedError(f'"{key.text}" stands twice.', f"The first is at {first.place}.", "remove one", place=key.place)


_CORE = "tag:yaml.org,2002:"
_PLAIN_INT = re.compile(r"[-+]?[0-9]+")
_PLAIN_REAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")


def read_yaml(text: str, file: str) -> Node:
    """The tree of a YAML text. SeedError with line and column."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node: YamlNode | None = YAML(typ="rt").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file) if mark is None else Place(file, mark.line + 1, mark.column + 1)
        said = ": ".join(part for part in (error.context, error.problem) if part)
        raise SeedError("This is not YAML.", f"{said}.", "correct the file", place=place) from None
    except YAMLError as error:
        raise SeedError("This is not YAML.", f"{error}", "correct the file", place=Place(file)) from None
    if node is None:
        return Node(NodeKind.NULL, Place(file, 1), "null")
    return _of_yaml(node, file, ())


def _of_yaml(node: YamlNode, file: str, above: tuple[int, ...]) -> Node:
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    place = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
    if id(node) in above:
        raise SeedError("This value contains itself.", "An alias names what it stands in.", "write it out", place=place)
    inside = (*above, id(node))
    if isinstance(node, SequenceNode) and node.tag == f"{_CORE}seq":
        return Node(NodeKind.LIST, place, items=tuple(_of_yaml(one, file, inside) for one in node.value))
    if isinstance(node, MappingNode) and node.tag == f"{_CORE}map":
        return _map_or_sql(Node(NodeKind.MAP, place, pairs=_pairs(node, file, inside)))
    return _scalar(node, place)


def _pairs(node: Any, file: str, inside: tuple[int, ...]) -> tuple[tuple[Key, Node], ...]:
    own: dict[str, tuple[Key, Node]] = {}
    merged: dict[str, tuple[Key, Node]] = {}
    for name, value in node.value:
        key = Key(str(name.value), Place(file, name.start_mark.line + 1, name.start_mark.column + 1))
        found = _of_yaml(value, file, inside)
        if name.tag == f"{_CORE}merge":
            sources = found.items if found.kind is NodeKind.LIST else (found,)
            for source in sources:
                for pair in source.pairs:
                    merged.setdefault(pair[0].text, pair)
        elif key.text in own:
            raise twice(key, own[key.text][0])
        else:
            own[key.text] = key, found
    return tuple({**merged, **own}.values())


def _scalar(node: Any, place: Place) -> Node:
    value, tag = str(node.value), str(node.tag).removeprefix(_CORE)
    if tag in ("str", "timestamp"):
        return Node(NodeKind.TEXT, place, value)
    if tag == "null":
        return Node(NodeKind.NULL, place, "null")
    if tag == "bool" and value.lower() in ("true", "false"):
        return Node(NodeKind.BOOL, place, value.lower())
    if tag == "int" and (_PLAIN_INT.fullmatch(value) or value[:2].lower() in ("0x", "0o", "0b")):
        return Node(NodeKind.NUMBER, place, value if _PLAIN_INT.fullmatch(value) else str(int(value, 0)))
    if tag == "float" and _PLAIN_REAL.fullmatch(value):
        return Node(NodeKind.NUMBER, place, value)
    if tag == "float" and value.lower().lstrip("+-") in (".inf", ".nan"):
        word = "NaN" if "nan" in value.lower() else "-Infinity" if value.startswith("-") else "Infinity"
        return Node(NodeKind.TEXT, place, word)
    if tag == "!sql" and value.strip():
        return Node(NodeKind.SQL, place, value.strip())
    if tag in ("binary", "!binary"):
        return Node(NodeKind.TEXT, place, _bytes(value, place))
    if tag in ("bool", "int", "float"):
        said = f"{value} reads as a number, a truth value or text, depending on the YAML version."
        raise SeedError(said, "", "quote it if it is text; else write plain digits, true or false", place=place)
    raise SeedError(
        f"{tag} is no tag that seeds know.", "They know !sql, !binary and YAML's own types.", "remove it", place=place
    )


def _bytes(value: str, place: Place) -> str:
    import base64
    import binascii

    try:
        return "\\x" + base64.b64decode("".join(value.split()), validate=True).hex()
    except binascii.Error as error:
        raise SeedError("This is not base64.", f"{error}.", "correct it, or write '\\x00ff'", place=place) from None
