"""Rows as a file writes them, and where in the file each value stands.

Nothing here knows a server: a `Cell` holds text that PostgreSQL judges when the rows are loaded.
"""

from __future__ import annotations

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
