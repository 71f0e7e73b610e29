"""The rows of a table -> one `insert … returning *`, and back from a server's error to the line of the file.

The text uses psycopg's placeholders (`%s`, and `%%` for a per cent sign). Scalars travel as untyped parameters, so the
column's own type reads them. A list or a mapping goes through `json_populate_record(null::the_table, …)`: it becomes
an array, a composite, json or jsonb, as the column says, with no catalog needed here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef, quote_identifier, quote_qualified
from pytest_nself.core.place import Place
from pytest_nself.data.written.cells import Cell, CellKind, RowSpec, TableSpec

from .fixture_set import FixtureSet

_MAX_PARAMETERS = 65535  # the protocol counts parameters in 16 bits
_PARAMETER = re.compile(r"portal .*?parameter \$(\d+)")
_COLUMN = re.compile(r'column "((?:[^"]|"")+)"')
_KEY = re.compile(r"\((?P<column>[^(),]+)\)=\((?P<value>.*?)\)")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of SQL and the value of the file that it stands for; `param` is what its `%s` is filled with."""

    sql: str
    place: Place | None = None
    param: str | None = None


@dataclass(frozen=True, slots=True)
class TableInsert:
    """One statement: `rows` of `table`, which it returns in this order."""

    set_name: str
    table: ObjectRef
    rows: tuple[RowSpec, ...]
    fragments: tuple[Fragment, ...]
    place: Place

    @property
    def title(self) -> str:
        """What the statement does, for people."""
        count = len(self.rows)
        return f"insert {count} row{'' if count == 1 else 's'} into {self.table} (fixture set {self.set_name})"

    @property
    def sql(self) -> str:
        """The statement as psycopg takes it: with parameters `%s` and `%%`, without any a per cent sign is itself."""
        text = "".join(part.sql for part in self.fragments)
        return text if self.params else text.replace("%%", "%")

    @property
    def params(self) -> tuple[str, ...]:
        """One text for each `%s`."""
        return tuple(part.param for part in self.fragments if part.param is not None)


def table_inserts(fixture_set: FixtureSet) -> tuple[TableInsert, ...]:
    """The statements that load a YAML set, in file order; none for a `.sql` set or for tables without rows.

    A table is one statement, or several if it needs more than 65535 parameters or has only rows without any value.
    """
    return tuple(
        _insert(fixture_set, spec, columns, rows)
        for spec in fixture_set.tables
        for columns, rows in _portions(spec)
        if rows
    )


def _portions(spec: TableSpec) -> Iterator[tuple[tuple[str, ...], tuple[RowSpec, ...]]]:
    columns = tuple(dict.fromkeys(cell.column for row in spec.rows for cell in row.cells))
    # `default values` is the only way to say "a row of nothing but defaults", and it says it once.
    size = _MAX_PARAMETERS // len(columns) if columns else 1
    for start in range(0, len(spec.rows), size):
        yield columns, spec.rows[start : start + size]


def _insert(
    fixture_set: FixtureSet, spec: TableSpec, columns: tuple[str, ...], rows: tuple[RowSpec, ...]
) -> TableInsert:
    name = _escaped(quote_qualified(spec.table.schema, spec.table.name))
    parts = [Fragment("insert into "), Fragment(name, spec.place)]
    if columns:
        parts += _column_list(columns, rows)
        for position, row in enumerate(rows):
            parts.append(Fragment(",\n  (" if position else " overriding system value values\n  ("))
            parts += _values(row, columns, name)
            parts.append(Fragment(")"))
    else:
        parts.append(Fragment(" default values"))
    parts.append(Fragment("\nreturning *"))
    return TableInsert(fixture_set.name, spec.table, rows, tuple(parts), spec.place)


def _column_list(columns: tuple[str, ...], rows: tuple[RowSpec, ...]) -> Iterator[Fragment]:
    first: dict[str, Place] = {}
    for row in rows:
        for cell in row.cells:
            first.setdefault(cell.column, cell.place)
    for position, column in enumerate(columns):
        yield Fragment(", " if position else " (")
        yield Fragment(_escaped(quote_identifier(column)), first[column])
    yield Fragment(")")


