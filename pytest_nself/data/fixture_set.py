"""A fixture set as a value: which rows a file declares, and where in the file each value stands.

Nothing here knows a server: a `Cell` holds text that PostgreSQL judges when the set is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place


class FixtureKind(Enum):
    """How the rows of a set are written."""

    SQL = "sql"
    YAML = "yaml"


class CellKind(Enum):
    """How a cell's text reaches the server."""

    TEXT = "text"
    """A literal of unknown type: the column's type reads it, as it reads `'…'` in SQL."""
    JSON = "json"
    """JSON text of a list or mapping: turned into whatever the column is (array, json, jsonb, composite)."""
    SQL = "sql"
    """An expression, or the word `default`."""
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value for one column; `text` is empty for NULL."""

    column: str
    kind: CellKind
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class RowSpec:
    """One declared row; `label` is None in a list of rows. A column that no cell names gets its default."""

    label: str | None
    cells: tuple[Cell, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class TableSpec:
    """The rows of one table, in file order."""

    table: ObjectRef
    rows: tuple[RowSpec, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class FixtureFile:
    """A set that exists in the folder but is not read yet."""

    name: str
    kind: FixtureKind
    path: str


@dataclass(frozen=True, slots=True)
class FixtureSet:
    """A read set: `tables` in the order they are loaded (YAML), or `sql` as it stands in the file."""

    name: str
    kind: FixtureKind
    place: Place
    tables: tuple[TableSpec, ...] = ()
    sql: str = ""
