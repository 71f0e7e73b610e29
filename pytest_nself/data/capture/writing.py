"""Captured rows as a YAML fixture set, which reads back as the very same values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Column, Shape, Table, TypeKind
from pytest_nself.data.shape.order import CircleError, load_order
from pytest_nself.data.staleness.edits import is_plain
from pytest_nself.data.written.names import written_name
from pytest_nself.data.written.references import is_reference

from .labels import Labels, label_rows
from .masking import Masked
from .rows import Captured, Values, has_identity, references_of

_WHOLE = re.compile(r"0|-?[1-9][0-9]*")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBERS = frozenset({"int2", "int4", "int8", "numeric"})
_TEMPLATE = "{label}"
_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that is a reference: under which word it is written, and which columns it fills."""

    word: str
    columns: tuple[str, ...]
    target: ObjectRef
    target_columns: tuple[str, ...]


def set_text(name: str, captured: Captured, masked: Masked, *, keep_keys: bool = False) -> str:
    """The text of the file. Keys that a sequence gave are left out, for the label gives them, unless `keep_keys`."""
    writer = _Writer(captured.shape, masked, label_rows(captured.shape, masked.tables), keep_keys, captured)
    lines = [f"set: {_text(name)}", "tables:"]
    for ref in writer.order():
        lines += writer.table(ref)
    counts = ", ".join(f"{writer.name(ref)}: {len(masked.tables[ref])}" for ref in writer.order())
    return "\n".join([*lines, f"expect: {{{counts}}}"]) + "\n"


class _Writer:
    def __init__(self, shape: Shape, masked: Masked, labels: Labels, keep_keys: bool, captured: Captured) -> None:
        self.shape, self.masked, self.labels = shape, masked, labels
        self.tables = [ref for ref, rows in masked.tables.items() if rows]
        self.left_out = {} if keep_keys else {ref: key for ref in self.tables if (key := self._given_by_label(ref))}
        # References are found by what stood in the database, since a masked value may be a key, too.
        self.originals = {ref: list(captured.tables[ref].values()) for ref in self.tables}
        self.found: dict[tuple[ObjectRef, tuple[str, ...]], dict[tuple[str | None, ...], str]] = {}

    def order(self) -> Sequence[ObjectRef]:
        try:
            return load_order(self.shape, self.tables).tables
        except CircleError:
            return sorted(self.tables, key=str)

    def name(self, ref: ObjectRef) -> str:
        """The table as the file writes it: the schema only where the bare name would mean another."""
        parts = [ref.name]
        if [one.ref for one in self.shape.named(None, ref.name)] != [ref]:
            parts.insert(0, ref.schema or "")
        word = ".".join(map(written_name, parts))
        return word if re.fullmatch(r"[A-Za-z_][\w.]*", word) and is_plain(word.replace(".", "_")) else _single(word)

    def table(self, ref: ObjectRef) -> Iterator[str]:
        table = self.shape.tables[ref]
        links = list(self._links(table))
        rows = self.masked.tables[ref]
        yield f"  {self.name(ref)}:"
        for number, row in enumerate(rows):
            cells = self._cells(table, row, self.originals[ref][number], links)
            head = f"    {self.labels.of[ref][number]}: " if has_identity(table) else "    - "
            yield from _row(head, cells)

    def _cells(self, table: Table, row: Values, original: Values, links: Sequence[Link]) -> list[tuple[str, str]]:
        """Words and values, in the order of the table's columns."""
        filled: set[str] = set(self.left_out.get(table.ref, ()))
        cells: dict[str, tuple[str, str]] = {}
        for link in links:
            key = tuple(original[name] for name in link.columns)
            if all(name in row for name in link.columns) and (label := self._label(link, key)) is not None:
                filled.update(link.columns)
                cells[link.columns[0]] = (link.word, label)
        for column in table.columns:
            if column.generated or column.name in filled or column.name not in row:
                continue
            value = row[column.name]
            if value is not None or column.default is not None or column.identity is not None:
                cells[column.name] = (_key(column.name), "null" if value is None else written(value, column))
        return [cells[column.name] for column in table.columns if column.name in cells]

    def _links(self, table: Table) -> Iterator[Link]:
        """The foreign keys that are written as references: those that no other one shares a column with."""
        references = list(references_of(self.shape, table))
        names = {column.name for column in table.columns}
        used = [name for reference, _ in references for name in reference.columns]
        words: set[str] = set()
        for reference, target in references:
            if target.ref not in self.tables or not has_identity(target):
                continue
            if any(used.count(name) > 1 for name in reference.columns):
                continue
            word = reference.name if len(reference.columns) > 1 else reference.columns[0]
            stem = re.sub(r"_(id|uuid|key)$", "", word)
            if len(reference.columns) == 1 and stem not in names and stem not in words and stem != word:
                word = stem
            words.add(word)
            yield Link(_key(word), reference.columns, target.ref, reference.target_columns)

    def _label(self, link: Link, key: tuple[str | None, ...]) -> str | None:
        """`$users.alice`, with the column behind it where the foreign key does not point to the primary key."""
        if any(value is None for value in key):
            return None
        at = (link.target, link.target_columns)
        if at not in self.found:
            rows, labels = self.originals[link.target], self.labels.of[link.target]
            self.found[at] = {
                tuple(row[name] for name in link.target_columns): label for row, label in zip(rows, labels, strict=True)
            }
        label = self.found[at].get(key)
        return None if label is None else _reference(self._word(link.target), label)

    def _word(self, ref: ObjectRef) -> str:
        """The table as a reference names it."""
        bare = [one.ref for one in self.shape.named(None, ref.name)] == [ref]
        parts = [ref.name] if bare else [ref.schema or "", ref.name]
        quoted = ('"' + part.replace('"', '""') + '"' for part in parts)
        return ".".join(
            part if re.fullmatch(r"[^\W\d]\w*", part) else other for part, other in zip(parts, quoted, strict=True)
        )

    def _given_by_label(self, ref: ObjectRef) -> tuple[str, ...]:
        """The key's column, where a sequence gives it and every reference to it can be written with a label."""
        table = self.shape.tables[ref]
        if table.primary is None or len(table.primary.columns) != 1 or table.partition_key is not None:
            return ()
        column = table.column(table.primary.columns[0] or "")
        if column is None or (column.sequence is None and column.identity is None):
            return ()
        for other in map(self.shape.tables.__getitem__, self.tables):
            for reference, target in references_of(self.shape, other):
                shared = any(
                    name in one.columns
                    for one in other.references
                    if one is not reference
                    for name in reference.columns
                )
                if (
                    target.ref == ref
                    and column.name in reference.target_columns
                    and (len(reference.columns) > 1 or shared)
                ):
                    return ()
        return (column.name,)


