"""The rows that seeds bring: as their files say, or as a sandbox shows where SQL or a script makes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import ObjectRef, quote_identifier, quote_qualified
from pytest_nself.core.place import Place
from pytest_nself.data.seeds.plan import SeedPlan
from pytest_nself.data.seeds.rows import read_rows
from pytest_nself.data.seeds.seed_file import SeedFile
from pytest_nself.data.seeds.touching import TableName, touched
from pytest_nself.data.seeds.upsert import columns_of, find_table, key_of
from pytest_nself.data.shape.model import Shape, Table
from pytest_nself.data.written.cells import Cell, CellKind, RowSpec

from .measuring import roots
from .trial import Stage, Tried

if TYPE_CHECKING:
    import psycopg

Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """Rows of one table. `untold` are columns whose values differ from run to run, so that they say nothing."""

    table: Table
    rows: tuple[RowSpec, ...]
    files: tuple[SeedFile, ...]
    untold: tuple[str, ...] = ()


def declared_rows(files: Iterable[SeedFile], shape: Shape) -> tuple[Expected, ...]:
    """What files of rows declare, table by table; of two that declare a row the later one counts.

    Raises SeedError for a table that is not there.
    """
    found: dict[ObjectRef, dict[object, RowSpec]] = {}
    named: dict[ObjectRef, dict[str, SeedFile]] = {}
    for file in files:
        for spec in read_rows(file):
            table = find_table(shape, spec)
            rows = found.setdefault(table.ref, {})
            named.setdefault(table.ref, {})[file.name] = file
            for row in spec.rows:
                identity = _identity(table, row) or object()
                cells = {cell.column: cell for cell in (rows[identity].cells if identity in rows else ())}
                cells.update((cell.column, cell) for cell in row.cells)
                rows[identity] = RowSpec(row.label, tuple(cells.values()), row.place)
    return tuple(
        Expected(shape.tables[ref], tuple(rows.values()), tuple(named[ref].values())) for ref, rows in found.items()
    )


def placed(made: Iterable[Expected], declared: Iterable[Expected]) -> tuple[Expected, ...]:
    """Rows that a sandbox has shown, each with the place in the file that brings it, as far as it can be found."""
    known = {
        (one.table.ref, identity): row
        for one in declared
        for row in one.rows
        if (identity := _identity(one.table, row))
    }
    return tuple(replace(one, rows=tuple(_placed(one, row, known) for row in one.rows)) for one in made)


def _placed(expected: Expected, row: RowSpec, known: Mapping[Any, RowSpec]) -> RowSpec:
    identity = _identity(expected.table, row)
    declared = known.get((expected.table.ref, identity))
    place = declared.place if declared is not None else _mentioned(expected.files, identity) or row.place
    said = _said(expected)
    if said is not None and declared is not None:
        said |= {cell.column for cell in declared.cells}
    own = {cell.column: cell.place for cell in declared.cells} if declared is not None else {}
    cells = tuple(
        replace(cell, place=own.get(cell.column, place)) for cell in row.cells if not said or cell.column in said
    )
    return RowSpec(row.label, cells, place)


def _said(expected: Expected) -> set[str] | None:
    """The columns of the table that its SQL files name; None where they may mean all, or write it by other ways."""
    found: set[str] = set()
    for file in expected.files:
        if file.declares_rows:
            continue
        columns = touched(file).columns
        ref = expected.table.ref
        names = columns.get(TableName(ref.schema, ref.name)) or columns.get(TableName(None, ref.name))
        if names is None:
            return None
        found |= names
    return found


def _mentioned(files: Sequence[SeedFile], identity: tuple[str, ...]) -> Place | None:
    """The line in which a file says the row's key."""
    for file in reversed(files):
        for text in reversed(identity[1:]):
            if text and (at := file.text.find(f"'{text}'")) >= 0:
                return Place(file.path, file.text.count("\n", 0, at) + 1)
    return None


def _identity(table: Table, row: RowSpec) -> tuple[str, ...]:
    """The row's key: its name and the texts of its columns; empty where it gives none, or an expression for it."""
    key = key_of(table, [cell.column for cell in row.cells], [row])
    cells = {cell.column: cell for cell in row.cells}
    parts = [cells[name] for name in columns_of(table, key)] if key is not None else []
    if key is None or any(one.kind not in (CellKind.TEXT, CellKind.NULL) for one in parts):
        return ()
    return (key.name, *(one.text for one in parts))


