"""What a `.py` fixture set says its rows with: `f.row("users", "alice", email="alice@example.com")`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.written.cells import Cell, GeneratedSpec, Like, RowSpec, TableSpec
from pytest_nself.data.written.names import table_of
from pytest_nself.data.written.python_values import Expression, RowHandle, cell_from

from .fixture_set import Expected, FixtureKind, FixtureSet, Named, Needed
from .heading import declared
from .tree import is_label, not_a_label


@dataclass(slots=True)
class _Gathered:
    table: ObjectRef
    place: Place
    rows: list[RowSpec]
    generated: list[GeneratedSpec]
    defaults: tuple[Cell, ...] = ()


class Rows:
    """The argument of a `.py` set's function. Columns are keywords; a name that is none goes in `**{"my column": 1}`.

    Each word raises FixtureError, with the line that called it, for what it cannot take.
    """

    def __init__(self, name: str, file: str) -> None:
        self._set = FixtureSet(name, FixtureKind.PYTHON, Place(file))
        self._file = file
        self._tables: dict[ObjectRef, _Gathered] = {}

    def extends(self, *names: str) -> None:
        """Load these sets first."""
        place = self._place()
        self._set = replace(self._set, extends=self._set.extends + tuple(Named(name, place) for name in names))

    def defaults(self, table: str, /, **columns: Any) -> None:
        """What the table's rows of this set have where they say nothing else."""
        place = self._place()
        self._gathered(table, place).defaults = self._cells(columns, place)

    def row(self, table: str, label: str | None = None, /, *, _like: str | None = None, **columns: Any) -> RowHandle:
        """One row; what comes back can be the value of another row's column, as can `$users.alice`."""
        place = self._place()
        if label is not None and not is_label(label):
            raise not_a_label(label, place)
        like = None if _like is None else Like(_like, place)
        gathered = self._gathered(table, place)
        gathered.rows.append(RowSpec(label, self._cells(columns, place), place, like=like))
        return RowHandle(gathered.table, label)

    def rows(
        self,
        table: str,
        count: int,
        /,
        *,
        _label: str | None = None,
        _factory: str | None = None,
        _like: str | None = None,
        **columns: Any,
    ) -> None:
        """`count` generated rows; `_label="u{n}"` gives them labels."""
        place = self._place()
        if _label is not None and ("{n}" not in _label or not is_label(_label.replace("{n}", "1"))):
            raise not_a_label(_label, place)
        like = None if _like is None else Like(_like, place)
        spec = GeneratedSpec(_factory, count, _label, self._cells(columns, place), place, like)
        self._gathered(table, place).generated.append(spec)

    def expect(self, tables: Mapping[str, int] | None = None, /, **counts: int) -> None:
        """How many rows the set, with those that it extends, brings to each table."""
        place = self._place()
        found = tuple(
            Expected(self._table(table, place), count, place) for table, count in {**(tables or {}), **counts}.items()
        )
        self._set = replace(self._set, expects=self._set.expects + found)

    def depends_on(self, table: str, *first: str) -> None:
        """The rows of `table` come after those of `first`, for a reason that no foreign key tells."""
        place = self._place()
        found = tuple(Needed(self._table(table, place), self._table(one, place), place) for one in first)
        self._set = replace(self._set, needs=self._set.needs + found)

    def polymorphic(self, reference: str, /, *, _type: str = "", _key: str = "", **values: str) -> None:
        """`f.polymorphic("comments.commentable", posts="Post")`: what the type column holds for each table."""
        place = self._place()
        said = {**({"type": _type} if _type else {}), **({"key": _key} if _key else {}), **values}
        found = declared(reference, said, place)
        self._set = replace(self._set, polymorphic=(*self._set.polymorphic, found))

    def sql(self, expression: str) -> Expression:
        """An SQL expression as the value of a column."""
        return Expression(expression)

    def fixture_set(self) -> FixtureSet:
        """What has been said so far."""
        tables = tuple(
            TableSpec(
                one.table,
                tuple(replace(row, defaults=one.defaults) for row in one.rows),
                one.place,
                tuple(_with_defaults(spec, one.defaults) for spec in one.generated),
            )
            for one in self._tables.values()
        )
        return replace(self._set, tables=tables)

    def _gathered(self, table: str, place: Place) -> _Gathered:
        ref = self._table(table, place)
        return self._tables.setdefault(ref, _Gathered(ref, place, [], []))

    def _table(self, table: str, place: Place) -> ObjectRef:
        ref = table_of(table)
        if ref is None:
            raise FixtureError(
                f"{table} is not a table name.",
                """Known forms are users, app.users and '"User Table"'.""",
                "put double quotes around a part with blanks or dots",
                place=place,
            )
        return ref

    def _cells(self, columns: Mapping[str, Any], place: Place) -> tuple[Cell, ...]:
        return tuple(cell_from(column, value, place) for column, value in columns.items())

    def _place(self) -> Place:
        """The line of the set's file that is being run."""
        frame = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename != self._file:
            frame = frame.f_back  # type: ignore[assignment]
        return Place(self._file, None if frame is None else frame.f_lineno)


def _with_defaults(spec: GeneratedSpec, defaults: tuple[Cell, ...]) -> GeneratedSpec:
    if spec.like is not None:
        return replace(spec, defaults=defaults)
    taken = {cell.column for cell in spec.cells}
    return replace(spec, cells=spec.cells + tuple(cell for cell in defaults if cell.column not in taken))
