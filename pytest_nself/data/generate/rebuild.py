"""Empty tables are loaded faster without their keys: dropped before the COPY and made again, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.read import reading
from pytest_nself.core.names import ObjectRef, quote_identifier, quote_literal, quote_qualified
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import Statement

if TYPE_CHECKING:
    import psycopg

WORTH = 10_000
"""With fewer rows in a table, dropping its keys takes longer than it saves."""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """What is dropped and made again. `before`: ahead of all rows; `after`: by table; `last`: behind all rows.

    `kept` says, in a sentence, why no table's keys are dropped.
    """

    before: tuple[Statement, ...] = ()
    after: Mapping[ObjectRef, tuple[Statement, ...]] = field(default_factory=dict)
    last: tuple[Statement, ...] = ()
    kept: str = ""

    @property
    def tables(self) -> Collection[ObjectRef]:
        """The tables whose keys are made again."""
        return self.after.keys()


def read_rebuild(connection: psycopg.Connection[Any], tables: Sequence[ObjectRef]) -> Rebuild:
    """How the keys of these tables, which are empty, are dropped and made again.

    Only the owner may do that, only while nobody else is connected to the database (a lock on the tables would make
    others wait), and only where no event trigger looks at what is done to tables. Whatever a definition does not say
    in full stays as it is.
    """
    if not tables:
        return Rebuild()
    (others, watched) = _row(connection, _OTHERS)
    if others:
        return Rebuild(kept="others are connected to the database")
    if watched:
        return Rebuild(kept="an event trigger looks at what is done to tables")
    names = {_oid(connection, ref): ref for ref in tables}
    found: dict[ObjectRef, list[Mapping[str, Any]]] = {}
    for row in _rows(connection, list(names)):
        found.setdefault(names[row["table"]], []).append(row)
    references = [(ref, one) for ref, parts in found.items() for one in parts if one["kind"] == "reference"]
    keys = [(ref, one) for ref, parts in found.items() for one in parts if one["kind"] != "reference"]
    before = [_drop(ref, one) for ref, one in (*references, *keys)]
    after: dict[ObjectRef, list[Statement]] = {}
    for ref, one in keys:
        after.setdefault(ref, []).append(_make(ref, one))
    return Rebuild(
        tuple(before),
        {ref: tuple(steps) for ref, steps in after.items()},
        tuple(_make(ref, one) for ref, one in references),
    )


_OTHERS = """
select
    (
        select count(*) from pg_catalog.pg_stat_activity
        where datname = pg_catalog.current_database() and pid <> pg_catalog.pg_backend_pid()
            and backend_type = 'client backend' and application_name <> 'nself'
    ),
    (select count(*) from pg_catalog.pg_event_trigger where evtenabled <> 'D')
"""


def _row(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(query.encode()).fetchone()
    assert row is not None  # aggregates always give one
    return row


def _oid(connection: psycopg.Connection[Any], ref: ObjectRef) -> int:
    name = quote_literal(quote_qualified(ref.schema, ref.name))
    return int(_row(connection, f"select {name}::pg_catalog.regclass::pg_catalog.oid::int8")[0])


def _rows(connection: psycopg.Connection[Any], oids: Sequence[int]) -> list[dict[str, Any]]:
    from psycopg import RawCursor
    from psycopg.rows import dict_row

    # Read so that definitions name every schema: they must mean the same wherever they are run.
    with reading(connection), RawCursor(connection, row_factory=dict_row) as cursor:
        cursor.execute(_droppable().encode(), (list(oids),))
        return cursor.fetchall()


@cache
def _droppable() -> str:
    return (Path(__file__).with_name("queries") / "droppable.sql").read_text()


def _drop(ref: ObjectRef, one: Mapping[str, Any]) -> Statement:
    table, name = quote_qualified(ref.schema, ref.name), quote_identifier(one["name"])
    if one["kind"] == "index":
        sql = f"drop index {quote_qualified(ref.schema, one['name'])};"
    else:
        sql = f"alter table {table} drop constraint {name};"
    return Statement(f"put aside {ref}.{one['name']}", Sql(sql))


def _make(ref: ObjectRef, one: Mapping[str, Any]) -> Statement:
    table, name = quote_qualified(ref.schema, ref.name), quote_identifier(one["name"])
    if one["kind"] == "index":
        lines = [f"{one['definition']};"]
    else:
        lines = [f"alter table {table} add constraint {name} {one['definition']};"]
    if one["clustered"]:
        lines.append(f"alter table {table} cluster on {name};")
    if one["comment"] is not None:
        lines.append(f"comment on constraint {name} on {table} is {quote_literal(one['comment'])};")
    if one["index_comment"] is not None:
        index = quote_qualified(ref.schema, one["name"])
        lines.append(f"comment on index {index} is {quote_literal(one['index_comment'])};")
    return Statement(f"make {ref}.{one['name']} again", Sql("\n".join(lines)))
