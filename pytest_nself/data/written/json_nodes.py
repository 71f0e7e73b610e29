"""JSON -> the node tree that YAML gives, so that both have one reader and places to the column."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

_TAG = "tag:yaml.org,2002:"
_BLANK = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS = {"true": "bool", "false": "bool", "null": "null"}
_DEEPEST = 200


class Mark(NamedTuple):
    """A position, counted from 0 as in YAML's marks."""

    line: int
    column: int


def json_node(text: str, file: str) -> Node | None:
    """The tree of a JSON text, None if there is nothing in it; FixtureError with the place where it is no JSON."""
    reader = _Reader(text, file)
    at = reader.blank(0)
    if at == len(text):
        return None
    node, at = reader.value(at, 0)
    at = reader.blank(at)
    if at != len(text):
        raise reader.wrong(at, "the end of the file")
    return node


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def blank(self, at: int) -> int:
        match = _BLANK.match(self._text, at)
        return at if match is None else match.end()

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        from ruamel.yaml.nodes import ScalarNode

        letter = self._text[at : at + 1]
        if depth > _DEEPEST:
            raise self.wrong(at, f"at most {_DEEPEST} lists and objects within each other")
        if letter == "{":
            return self._object(at, depth)
        if letter == "[":
            return self._array(at, depth)
        if letter == '"':
            return self._string(at)
        for word, tag in _WORDS.items():
            if self._text.startswith(word, at):
                return ScalarNode(_TAG + tag, word, self._mark(at), self._mark(at)), at + len(word)
        match = _NUMBER.match(self._text, at)
        if match is None:
            raise self.wrong(at, "a value")
        tag = "float" if match[1] or match[2] else "int"
        return ScalarNode(_TAG + tag, match[0], self._mark(at), self._mark(at)), match.end()

    def _string(self, at: int) -> tuple[Node, int]:
        from ruamel.yaml.nodes import ScalarNode

        match = _STRING.match(self._text, at)
        if match is None:
            raise self.wrong(at, "a text that ends on its line")
        try:
            value = json.loads(match[0])
        except ValueError:
            raise self.wrong(at, "a text with JSON's own escapes") from None
        return ScalarNode(_TAG + "str", value, self._mark(at), self._mark(match.end())), match.end()

    def _array(self, start: int, depth: int) -> tuple[Node, int]:
        from ruamel.yaml.nodes import SequenceNode

        items: list[Node] = []
        at = self.blank(start + 1)
        while self._text[at : at + 1] != "]" or items:
            node, at = self.value(at, depth + 1)
            items.append(node)
            at = self._separator(at, "]")
            if self._text[at - 1] == "]":
                break
        else:
            at += 1
        return SequenceNode(_TAG + "seq", items, self._mark(start), self._mark(at)), at

    def _object(self, start: int, depth: int) -> tuple[Node, int]:
        from ruamel.yaml.nodes import MappingNode

        pairs: list[tuple[Node, Node]] = []
        at = self.blank(start + 1)
        while self._text[at : at + 1] != "}" or pairs:
            if self._text[at : at + 1] != '"':
                raise self.wrong(at, "a key in double quotes")
            key, at = self._string(at)
            at = self.blank(at)
            if self._text[at : at + 1] != ":":
                raise self.wrong(at, "a colon")
            value, at = self.value(self.blank(at + 1), depth + 1)
            pairs.append((key, value))
            at = self._separator(at, "}")
            if self._text[at - 1] == "}":
                break
        else:
            at += 1
        return MappingNode(_TAG + "map", pairs, self._mark(start), self._mark(at)), at

    def _separator(self, at: int, end: str) -> int:
        """Behind a comma and blanks, or behind `end`."""
        at = self.blank(at)
        letter = self._text[at : at + 1]
        if letter == end:
            return at + 1
        if letter != ",":
            raise self.wrong(at, f"a comma or {end}")
        return self.blank(at + 1)

    def _mark(self, at: int) -> Mark:
        line = bisect_right(self._lines, at) - 1
        return Mark(line, at - self._lines[line])

    def wrong(self, at: int, wanted: str) -> FixtureError:
        mark = self._mark(at)
        return FixtureError(
            "This is not JSON.",
            f"Here should stand {wanted}.",
            "correct the file",
            place=Place(self._file, mark.line + 1, mark.column + 1),
        )