def written(value: str, column: Column) -> str:
    """A value as YAML that the reader of sets gives back as this text."""
    kind = column.type.plain
    if kind.name == "bool" and value in ("true", "false"):
        return value
    if kind.name in _NUMBERS and (_WHOLE.fullmatch(value) or _DECIMAL.fullmatch(value)):
        return value
    if kind.name == "date" and _DATE.fullmatch(value):
        return value
    if kind.name == "jsonb" and value[:1] in "[{" and _is_flow(value):
        return value
    if kind.kind is TypeKind.ARRAY and (items := _items(value)) is not None:
        return f"[{', '.join(items)}]"
    return _text(value)


def _is_flow(value: str) -> bool:
    """Whether YAML reads the server's JSON as the same JSON: none of its texts means something else in a set."""
    return not any(_means(text) for text in re.findall(r'"((?:[^"\\]|\\.)*)"', value)) and "\\u" not in value


def _means(text: str) -> bool:
    return text.startswith("$") or text == "<<" or _TEMPLATE in text


def _items(value: str) -> list[str] | None:
    """The items of an array that is a plain list of words or numbers; None where the text says it better."""
    match = re.fullmatch(r"\{([\w-]+(?:,[\w-]+)*)\}", value)
    if match is None:
        return None
    items = match[1].split(",")
    if any(item.lower() == "null" for item in items):
        return None
    return [item if is_plain(item) or _WHOLE.fullmatch(item) else json.dumps(item) for item in items]


def _text(value: str) -> str:
    """A text; what would be a reference or a template to the reader is escaped."""
    value = value.replace(_TEMPLATE, f"{{{_TEMPLATE}}}")
    if value.startswith("$$") or is_reference(value):
        value = f"${value}"
    return value if is_plain(value) else _quoted(value)


def _quoted(value: str) -> str:
    """In single quotes where that is easier to read. YAML knows the escapes of JSON, and those of other signs."""
    if value.isprintable() and ('"' in value or "\\" in value) and "'" not in value:
        return _single(value)
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode()
        for one in json.dumps(value, ensure_ascii=False)
    )


def _single(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _key(name: str) -> str:
    if is_plain(name, is_key=True):
        return name
    word = written_name(name)
    return word if is_plain(word, is_key=True) else _single(word)


def _reference(table: str, label: str) -> str:
    text = f"${table}.{label}"
    return text if re.fullmatch(r"\$[\w.-]+", text) else _quoted(text)


def _row(head: str, cells: Sequence[tuple[str, str]]) -> Iterator[str]:
    """On one line where it fits, else a line for each value."""
    line = f"{head}{{{', '.join(f'{word}: {value}' for word, value in cells)}}}"
    if len(line) <= _WIDTH or not cells:
        yield line
        return
    if head.endswith("- "):
        yield f"{head}{cells[0][0]}: {cells[0][1]}"
        cells = cells[1:]
    else:
        yield head.rstrip()
    yield from (f"      {word}: {value}" for word, value in cells)
