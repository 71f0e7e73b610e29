"""Rows read from a database as text: those that a query names, then their parents, then, if wanted, their children."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef, quote_identifier, quote_qualified
from pytest_nself.data.shape.model import Column, Reference, Shape, Table
from pytest_nself.data.shape.order import root_of

if TYPE_CHECKING:
    import psycopg

Values = Mapping[str, str | None]
LIMIT = 1000
_PLACE = ""
"""Under this name a row of a table without a key has where it lies: two rows may be alike in all columns."""

# Text that every server, whatever its settings, reads as the same value.
_SETTINGS = """
set local datestyle = 'iso, ymd'; set local intervalstyle = 'postgres'; set local timezone = 'UTC';
set local bytea_output = 'hex'; set local extra_float_digits = 1; set local lc_monetary = 'C';
set local xmloption = 'content'
"""


@dataclass(slots=True)
class Captured:
    """The rows of each table by their identity: the values of `identity(table)`, in the order that they were found."""

    shape: Shape
    limit: int = LIMIT
    tables: dict[ObjectRef, dict[tuple[str | None, ...], Values]] = field(default_factory=dict)

    def add(self, table: Table, rows: Iterable[Values]) -> list[Values]:
        """Take rows; those that were not there."""
        there = self.tables.setdefault(table.ref, {})
        keyed = has_identity(table)
        new = []
        for row in rows:
            key = tuple(row[name] for name in identity(table)) if keyed else (row[_PLACE],)
            if key not in there:
                there[key] = row
                new.append(row)
        if sum(map(len, self.tables.values())) > self.limit:
            raise FixtureError(
                f"These are more than {self.limit} rows.",
                "; ".join(f"{ref}: {len(rows)}" for ref, rows in self.tables.items()) + ".",
                "ask for fewer (add a where or a limit to the query), or say --limit",
            )
        return new


@dataclass(frozen=True, slots=True)
class Named:
    """Rows of a table by the values of some of its columns."""

    table: Table
    columns: tuple[str, ...]
    keys: tuple[tuple[str | None, ...], ...]


def identity(table: Table) -> tuple[str, ...]:
    """The columns that tell rows apart: the primary key, else a key without nulls, else all of them."""
    return _key(table) or tuple(column.name for column in table.columns)


def has_identity(table: Table) -> bool:
    """Whether a key tells its rows apart."""
    return _key(table) is not None


def _key(table: Table) -> tuple[str, ...] | None:
    must = {column.name for column in table.columns if column.must}
    for key in sorted((key for key in table.keys if key.plain), key=lambda key: not key.primary):
        columns = tuple(name for name in key.columns if name is not None)
        if must.issuperset(columns):
            return columns
    return None


def capture_rows(
    connection: psycopg.Connection[Any],
    shape: Shape,
    queries: Sequence[str],
    *,
    follow: bool = False,
    limit: int = LIMIT,
) -> Captured:
    """The rows that the queries name, with all that they refer to; with `follow` those that refer to them, too.

    To be called in a transaction that only reads. Raises FixtureError for a query that does not say which rows it
    means, psycopg.Error for one that the server refuses.
    """
    connection.execute(_SETTINGS.encode())
    captured = Captured(shape, limit)
    for query in queries:
        for named in _named(connection, shape, query):
            new = captured.add(named.table, _read(connection, named))
            if follow:
                _children(connection, captured, new, named.table)
    _parents(connection, captured)
    return captured


def _named(connection: psycopg.Connection[Any], shape: Shape, query: str) -> list[Named]:
    """Which rows of which tables a query means: those whose whole key is among its columns."""
    # A message that is prepared holds one statement, so none can end the transaction and begin to write.
    cursor = connection.execute(query.encode(), prepare=True)
    result = cursor.pgresult
    if result is None or cursor.description is None:
        raise FixtureError("This is no query: it gives no rows.", query, "write a select")
    origins: dict[int, dict[int, int]] = {}
    for position in range(result.nfields):
        if oid := result.ftable(position):
            origins.setdefault(oid, {}).setdefault(result.ftablecol(position), position)
    rows = [[result.get_value(number, at) for at in range(result.nfields)] for number in range(result.ntuples)]
    encoding = connection.info.encoding
    texts = [[None if value is None else value.decode(encoding) for value in row] for row in rows]
    found, lacking = [], []
    for oid, columns in origins.items():
        table = _table(connection, shape, oid)
        if table is None:
            continue
        places = {column.name: columns[column.number] for column in table.columns if column.number in columns}
        missing = [name for name in identity(table) if name not in places]
        if missing:
            lacking.append(f"{table.ref} lacks {', '.join(missing)}")
            continue
        key = identity(table)
        keys = dict.fromkeys(tuple(row[places[name]] for name in key) for row in texts)
        if has_identity(table):  # else it is the other side of an outer join that found nothing
            keys = {one: None for one in keys if None not in one}
        found.append(Named(table, key, tuple(keys)))
    if not found:
        raise FixtureError(
            "The query does not say which rows it means.",
            f"{'; '.join(lacking)}."
            if lacking
            else "None of its columns comes from a table, as far as the server says.",
            "select the key of the rows, or all of them: select * from a table (a view hides them)",
        )
    return found


def _table(connection: psycopg.Connection[Any], shape: Shape, oid: int) -> Table | None:
    row = connection.execute(
        "select n.nspname::text, c.relname::text from pg_catalog.pg_class as c "
        "join pg_catalog.pg_namespace as n on n.oid = c.relnamespace where c.oid = %s",
        [oid],
    ).fetchone()
    found = shape.tables.get(ObjectRef("table", *row)) if row is not None else None
    return found and shape.tables[root_of(shape, found.ref)]


def _parents(connection: psycopg.Connection[Any], captured: Captured) -> None:
    """Until nothing is referred to that is not there; a circle ends as its rows are known."""
    waiting = [(captured.shape.tables[ref], list(rows.values())) for ref, rows in captured.tables.items()]
    while waiting:
        table, rows = waiting.pop()
        for reference, target in references_of(captured.shape, table):
            keys = {
                tuple(row[name] for name in reference.columns)
                for row in rows
                if all(row[name] is not None for name in reference.columns)
            }
            there = captured.tables.get(target.ref, {}).values()
            keys -= {tuple(row[name] for name in reference.target_columns) for row in there}
            if keys:
                named = Named(target, reference.target_columns, tuple(sorted(keys, key=str)))
                waiting.append((target, captured.add(target, _read(connection, named))))


def _children(connection: psycopg.Connection[Any], captured: Captured, rows: Sequence[Values], parent: Table) -> None:
    """The rows that refer to these, and those that refer to them."""
    waiting = [(parent, list(rows))]
    while waiting:
        table, new = waiting.pop()
        for child in captured.shape.roots:
            for reference, target in references_of(captured.shape, child):
                if target.ref == table.ref:
                    keys = dict.fromkeys(tuple(row[name] for name in reference.target_columns) for row in new)
                    more = captured.add(child, _read(connection, Named(child, reference.columns, tuple(keys))))
                    if more:
                        waiting.append((child, more))


def references_of(shape: Shape, table: Table) -> Iterator[tuple[Reference, Table]]:
    """The table's foreign keys with the tables that they point to, a partition standing for the whole."""
    for reference in table.references:
        target = shape.tables.get(root_of(shape, reference.target))
        if target is not None:
            yield reference, target


