"""The loaded rows, as a test sees them: `rows["users.alice"].id`, `rows["users"]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.data.nearest import nearest
from pytest_nself.data.written.names import name_parts, written_name


class UnknownRow(FixtureError, KeyError):
    """No such table or label among the loaded rows."""


class UnknownColumn(FixtureError, AttributeError, KeyError):
    """The row has no such column; an AttributeError too, so that `hasattr` and `getattr` with a default work."""


class Row:
    """One row as the server stored it, defaults and generated columns included; read-only.

    Columns are attributes (`row.email`) and items (`row["email"]`); `row._asdict()` gives all of them in table order.
    Every other name of the class starts with `_`, so that a column may be called `items` or `values`.
    """

    __slots__ = ("_label", "_table", "_values")

    _table: str
    _label: str | None
    _values: Mapping[str, Any]

    def __init__(self, table: str, label: str | None, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_table", table)
        object.__setattr__(self, "_label", label)
        object.__setattr__(self, "_values", dict(values))

    def __getattr__(self, column: str) -> Any:
        __tracebackhide__ = True
        if column.startswith("__") or column in Row.__slots__:
            raise AttributeError(column)
        return self[column]

    def __getitem__(self, column: str) -> Any:
        __tracebackhide__ = True  # the error is about the words in the test
        try:
            return self._values[column]
        except KeyError:
            raise UnknownColumn(
                f'{self._name()} has no column "{column}".',
                nearest(column, self._values),
                "correct the name of the column",
            ) from None

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self._values.items())

    def __contains__(self, column: object) -> bool:
        return column in self._values

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Row):
            return NotImplemented
        return self._table == other._table and dict(self._values) == dict(other._values)

    __hash__ = None  # type: ignore[assignment]  # values may be lists and dicts

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{self._name()} is read-only: it shows what was loaded")

    __delattr__ = __setattr__  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{self._name()}({', '.join(f'{column}={value!r}' for column, value in self)})"

    def _asdict(self) -> dict[str, Any]:
        return dict(self._values)

    def __dir__(self) -> list[str]:
        return sorted(self._values)

    def __reduce__(self) -> tuple[Any, ...]:
        return Row, (self._table, self._label, dict(self._values))

    def _name(self) -> str:
        return self._table if self._label is None else f"{self._table}.{self._label}"


class FixtureRows:
    """The rows of the sets loaded so far. A value: `a | b` gives a new one."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Mapping[tuple[str | None, str], Sequence[Row]] | None = None) -> None:
        self._tables = {key: tuple(rows) for key, rows in (tables or {}).items()}

    def __getitem__(self, name: str) -> Any:
        """`"users.alice"`: that row. `"users"`: a tuple of the table's rows, in file order.

        Raises UnknownRow (a FixtureError and a KeyError) with the nearest names. The schema may be left out where
        only one loaded table has the name, and where the search path leads to that table.
        """
        parts = name_parts(name)
        if parts is not None:
            rows = self._table(parts)
            if rows is not None:
                return rows
            rows = self._table(parts[:-1])
            labelled = [row for row in rows or () if row._label == parts[-1]]
            if labelled:
                return labelled[0]
        raise self._unknown(name)

    def __contains__(self, name: object) -> bool:
        try:
            self[str(name)]
        except UnknownRow:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        """The names of the tables."""
        return (rows[0]._table if rows else str(ObjectRef("table", *key)) for key, rows in self._tables.items())

    def __len__(self) -> int:
        """How many tables there are."""
        return len(self._tables)

    def __repr__(self) -> str:
        return f"FixtureRows({', '.join(self._labels()) or 'nothing loaded'})"

    def __or__(self, other: FixtureRows) -> FixtureRows:
        """The rows of both, those of `other` behind; FixtureError if a label would name two rows."""
        tables = dict(self._tables)
        for key, rows in other._tables.items():
            before = tables.get(key, ())
            taken = {row._label for row in before} - {None}
            twice = next((row._name() for row in rows if row._label in taken), None)
            if twice is not None:
                raise FixtureError(
                    f"Two loaded fixture sets have a row {twice}.",
                    "A label names one row.",
                    "rename one of them, or load only one of the sets",
                )
            tables[key] = before + rows
        return FixtureRows(tables)

    def _table(self, parts: list[str]) -> tuple[Row, ...] | None:
        if len(parts) == 2:
            return self._tables.get((parts[0], parts[1]))
        if len(parts) != 1:
            return None
        found = [rows for key, rows in self._tables.items() if key[1] == parts[0]]
        bare = [rows for rows in found if rows and rows[0]._table == written_name(parts[0])]
        return (bare or found)[0] if len(found) == 1 or len(bare) == 1 else None

    def _labels(self) -> list[str]:
        names = list(self)
        return names + [row._name() for rows in self._tables.values() for row in rows if row._label is not None]

    def _unknown(self, name: str) -> UnknownRow:
        labels = self._labels()
        cause = nearest(name, labels) if labels else "No labelled rows are loaded; .sql sets have none."
        return UnknownRow(
            f'No loaded fixture set has "{name}".', cause, 'write "table" or "table.label", and load the set before'
        )
