"""A Python value -> the cell that a file would have for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

from .cells import Cell, CellKind, Value, ValueKind
from .names import written_name
from .references import is_reference

_CELLS = {
    ValueKind.TEXT: CellKind.TEXT,
    ValueKind.BARE: CellKind.TEXT,
    ValueKind.NULL: CellKind.NULL,
    ValueKind.REFERENCE: CellKind.REFERENCE,
    ValueKind.LIST: CellKind.JSON,
    ValueKind.MAPPING: CellKind.JSON,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """An SQL expression."""

    sql: str


@dataclass(frozen=True, slots=True)
class RowHandle:
    """A row that a program has declared; `alice["email"]` is its column."""

    table: ObjectRef
    label: str | None
    column: str | None = None

    def __getitem__(self, column: str) -> RowHandle:
        return RowHandle(self.table, self.label, column)

    def __str__(self) -> str:
        parts = (self.table.schema, self.table.name, self.label, self.column)
        return "$" + ".".join(written_name(part) for part in parts if part is not None)


def cell_from(column: str, value: Any, place: Place) -> Cell:
    """The cell for `value`; texts mean what they mean in a file. FixtureError for a kind of value that has no text."""
    if isinstance(value, Expression):
        return Cell(column, CellKind.SQL, value.sql.strip(), place)
    found = _value(value, place)
    if found.kind in (ValueKind.LIST, ValueKind.MAPPING):
        return Cell(column, CellKind.JSON, found.json, place, found)
    return Cell(column, _CELLS[found.kind], found.text, place)


def _value(value: Any, place: Place) -> Value:
    if isinstance(value, RowHandle):
        if value.label is None:
            raise FixtureError("A row without a label cannot be referred to.", "", "give it a label", place=place)
        return Value(ValueKind.REFERENCE, str(value), place)
    if isinstance(value, Mapping):
        keys = tuple(str(key) for key in value)
        return Value(ValueKind.MAPPING, "", place, tuple(_value(one, place) for one in value.values()), keys)
    if isinstance(value, list | tuple):
        return Value(ValueKind.LIST, "", place, tuple(_value(one, place) for one in value))
    kind, text = _scalar(value, place)
    if "\0" in text:
        raise FixtureError("A NUL character cannot stand in a PostgreSQL text.", "", "leave it out", place=place)
    return Value(kind, text, place)


def _scalar(value: Any, place: Place) -> tuple[ValueKind, str]:
    if value is None:
        return ValueKind.NULL, ""
    if isinstance(value, Enum):
        return _scalar(value.value, place)
    if isinstance(value, bool):
        return ValueKind.BARE, "true" if value else "false"
    if isinstance(value, int):
        return ValueKind.BARE, str(int(value))
    if isinstance(value, float | Decimal):
        return _number(value)
    if isinstance(value, str):
        if value.startswith("$$"):
            return ValueKind.TEXT, value[1:]
        return ValueKind.REFERENCE if is_reference(value) else ValueKind.TEXT, value
    if isinstance(value, bytes | bytearray | memoryview):
        return ValueKind.TEXT, "\\x" + bytes(value).hex()
    if isinstance(value, datetime | date | time):
        return ValueKind.TEXT, value.isoformat()
    if isinstance(value, timedelta):
        return ValueKind.TEXT, f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"
    if isinstance(value, UUID | PurePath):
        return ValueKind.TEXT, str(value)
    raise FixtureError(
        f"A value of type {type(value).__name__} has no text that PostgreSQL reads.",
        "Known are numbers, texts, bytes, dates, times, UUIDs, lists and mappings.",
        "write it as text, or as f.sql(…)",
        place=place,
    )


def _number(value: float | Decimal) -> tuple[ValueKind, str]:
    text = repr(value) if isinstance(value, float) else str(value)
    special = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(text, text)
    finite = value == value and abs(value) != float("inf")
    return (ValueKind.BARE if finite else ValueKind.TEXT), special