def _read(connection: psycopg.Connection[Any], named: Named) -> list[Values]:
    if not named.keys:
        return []
    table = named.table
    columns = table.columns  # computed ones too: a key may be made of them
    by_name = {column.name: column for column in table.columns}
    shown = ", ".join(f"t.{quote_identifier(column.name)}::text" for column in columns)
    arrays = ", ".join("%s::text[]" for _ in named.columns)
    names = ", ".join(f"k{number}" for number in range(len(named.columns)))
    keyed = has_identity(table) or named.columns != identity(table)
    same = " and ".join(_same(by_name[name], number, keyed) for number, name in enumerate(named.columns))
    order = ", ".join(f"t.{quote_identifier(name)}" for name in identity(table)) if has_identity(table) else "1"
    # A table without a key may hold the same row twice: exists() brings both.
    query = (
        f"select {shown}, t.tableoid || t.ctid::text from {quote_qualified(table.ref.schema, table.ref.name)} as t "
        f"where exists (select from unnest({arrays}) as k ({names}) where {same}) order by {order}"
    )
    lists = [[key[number] for key in named.keys] for number in range(len(named.columns))]
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(query.encode(), lists).fetchall()
    return [dict(zip((*(column.name for column in columns), _PLACE), row, strict=True)) for row in found]


def _same(column: Column, number: int, keyed: bool) -> str:
    # json has no equality, so a row that only its values tell apart is found by their text.
    left = f"t.{quote_identifier(column.name)}"
    if keyed:
        return f"{left} = k{number}::{column.type.written}"
    return f"{left}::text is not distinct from k{number}::{column.type.written}::text"
