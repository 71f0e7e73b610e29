"""Edits in a YAML or JSON file at known places: every byte that an edit does not name stays as it is."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.core.place import Place

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, Node

_PLAIN_WORD = re.compile(r"[A-Za-z_][\w-]*")
_PLAIN_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?")
_READ_OTHERWISE = frozenset("true false null yes no on off y n nan inf".split())  # noqa: SIM905
_ALIAS = re.compile(r"[ \t]*:\s*\*[^\s,\[\]{}]+")
_JSON_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\]}]+')
_PLAIN_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d(:\d\d)?)?)?")


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """The characters from `start` up to `end` become `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and its value in a mapping."""

    mapping: MappingNode
    number: int

    @property
    def key(self) -> Node:
        node: Node = self.mapping.value[self.number][0]
        return node

    @property
    def value(self) -> Node:
        node: Node = self.mapping.value[self.number][1]
        return node


class Document:
    """A text and where its parts stand. Places are those that the reader of sets gives: lines and columns from 1."""

    def __init__(self, text: str, *, is_json: bool = False) -> None:
        self.text = text.removeprefix("\ufeff")
        self.is_json = is_json
        self._shift = len(text) - len(self.text)
        self._root = _json_root(self.text) if is_json else _yaml_root(self.text)
        self._starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", self.text))]
        self._by_value: defaultdict[tuple[int, int], list[Pair]] = defaultdict(list)
        self._seen: set[int] = set()
        self._by_scalar: dict[tuple[int, int], Node] = {}
        if self._root is not None:
            self._index(self._root)

    def pairs(self, place: Place) -> list[Pair]:
        """The keys whose value begins at this place; more than one where an anchor is used again."""
        return list(self._by_value.get((place.line or 0, place.column or 0), ()))

    def scalar(self, place: Place) -> Node | None:
        """The scalar that begins at this place."""
        return self._by_scalar.get((place.line or 0, place.column or 0))

    def table_pairs(self, name: str) -> Iterator[Pair]:
        """The keys below `tables:` and `expect:` that are this word."""
        for head in self._members(self._root, ("tables", "expect")):
            yield from self._members(head.value, (name,))

    def rename(self, pair: Pair, new: str) -> Edit:
        """The key gets another name, in quotes where it had them."""
        key = pair.key
        return Edit(self._at(key.start_mark), self._at(key.end_mark), self._like(key, new, is_key=True))

    def replace(self, node: Node, new: str, *, text: bool = True) -> Edit:
        """The scalar gets another value, in quotes where it had them. Without `text` it is a number, a date or such."""
        return Edit(self._at(node.start_mark), self._scalar_end(node), self._like(node, new, text=text))

    def remove(self, pair: Pair) -> Edit:
        """The key goes with its value; in block style with its lines, with what stands behind it in them."""
        pairs, number = pair.mapping.value, pair.number
        start, end = self._at(pair.key.start_mark), self._end(pair)
        if self.is_json or pair.mapping.flow_style:
            return self._remove_from_flow(pair, start, end)
        line = self._line_start(start)
        if self.text[line:start].strip(" \t"):  # the first key of a list's item: `- key: value`
            if number + 1 < len(pairs):
                return Edit(start, self._at(pairs[number + 1][0].start_mark), "")
            return Edit(start, end, "{}")
        return Edit(line, self._line_end(end), "")

    def apply(self, edits: Iterable[Edit]) -> str:
        """The text with all of them; of two that touch one place the first counts."""
        text, limit = self.text, len(self.text) + 1
        chosen: list[Edit] = []
        for edit in sorted(set(edits)):
            if not chosen or edit.start >= chosen[-1].end:
                chosen.append(edit)
        for edit in reversed(chosen):
            assert edit.end <= limit
            text, limit = text[: edit.start] + edit.new + text[edit.end :], edit.start
        return "\ufeff" * self._shift + text

    def line_of(self, index: int) -> int:
        """The line, from 1, in which a character stands."""
        return bisect_right(self._starts, index)

    def _at(self, mark: Any) -> int:
        index = mark.index  # the marks of JSON have only the method of a tuple
        return index if isinstance(index, int) else self._starts[mark.line] + int(mark.column)

    def _index(self, node: Node) -> None:
        from ruamel.yaml.nodes import MappingNode, SequenceNode

        if id(node) in self._seen:
            return
        self._seen.add(id(node))
        if isinstance(node, SequenceNode):
            for one in node.value:
                self._index(one)
        elif isinstance(node, MappingNode):
            for number, (key, value) in enumerate(node.value):
                at = (value.start_mark.line + 1, value.start_mark.column + 1)
                self._by_value[at].append(Pair(node, number))
                self._index(key)
                self._index(value)
        else:
            # An empty value begins where the next thing does, and comes first.
            self._by_scalar[node.start_mark.line + 1, node.start_mark.column + 1] = node

    def _members(self, node: Node | None, names: tuple[str, ...]) -> Iterator[Pair]:
        from ruamel.yaml.nodes import MappingNode, ScalarNode

        if isinstance(node, MappingNode):
            for number, (key, _) in enumerate(node.value):
                if isinstance(key, ScalarNode) and key.value in names:
                    yield Pair(node, number)

    def _remove_from_flow(self, pair: Pair, start: int, end: int) -> Edit:
        pairs, number = pair.mapping.value, pair.number
        if number + 1 < len(pairs):
            following = self._at(pairs[number + 1][0].start_mark)
            if not self.text[end:following].strip(", \t\r\n"):
                return Edit(start, following, "")
            comma = re.compile(r"\s*,[ \t]*").match(self.text, end)
            return Edit(start, comma.end() if comma else end, "")
        if number > 0:
            return Edit(self._end(Pair(pair.mapping, number - 1)), end, "")
        comma = re.compile(r"\s*,").match(self.text, end)
        return Edit(start, comma.end() if comma else end, "")

    def _end(self, pair: Pair) -> int:
        """Where the value ends; an alias has the marks of what it stands for."""
        after_key = self._at(pair.key.end_mark)
        if self._at(pair.value.start_mark) < after_key:
            match = _ALIAS.match(self.text, after_key)
            return match.end() if match else after_key
        return self._node_end(pair.value)

    def _node_end(self, node: Node) -> int:
        from ruamel.yaml.nodes import CollectionNode, MappingNode

        if not isinstance(node, CollectionNode):
            return self._scalar_end(node)
        if self.is_json or node.flow_style or not node.value:
            return self._at(node.end_mark)
        if isinstance(node, MappingNode):
            return self._end(Pair(node, len(node.value) - 1))
        return self._node_end(node.value[-1])

    def _scalar_end(self, node: Node) -> int:
        """A block scalar's mark stands behind the blank lines that follow it."""
        start, end = self._at(node.start_mark), self._at(node.end_mark)
        if self.is_json and (match := _JSON_SCALAR.match(self.text, start)):
            return match.end()
        return start + len(self.text[start:end].rstrip()) if end > start else end

    def _line_start(self, index: int) -> int:
        return self._starts[bisect_right(self._starts, index) - 1]

    def _line_end(self, index: int) -> int:
        number = bisect_right(self._starts, index)
        return self._starts[number] if number < len(self._starts) else len(self.text)

    def _like(self, node: Node, new: str, *, is_key: bool = False, text: bool = True) -> str:
        written = self.text[self._at(node.start_mark) : self._scalar_end(node)]
        if written.startswith('"'):
            return json.dumps(new, ensure_ascii=False)
        if written.startswith("'"):
            return "'" + new.replace("'", "''") + "'"
        if not text and (_PLAIN_NUMBER.fullmatch(new) or _PLAIN_DATE.fullmatch(new) or new in ("true", "false")):
            return new
        return new if not self.is_json and is_plain(new, is_key=is_key) else json.dumps(new, ensure_ascii=False)


def _yaml_root(text: str) -> Node | None:
    from ruamel.yaml import YAML

    root: Node | None = YAML(typ="rt").compose(text)
    return root


def _json_root(text: str) -> Node | None:
    from pytest_nself.data.written.json_nodes import json_node

    return json_node(text, "")


def is_plain(text: str, *, is_key: bool = False) -> bool:
    """Whether YAML reads the bare text as this very text, whichever version of YAML reads it."""
    if text.lower() in _READ_OTHERWISE:
        return False
    if _PLAIN_WORD.fullmatch(text):
        return True
    if is_key or not text or text != text.strip() or not text.isprintable():
        return False
    if not re.fullmatch(r"[A-Za-z/(][^#:{}\[\],&*!|>'\"%@`]*", text):
        # An address of mail is the commonest text that needs no quotes and has a sign in it.
        return bool(re.fullmatch(r"[A-Za-z][\w.+-]*@[\w.-]+|\${1,2}[A-Za-z][\w.-]*", text))
    return True


def scalar(text: str) -> str:
    """The text as a YAML scalar that reads as this text, with as few quotes as that needs."""
    return text if is_plain(text) else json.dumps(text, ensure_ascii=False)
