"""Rows of a file -> `insert … on conflict … do update`, by the best unique key that the rows have.

Values stand in the text as literals of unknown type, so that the column's own type reads them and what is shown can be
pasted into psql. A value from the environment travels beside the text, as a Secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_nself.core.names import quote_identifier, quote_literal, quote_qualified
from pytest_nself.core.place import Place
from pytest_nself.core.secret import Secret
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import Statement
from pytest_nself.data.nearest import nearest
from pytest_nself.data.shape.model import Column, Key, Shape, Table
from pytest_nself.data.written.cells import Cell, CellKind, RowSpec, TableSpec

from .seed_file import SeedError
from .variables import Variables, filled

_AT_ONCE = 500
"""Rows in one statement."""

_KEY = re.compile(r"\((?P<column>[^()=]+)\)=\((?P<value>.*?)\)")
_WORD = re.compile(r"[^\W\d][\w$]*|(?<=\")[^\"]+(?=\")")
_COLUMN = re.compile(r'column "((?:[^"]|"")+)"')


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of the text, and the value of the file that it stands for; a Secret is sent for its `%s`."""

    sql: str
    place: Place | None = None
    secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class Upsert:
    """One statement: some rows of one table, all with the same columns. `key` is None where they have none."""

    table: Table
    columns: tuple[str, ...]
    rows: tuple[RowSpec, ...]
    key: Key | None
    fragments: tuple[Fragment, ...]
    step: Statement


def find_table(shape: Shape, spec: TableSpec) -> Table:
    """The table that a file means. SeedError with what it may have meant."""
    found = shape.named(spec.table.schema, spec.table.name)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(str(one.ref) for one in found)
        cause, remedy = f"There are {names}.", "say which one: put the schema before it"
    else:
        known = [one.ref.name if one.ref.schema in shape.path else str(one.ref) for one in shape]
        cause = nearest(str(spec.table), known) or "The database has no tables."
        remedy = "correct the name, or apply the migrations first: nself db migrate up"
    said = f"{spec.table} is the name of several tables." if found else f"There is no table {spec.table}."
    raise SeedError(said, cause, remedy, place=spec.place)


def key_of(table: Table, columns: Sequence[str], rows: Sequence[RowSpec]) -> Key | None:
    """The key by which rows with these columns are found again: the primary one, else the unique one of least columns.

    The rows must give all its columns, none of them null unless the key takes two nulls for equal. One of expressions,
    as `lower(email)`, counts where there is no other.
    """
    given = set(columns)
    null = {cell.column for row in rows for cell in row.cells if cell.kind is CellKind.NULL}
    usable = [
        key
        for key in table.keys
        if key.predicate is None
        and key.deferrable is None
        and given.issuperset(columns_of(table, key))
        and (key.nulls_not_distinct or null.isdisjoint(columns_of(table, key)))
    ]
    order = [(not key.plain, not key.primary, len(key.columns), key.name) for key in usable]
    return usable[order.index(min(order))] if usable else None


def columns_of(table: Table, key: Key) -> tuple[str, ...]:
    """The columns that a key is about, those in its expressions too."""
    found = dict.fromkeys(name for name in key.columns if name is not None)
    for name, expression in zip(key.columns, key.expressions, strict=True):
        if name is None:
            words = set(_WORD.findall(expression))
            found |= dict.fromkeys(one.name for one in table.columns if one.name in words)
    return tuple(found)


def key_parts(key: Key) -> tuple[str, ...]:
    """The parts of a key as SQL says them."""
    parts = zip(key.columns, key.expressions, strict=True)
    return tuple(quote_identifier(name) if name is not None else f"({expression})" for name, expression in parts)