def made_rows(
    stage: Callable[[], AbstractContextManager[Stage]], plan: SeedPlan, *, twice: bool
) -> tuple[Expected, ...]:
    """What the files of the plan make on an empty stage. Raises SeedFailed for the first that fails there.

    They are run `twice`, each time on a stage of its own: values that differ (keys of sequences, random uuids, the
    time) are told of, and say nothing. Where they can run only once, columns whose defaults may differ say nothing.
    """
    with stage() as first:
        shape = first.shape
        before = _all_rows(first.connection, list(shape.roots)) if not twice else {}
        tried = first.run(plan)
        _raise_failure(tried)
        tables = roots(shape, [delta.table for one in tried for delta in one.deltas if delta.wrote])
        made = _all_rows(first.connection, tables)
    again: Mapping[ObjectRef, Counter[Row]] = {}
    if twice:
        with stage() as second:
            before = _all_rows(second.connection, tables)
            _raise_failure(second.run(plan))
            again = _all_rows(second.connection, tables)
    new = {table.ref: made[table.ref] - before[table.ref] for table in tables}
    newer = {table.ref: again[table.ref] - before[table.ref] for table in tables} if twice else {}
    differing = {table.ref: _differing(table, new[table.ref], newer.get(table.ref)) for table in tables}
    return tuple(_expected(table, new[table.ref], shape, differing, tried) for table in tables)


def _raise_failure(tried: Sequence[Tried]) -> None:
    for one in tried:
        if one.failure is not None:
            raise one.failure


def _all_rows(connection: psycopg.Connection[Any], tables: Sequence[Table]) -> dict[ObjectRef, Counter[Row]]:
    found = {}
    for table in tables:
        columns = ", ".join(f"t.{quote_identifier(column.name)}::text" for column in table.columns)
        query = f"select {columns} from {quote_qualified(table.ref.schema, table.ref.name)} as t"
        found[table.ref] = Counter(tuple(row) for row in connection.execute(query.encode(), prepare=False).fetchall())
    return found


def _expected(
    table: Table,
    made: Counter[Row],
    shape: Shape,
    differing: Mapping[ObjectRef, frozenset[str]],
    tried: Sequence[Tried],
) -> Expected:
    files = tuple(one.file for one in tried if any(delta.wrote and delta.table == table.ref for delta in one.deltas))
    left_out = differing[table.ref] | _keys_elsewhere(table, shape, differing)
    told = [
        (number, column.name)
        for number, column in enumerate(table.columns)
        if not column.generated and column.name not in left_out
    ]
    place = files[-1].place if files else Place("")
    rows = tuple(
        RowSpec(None, tuple(_cell(name, row[number], place) for number, name in told), place)
        for row in sorted(made.elements(), key=repr)
    )
    names = {name for _, name in told}
    untold = tuple(one.name for one in table.columns if one.name not in names and not one.generated)
    return Expected(table, rows, files, untold)


def _keys_elsewhere(table: Table, shape: Shape, differing: Mapping[ObjectRef, frozenset[str]]) -> set[str]:
    """Columns that hold keys which are made anew in each database: of rows of these seeds, or of the migrations."""
    found: set[str] = set()
    for reference in table.references:
        target = shape.tables.get(reference.target)
        for name, other in zip(reference.columns, reference.target_columns, strict=True):
            if reference.target in differing:
                made = other in differing[reference.target]
            else:
                column = next((one for one in (target.columns if target else ()) if one.name == other), None)
                made = column is not None and (column.identity is not None or may_differ(column.default))
            if made:
                found.add(name)
    return found


def _differing(table: Table, made: Counter[Row], again: Counter[Row] | None) -> frozenset[str]:
    """The columns whose values are others each time."""
    found = set()
    for number, column in enumerate(table.columns):
        if again is None:
            same = column.identity is None and not may_differ(column.default)
        else:
            same = Counter(row[number] for row in made.elements()) == Counter(row[number] for row in again.elements())
        if not same:
            found.add(column.name)
    return frozenset(found)


def may_differ(default: str | None) -> bool:
    """Whether a default may give another value each time: it calls something."""
    return default is not None and ("(" in default or "CURRENT_" in default.upper() or "LOCALTIME" in default.upper())


def _cell(name: str, value: str | None, place: Place) -> Cell:
    return Cell(name, CellKind.NULL if value is None else CellKind.TEXT, value or "", place)
