"""Rows as somebody wrote them down: values with the place in the file where each stands.

Nothing here knows a server: a `Cell` holds text that PostgreSQL judges when the rows are loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place


class CellKind(Enum):
    """How a cell's text reaches the server."""

    TEXT = "text"
    """A literal of unknown type: the column's type reads it, as it reads `'…'` in SQL."""
    JSON = "json"
    """JSON text of a list or mapping: turned into whatever the column is (array, json, jsonb, composite)."""
    SQL = "sql"
    """An expression, or the word `default`."""
    NULL = "null"
    REFERENCE = "reference"
    """Another row, as `references.read_reference` understands it: `$users.alice`, `$orgs[slug=acme]`."""


class ValueKind(Enum):
    """What stands inside a list or a mapping."""

    TEXT = "text"
    BARE = "bare"
    """A number or a truth value: JSON writes it without quotes."""
    NULL = "null"
    REFERENCE = "reference"
    LIST = "list"
    MAPPING = "mapping"


@dataclass(frozen=True, slots=True)
class Value:
    """A value inside a list or a mapping, or one of these two; `keys` name a mapping's `values`."""

    kind: ValueKind
    text: str
    place: Place
    values: tuple[Value, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def json(self) -> str:
        """It as JSON, numbers with the digits they have in the file."""
        if self.kind is ValueKind.LIST:
            return "[" + ", ".join(one.json for one in self.values) + "]"
        if self.kind is ValueKind.MAPPING:
            pairs = zip(self.keys, self.values, strict=True)
            return "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {one.json}" for key, one in pairs) + "}"
        if self.kind is ValueKind.NULL:
            return "null"
        return self.text if self.kind is ValueKind.BARE else json.dumps(self.text, ensure_ascii=False)

    def references(self) -> Iterator[Value]:
        """The references in it, at any depth."""
        if self.kind is ValueKind.REFERENCE:
            yield self
        for one in self.values:
            yield from one.references()


@dataclass(frozen=True, slots=True)
class Cell:
    """One value for one column; `text` is empty for NULL. A list or a mapping is in `value`, too.

    `column` is the name as the file has it: beside a column, a reference may name a foreign key or a column's stem.
    """

    column: str
    kind: CellKind
    text: str
    place: Place
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """`_like: alice`: the row whose values a row has where it gives none."""

    label: str
    place: Place


@dataclass(frozen=True, slots=True)
class RowSpec:
    """One declared row; `label` is None in a list of rows. A column that nothing names gets its default.

    A value is the first one among `cells` (its own), `merged` (YAML's `<<`), those of `like`, and `defaults`.
    """

    label: str | None
    cells: tuple[Cell, ...]
    place: Place
    merged: tuple[Cell, ...] = ()
    like: Like | None = None
    defaults: tuple[Cell, ...] = ()

    @property
    def all_cells(self) -> tuple[Cell, ...]:
        """Its values by written name, each once; those of `like` are left out."""
        taken: dict[str, Cell] = {}
        for cell in (*self.cells, *self.merged, *self.defaults):
            taken.setdefault(cell.column, cell)
        return tuple(taken.values())


@dataclass(frozen=True, slots=True)
class GeneratedSpec:
    """`"*": {factory: users, count: 20, label: "u{n}", role: member}`: rows that a factory makes.

    `label` has `{n}` for the number of the row, from 1; None makes rows without labels. `cells` hold for all of them,
    then come the values of `like`, and then `defaults` (which without `like` are among `cells`).
    """

    factory: str | None
    count: int
    label: str | None
    cells: tuple[Cell, ...]
    place: Place
    like: Like | None = None
    defaults: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSpec:
    """The rows of one table, in file order; `generated` ones come after the others."""

    table: ObjectRef
    rows: tuple[RowSpec, ...]
    place: Place
    generated: tuple[GeneratedSpec, ...] = ()