def upserts(
    table: Table, rows: Sequence[RowSpec], title: str, variables: Variables, *, found: bool = True
) -> Iterator[Upsert]:
    """The statements for these rows, in their order. SeedError for a column that is not there, and for twin rows.

    Rows that are not to be `found` again are new ones: no row that is there may become one of them.
    """
    columns = {column.name: column for column in table.columns}
    for row in rows:
        for cell in row.cells:
            _check(table, columns, cell)
    for names, group in _runs(rows):
        key = key_of(table, names, group) if found else None
        if key is not None:
            _refuse_twins(table, key, group)
        for start in range(0, len(group), _AT_ONCE):
            some = tuple(group[start : start + _AT_ONCE])
            fragments = tuple(_fragments(table, columns, names, some, key, variables))
            if not fragments[-1].sql.endswith(";"):
                fragments = (*fragments, Fragment(";"))
            params = tuple(one.secret for one in fragments if one.secret is not None)
            text = "".join(one.sql for one in fragments)
            step = Statement(title, Sql(text if params else text.replace("%%", "%")), params, place=some[0].place)
            yield Upsert(table, names, some, key, fragments, step)


def _runs(rows: Sequence[RowSpec]) -> Iterator[tuple[tuple[str, ...], list[RowSpec]]]:
    """Rows that follow one another and give the same columns."""
    run: list[RowSpec] = []
    names: tuple[str, ...] = ()
    for row in rows:
        own = tuple(cell.column for cell in row.cells)
        if run and set(own) != set(names):
            yield names, run
            run = []
        if not run:
            names = own
        run.append(row)
    if run:
        yield names, run


def _check(table: Table, columns: dict[str, Column], cell: Cell) -> None:
    column = columns.get(cell.column)
    if column is None:
        raise SeedError(
            f"{table.ref} has no column {cell.column}.",
            nearest(cell.column, columns),
            "correct the name, or take the value out",
            place=cell.place,
        )
    if column.generated:
        raise SeedError(
            f"{table.ref}.{cell.column} is generated: the database makes its values.",
            "",
            "take the value out",
            place=cell.place,
        )


def _refuse_twins(table: Table, key: Key, rows: Sequence[RowSpec]) -> None:
    if not key.plain:
        return  # whether two are alike, the server tells
    seen: dict[tuple[str, ...], Place] = {}
    for row in rows:
        cells = {cell.column: cell for cell in row.cells}
        parts = [cells[str(name)] for name in key.columns]
        if any(part.kind is CellKind.SQL for part in parts):
            continue
        identity = tuple(part.text for part in parts)
        if identity in seen:
            shown = ", ".join(f"{part.column} {part.text}" for part in parts)
            raise SeedError(
                f"Two rows of {table.ref} have {shown}, by which rows are told apart ({key.name}).",
                f"The first is at {seen[identity]}.",
                "remove one of them",
                place=row.place,
            )
        seen[identity] = row.place


def _fragments(
    table: Table,
    columns: dict[str, Column],
    names: Sequence[str],
    rows: Sequence[RowSpec],
    key: Key | None,
    variables: Variables,
) -> Iterator[Fragment]:
    name = escaped(quote_qualified(table.ref.schema, table.ref.name))
    if not names:
        # There is no list of rows of nothing but defaults.
        yield Fragment(";\n".join([f"insert into {name} default values"] * len(rows)), rows[0].place)
        return
    yield Fragment(f"insert into {name} as t (")
    for number, column in enumerate(names):
        place = next(cell.place for cell in rows[0].cells if cell.column == column)
        yield Fragment((", " if number else "") + escaped(quote_identifier(column)), place)
    always = any(columns[column].identity == "always" for column in names)
    yield Fragment(") overriding system value values" if always else ") values")
    for number, row in enumerate(rows):
        yield Fragment(",\n  (" if number else "\n  (")
        cells = {cell.column: cell for cell in row.cells}
        for position, column in enumerate(names):
            if position:
                yield Fragment(", ")
            yield from value_fragments(cells[column], name, variables)
        yield Fragment(")")
    yield Fragment(_on_conflict(table, columns, names, key))