def _values(row: RowSpec, columns: tuple[str, ...], table: str) -> Iterator[Fragment]:
    cells = {cell.column: cell for cell in row.cells}
    for position, column in enumerate(columns):
        if position:
            yield Fragment(", ")
        cell = cells.get(column)
        if cell is None:
            yield Fragment("default", row.place)
        else:
            yield from _value(cell, table)


def _value(cell: Cell, table: str) -> Iterator[Fragment]:
    if cell.kind is CellKind.NULL:
        yield Fragment("null", cell.place)
    elif cell.kind is CellKind.TEXT:
        yield Fragment("%s", cell.place, cell.text)
    elif cell.kind is CellKind.JSON:
        record = f"{{{json.dumps(cell.column, ensure_ascii=False)}: {cell.text}}}"
        yield Fragment(f"(pg_catalog.json_populate_record(null::{table}, ", cell.place)
        yield Fragment("%s", cell.place, record)
        yield Fragment(f")).{_escaped(quote_identifier(cell.column))}", cell.place)
    elif cell.text.lower() == "default":
        yield Fragment("default", cell.place)
    else:
        # The line end closes a comment that the expression may end with.
        yield Fragment(f"({_escaped(cell.text)}\n)", cell.place)


def _escaped(sql: str) -> str:
    return sql.replace("%", "%%")


def insert_error(insert: TableInsert, error: Any) -> FixtureError:
    """What the server said to `insert` (a `psycopg.Error`), with the file, line and column that it is about.

    The place is exact for a value its type refuses, for an unknown column, for `!sql`, and for a value named in a
    key; else it is that of the row if there is one, and of the table if there are more.
    """
    diag = error.diag
    said = [str(diag.message_primary or error).rstrip(".") + ".", *(f"{one}" for one in (diag.message_detail,) if one)]
    remedy = str(diag.message_hint) if diag.message_hint else "correct the value, or the set where it no longer fits"
    return FixtureError(
        f'The fixture set "{insert.set_name}" could not be loaded into {insert.table}.',
        " ".join(said),
        remedy,
        place=_place_of_failure(insert, diag),
    )


def _place_of_failure(insert: TableInsert, diag: Any) -> Place:
    parameter = _PARAMETER.search(diag.context or "")
    if parameter is not None:
        places = [part.place for part in insert.fragments if part.param is not None]
        found = places[int(parameter[1]) - 1] if int(parameter[1]) <= len(places) else None
    elif diag.statement_position:
        found = _place_at(insert, int(diag.statement_position))
    else:
        found = _place_of_key(insert, diag)
    only = insert.rows[0].place if len(insert.rows) == 1 else insert.place
    return found or only


def _place_at(insert: TableInsert, position: int) -> Place | None:
    """The place of the fragment that holds character `position` (from 1) of the text the server has parsed."""
    end, count = 0, 0
    for part in insert.fragments:
        if part.param is not None:
            count += 1
            end += len(f"${count}")
        else:
            end += len(part.sql.replace("%%", "%"))
        if position <= end:
            return part.place
    return None


def _place_of_key(insert: TableInsert, diag: Any) -> Place | None:
    """Unique and foreign key errors name a value; the last cell that holds it is the one that came too much.

    Other errors name a column: the last row that has no value for it, or the first one that has.
    """
    cells = [cell for row in insert.rows for cell in row.cells]
    key = _KEY.search(diag.message_detail or "")
    if key is not None:
        wanted = (key["column"].strip('"'), key["value"])
        return next((one.place for one in reversed(cells) if wanted == (one.column, one.text) and one.text), None)
    if diag.column_name:
        return next((row.place for row in reversed(insert.rows) if _is_null(row, diag.column_name)), None)
    column = _COLUMN.search(diag.message_primary or "")
    return next((one.place for one in cells if column is not None and one.column == column[1]), None)


def _is_null(row: RowSpec, column: str) -> bool:
    cell = next((one for one in row.cells if one.column == column), None)
    return cell is None or cell.kind is CellKind.NULL
