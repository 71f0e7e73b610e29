"""From a database to the ledgers that other tools keep in it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import quote_literal
from pytest_nself.core.plan import Seen
from pytest_nself.migrations.ledger import LEDGER, LedgerTable

from .ledger import ForeignLedger, ForeignRow, Found, Tool, version_of
from .tools import all_tools

if TYPE_CHECKING:
    import psycopg

_OWN = ("nself", "hasura")
_UNKNOWN = "unknown"


def read_foreign(
    connection: psycopg.Connection[Any], own: LedgerTable = LEDGER, only: Collection[str] | None = None
) -> tuple[ForeignLedger, ...]:
    """Every ledger of another tool that the database has, by schema and table; `only` names the tools to look for.

    `own` is where our own ledger is: read_ledger reads it. A table that cannot be read is told as such, and so is one
    that has a ledger's name and no known shape. Only reads; leaves the connection's transaction as it found it.
    """
    tools = [tool for tool in all_tools() if only is None or tool.name in only]
    if not tools:
        return ()
    ledgers: list[ForeignLedger] = []
    with connection.transaction():
        for found, readable, hidden in _tables(connection, tools):
            candidates = [tool for tool in tools if _may_be(tool, found)]
            tool = next((tool for tool in candidates if tool.recognise(found)), None)
            if tool is None:
                if only is None:
                    ledgers.append(_unknown(found, candidates))
            elif tool.name in _OWN and (found.schema, found.table) == (own.schema, own.name):
                continue
            elif not readable:
                ledgers.append(_unreadable(found, tool))
            else:
                ledgers += _read(connection, found, tool, hidden=hidden)
    return tuple(sorted(ledgers, key=lambda one: (one.schema, one.table, one.source or "")))


def _may_be(tool: Tool, found: Found) -> bool:
    return found.table in tool.tables and tool.schema in (None, found.schema)


def _tables(connection: psycopg.Connection[Any], tools: Sequence[Tool]) -> Iterator[tuple[Found, bool, bool]]:
    """Tables that have a ledger's name; whether we may read them, and whether row-level security hides rows."""
    columns: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    rights: dict[tuple[str, str], tuple[bool, bool]] = {}
    for schema, table, readable, hidden, column, category in _select(connection, _tables_query(tools)):
        rights[schema, table] = (bool(readable), bool(hidden))
        columns[schema, table][column] = category
    beside = {tool.beside for tool in tools}
    for (schema, table), by_name in columns.items():
        found = Found(
            schema,
            table,
            MappingProxyType(by_name),
            frozenset(name for other, name in columns if other == schema and name in beside),
        )
        if any(_may_be(tool, found) for tool in tools):
            yield found, *rights[schema, table]


def _tables_query(tools: Sequence[Tool]) -> str:
    anywhere = {name for tool in tools if tool.schema is None for name in tool.tables}
    anywhere |= {tool.beside for tool in tools if tool.beside is not None}
    names = [f"c.relname in ({', '.join(map(quote_literal, sorted(anywhere)))})"] if anywhere else []
    names += [
        f"(n.nspname = {quote_literal(tool.schema)} and c.relname = {quote_literal(name)})"
        for tool in tools
        if tool.schema is not None
        for name in tool.tables
    ]
    return (
        "select n.nspname::text, c.relname::text,"
        " pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select'),"
        " pg_catalog.row_security_active(c.oid), a.attname::text, t.typcategory::text"
        " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " join pg_catalog.pg_type t on t.oid = a.atttypid"
        " where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'"
        f" and ({' or '.join(names)}) order by 1, 2, a.attnum"
    )


def _read(connection: psycopg.Connection[Any], found: Found, tool: Tool, *, hidden: bool) -> Iterator[ForeignLedger]:
    """One ledger; or one for each database that Hasura knows."""
    from psycopg import errors

    order = 'r.key collate "C", r.version collate "C", r.dirty, r.hash collate "C"'
    query = f'from ({tool.rows(found)}) r order by r.source collate "C", {order}'
    try:
        with connection.transaction():
            rows = _select(connection, f"select r.source, r.key, r.version, r.dirty::text, r.hash, r.applied {query}")
    except errors.DatabaseError as problem:
        # A lost connection and a cancelled query are not about this table.
        if isinstance(problem, errors.OperationalError) and not isinstance(problem, errors.LockNotAvailable):
            raise
        told = str(problem).partition("\n")[0]
        yield replace(_empty(found, tool), readable=False, note=f"it could not be read: {told}")
        return
    # Without the times: a session's TimeZone would change how some of them are read.
    seen = Seen.of(f"select r.source, r.key, r.version, r.dirty::text, r.hash {query}", [row[:5] for row in rows])
    notes = [tool.note, "row-level security may hide rows of it from this role" if hidden else ""]
    empty = replace(_empty(found, tool), note="; ".join(filter(None, notes)), seen=seen)
    by_source: dict[str | None, list[ForeignRow]] = defaultdict(list)
    for source, key, version, dirty, sha, applied in rows:
        by_source[source].append(
            ForeignRow(key or "", version_of(version), dirty != "false", _point_in_time(applied), sha)
        )
    for source, of_source in (by_source or {None: []}).items():
        yield replace(empty, rows=tuple(of_source), source=source)


def _empty(found: Found, tool: Tool) -> ForeignLedger:
    return ForeignLedger(tool.name, found.schema, found.table, by=tool.by, columns=frozenset(found.columns))


def _unreadable(found: Found, tool: Tool) -> ForeignLedger:
    note = "this role may not read it: it needs usage on the schema and select on the table"
    return replace(_empty(found, tool), readable=False, note=note)


def _unknown(found: Found, candidates: Sequence[Tool]) -> ForeignLedger:
    names = ", ".join(tool.name for tool in candidates)
    note = f"its name is that of a ledger ({names}), but its columns are not: {', '.join(found.columns)}"
    return ForeignLedger(
        _UNKNOWN, found.schema, found.table, note=note, readable=False, columns=frozenset(found.columns)
    )


def _select(connection: psycopg.Connection[Any], query: str) -> list[Any]:
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query.encode(), prepare=False).fetchall()


def _point_in_time(epoch: float | None) -> datetime | None:
    """The time; None where there is none, or none that a calendar of ours has (infinity, the year 12000)."""
    if epoch is None or not math.isfinite(epoch):
        return None
    try:
        return datetime.fromtimestamp(epoch, UTC)
    except (OverflowError, ValueError, OSError):
        return None