def value_fragments(cell: Cell, table: str, variables: Variables) -> Iterator[Fragment]:
    """A value as SQL; `table` is quoted, per cent signs doubled."""
    if cell.kind is CellKind.NULL:
        yield Fragment("null", cell.place)
    elif cell.kind is CellKind.SQL:
        yield Fragment(cell.text if cell.text.lower() == "default" else f"({escaped(cell.text)}\n)", cell.place)
    elif cell.kind is CellKind.TEXT:
        yield _literal(filled(cell.text, variables, cell.place), cell.place)
    else:
        text = filled(cell.text, variables, cell.place, in_json=True)
        column = json.dumps(cell.column, ensure_ascii=False)
        inner = text.reveal() if isinstance(text, Secret) else text
        record = f"{{{column}: {inner}}}"
        yield Fragment(f"(pg_catalog.json_populate_record(null::{table}, ", cell.place)
        yield _literal(Secret(record) if isinstance(text, Secret) else record, cell.place)
        yield Fragment(f")).{escaped(quote_identifier(cell.column))}", cell.place)


def _literal(value: str | Secret, place: Place) -> Fragment:
    if isinstance(value, Secret):
        return Fragment("%s", place, value)
    if "\0" in value:
        raise SeedError("A NUL character cannot stand in a PostgreSQL text.", "", "leave it out", place=place)
    return Fragment(escaped(quote_literal(value)), place)


def _on_conflict(table: Table, columns: dict[str, Column], names: Sequence[str], key: Key | None) -> str:
    if key is None:
        return ""
    target = ", ".join(key_parts(key))
    changed = [name for name in names if name not in key.columns and columns[name].identity != "always"]
    if not changed:
        return escaped(f"\non conflict ({target}) do nothing")
    sets = ", ".join(f"{quote_identifier(name)} = excluded.{quote_identifier(name)}" for name in changed)
    # As text: not every type can be compared. A row that is as the file says it stays untouched.
    old = ", ".join(f"t.{quote_identifier(name)}::text" for name in changed)
    new = ", ".join(f"excluded.{quote_identifier(name)}::text" for name in changed)
    where = f"({old}) is distinct from ({new})" if len(changed) > 1 else f"{old} is distinct from {new}"
    return escaped(f"\non conflict ({target}) do update set {sets}\n  where {where}")


def escaped(sql: str) -> str:
    """The text with its per cent signs doubled, as psycopg reads it beside parameters."""
    return sql.replace("%", "%%")


def sequence_step(table: Table, columns: Collection[str], title: str) -> Iterator[Statement]:
    """What moves a sequence past the keys that were given, so that the app's next row finds a free one."""
    for column in table.columns:
        if column.sequence is None or column.name not in columns:
            continue
        name = quote_qualified(table.ref.schema, table.ref.name)
        sequence = quote_literal(column.sequence)
        text = (
            f"select pg_catalog.setval({sequence}::regclass, m.highest)"
            f" from (select pg_catalog.max({quote_identifier(column.name)}) as highest from {name}) as m,"
            f" {column.sequence} as s where m.highest > s.last_value or (m.highest = s.last_value and not s.is_called);"
        )
        yield Statement(title, Sql(text))


def place_of_failure(upsert: Upsert, diag: Any, position: int | None) -> Place:
    """The value, or at least the row, that the server refused; of several rows and no hint the first.

    `position` is the character of the statement (from 1) that it stumbled over, None where it says none.
    """
    if position and (found := _place_at(upsert, position)):
        return found
    cells = [cell for row in upsert.rows for cell in row.cells]
    key = _KEY.search(diag.message_detail or "")
    if key is not None:
        wanted = key["column"].split(",")[0].strip().strip('"'), key["value"].split(",")[0].strip()
        for cell in reversed(cells):
            if (cell.column, cell.text) == wanted:
                return cell.place
    column = diag.column_name or (match[1] if (match := _COLUMN.search(diag.message_primary or "")) else None)
    for row in upsert.rows:
        own = next((cell for cell in row.cells if cell.column == column), None)
        if column is not None and (own is None or own.kind is CellKind.NULL):
            return row.place if own is None else own.place
    return upsert.rows[0].place


def _place_at(upsert: Upsert, position: int) -> Place | None:
    """The fragment that holds character `position` (from 1) of the text that the server read."""
    end, count = 0, 0
    for one in upsert.fragments:
        if one.secret is not None:
            count += 1
            end += len(f"${count}")
        else:
            end += len(one.sql.replace("%%", "%"))
        if position <= end:
            return one.place
    return None
