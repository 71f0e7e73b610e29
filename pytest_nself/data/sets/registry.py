"""The rows of sets while they are compiled: who is called what, and what is known of whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.shape.model import Column, Table
from pytest_nself.data.written.cells import Cell, CellKind, RowSpec
from pytest_nself.data.written.references import Condition

from .fixture_set import Polymorphic

_CONSTANT = re.compile(r"'((?:[^']|'')*)'::[\w\s.\"]+(?:\(\d+(?:,\d+)?\))?|(-?\d+(?:\.\d+)?)|(true|false)")


@dataclass(frozen=True, slots=True)
class Own:
    """A value as the file has it; `inside` are the rows that references in a list or a mapping name, by their text."""

    cell: Cell
    inside: Mapping[str, Filled] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A key that follows from the label."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """The value that `column` of another row has."""

    entry: Entry
    column: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Finds:
    """The value that `column` has in the one row of `table` that fulfils `conditions`.

    `inside` are the rows that references between the brackets name, by their text.
    """

    table: Table
    column: str
    conditions: tuple[Condition, ...]
    cell: Cell
    inside: Mapping[str, Filled] = field(default_factory=dict)


Filled = Own | Chosen | Points | Finds


@dataclass(slots=True, eq=False)
class Entry:
    """A row that is being compiled; `filled` are its columns, `number` counts generated rows from 1.

    `position` counts the table's rows of its set.
    """

    set_name: str
    table: Table
    spec: RowSpec
    filled: dict[str, Filled] = field(default_factory=dict)
    links: dict[str, Entry] = field(default_factory=dict)
    number: int | None = None
    position: int = 0

    @property
    def label(self) -> str | None:
        """The label, None for a row in a list."""
        return self.spec.label

    @property
    def place(self) -> Place:
        """Where it is declared."""
        return self.spec.place


@dataclass(slots=True)
class Registry:
    """All rows of the sets compiled so far, and the numbers that are taken.

    Of generated rows: how many each table has (`generated` by the set's own word, `numbered` with their parents), and
    what became of the keys that they were made with (`renamed`, by table and column).
    """

    rows: dict[tuple[ObjectRef, str], Entry] = field(default_factory=dict)
    taken: dict[tuple[ObjectRef, str], set[int]] = field(default_factory=dict)
    generated: dict[ObjectRef, int] = field(default_factory=dict)
    numbered: dict[ObjectRef, int] = field(default_factory=dict)
    renamed: dict[tuple[ObjectRef, str], dict[str, str]] = field(default_factory=dict)
    polymorphic: list[Polymorphic] = field(default_factory=list)
    sets: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Registry:
        """One that can grow without changing this one; rows are never changed once their set is compiled."""
        return Registry(
            dict(self.rows),
            {key: set(found) for key, found in self.taken.items()},
            dict(self.generated),
            dict(self.numbered),
            {key: dict(found) for key, found in self.renamed.items()},
            list(self.polymorphic),
            dict(self.sets),
        )

    def add(self, entry: Entry) -> None:
        """Take the row in; FixtureError if its label names another one."""
        if entry.label is None:
            return
        key = (entry.table.ref, entry.label)
        before = self.rows.get(key)
        if before is not None:
            raise FixtureError(
                f"Two rows are {entry.table.ref.name}.{entry.label}.",
                f"The first one is at {before.place} (fixture set {before.set_name}).",
                "rename one of them, or load only one of the sets",
                place=entry.place,
            )
        self.rows[key] = entry

    def labels(self, table: ObjectRef) -> list[str]:
        """The labels of a table's rows."""
        return [label for ref, label in self.rows if ref == table]


def constant_default(column: Column) -> str | None:
    """The text of a default that is a plain constant; None for any other."""
    if column.default is None or column.generated:
        return None
    match = _CONSTANT.fullmatch(column.default)
    if match is None:
        return None
    return match[1].replace("''", "'") if match[1] is not None else match[0]


def known_text(entry: Entry, column: str, above: tuple[tuple[int, str], ...] = ()) -> str | None:
    """The value of a row's column, as far as it is known before the row is there; None is unknown (or null).

    FixtureError for rows that take a value from each other.
    """
    if (id(entry), column) in above:
        raise FixtureError(
            "This value is taken from a row that takes it from this one.", "", "write the value out", place=entry.place
        )
    filled = entry.filled.get(column)
    if filled is None:
        found = entry.table.column(column)
        return None if found is None else constant_default(found)
    if isinstance(filled, Chosen):
        return filled.text
    if isinstance(filled, Points):
        return known_text(filled.entry, filled.column, (*above, (id(entry), column)))
    if isinstance(filled, Own) and filled.cell.kind is CellKind.TEXT:
        return filled.cell.text
    return None


def is_null(entry: Entry, column: str, above: tuple[tuple[int, str], ...] = ()) -> bool:
    """Whether the file says null, itself or in the row that it points to."""
    filled = entry.filled.get(column)
    if isinstance(filled, Points) and (id(entry), column) not in above:
        return is_null(filled.entry, filled.column, (*above, (id(entry), column)))
    return isinstance(filled, Own) and filled.cell.kind is CellKind.NULL
