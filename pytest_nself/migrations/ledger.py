"""The ledger: which migrations a database has, kept in the database itself.

The table is Hasura's (`version`, `dirty`) with nullable columns of ours, so that either tool can write a row. What
counts is the set of versions in it, never the highest one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import quote_identifier, quote_literal, quote_qualified
from pytest_nself.core.place import Place
from pytest_nself.core.plan import Seen
from pytest_nself.core.sql import COMMIT_AFTER, Sql
from pytest_nself.core.step import Statement, Step

from .migration import CHECKSUM_ALGORITHM, Migration

if TYPE_CHECKING:
    import psycopg

PREPARE_LEDGER = "prepare the ledger"
"""The title of the step that makes the table."""

_RECORD, _FORGET = "record ", "forget "

_OWN_COLUMNS = (
    ("name", "text"),
    ("checksum", "text"),
    ("checksum_algorithm", "text"),
    ("applied_at", "timestamp with time zone"),
    ("took_ms", "bigint"),
    ("applied_by", "text"),
    ("tool_version", "text"),
    ("environment", "text"),
)


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """Where the ledger is."""

    schema: str = "hdb_catalog"
    name: str = "schema_migrations"

    @property
    def quoted(self) -> str:
        """The table's name as SQL."""
        return quote_qualified(self.schema, self.name)


LEDGER = LedgerTable()


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One applied version. Another tool's row has only `version` and `dirty`."""

    version: int
    dirty: bool = False
    name: str | None = None
    checksum: str | None = None
    checksum_algorithm: str | None = None
    applied_at: datetime | None = None
    took_ms: int | None = None
    applied_by: str | None = None
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger held when it was read. `rows` by version; `columns` is empty where there is no table."""

    table: LedgerTable = LEDGER
    rows: Mapping[int, LedgerRow] = field(default_factory=lambda: MappingProxyType({}))
    columns: frozenset[str] = frozenset()
    schema_exists: bool = False
    seen: tuple[Seen, ...] = ()

    def __contains__(self, version: int) -> bool:
        return version in self.rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[LedgerRow]:
        """The rows in the order in which they were applied; those of unknown time first, by version."""
        return iter(sorted(self.rows.values(), key=_applied_order))

    @property
    def exists(self) -> bool:
        """Whether the table is there."""
        return bool(self.columns)


EMPTY_LEDGER = Ledger()
"""The ledger of a database that was made just now."""


def _applied_order(row: LedgerRow) -> tuple[bool, float, int]:
    when = row.applied_at
    return (when is not None, when.timestamp() if when is not None else 0.0, row.version)


def read_ledger(connection: psycopg.Connection[Any], table: LedgerTable = LEDGER) -> Ledger:
    """Read the ledger; an empty one where there is no table. Leaves the connection's transaction as it found it."""
    from psycopg.pq import TransactionStatus
    from psycopg.rows import tuple_row

    idle = connection.info.transaction_status == TransactionStatus.IDLE
    try:
        with connection.cursor(row_factory=tuple_row) as cursor:
            shape_query = _shape_query(table)
            shape = cursor.execute(shape_query.encode(), prepare=False).fetchall()
            columns = frozenset(str(row[1]) for row in shape if row[0] == "column")
            seen = (Seen.of(shape_query, shape),)
            if not {"version", "dirty"} <= columns:
                return Ledger(table, columns=columns, schema_exists=bool(shape), seen=seen)
            rows = cursor.execute(_rows_query(table, columns).encode(), prepare=False).fetchall()
    finally:
        if idle and connection.info.transaction_status != TransactionStatus.IDLE:
            connection.rollback()
    # Fingerprinted without the times: a session's TimeZone would change how they print.
    state = Seen.of(_state_query(table, columns), [(str(row[0]), str(row[1]).lower(), row[3]) for row in rows])
    by_version = {int(row[0]): LedgerRow(int(row[0]), bool(row[1]), *row[2:]) for row in rows}
    return Ledger(table, MappingProxyType(by_version), columns, True, (*seen, state))


def _shape_query(table: LedgerTable) -> str:
    """Rows ('schema', name) and ('column', name), as far as they exist."""
    schema, name = quote_literal(table.schema), quote_literal(table.name)
    return (
        f"select 'schema'::text, n.nspname::text from pg_catalog.pg_namespace n where n.nspname = {schema}"
        f" union all select 'column', a.attname::text from pg_catalog.pg_attribute a"
        f" join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        f" where n.nspname = {schema} and c.relname = {name} and a.attnum > 0 and not a.attisdropped order by 1, 2"
    )


def _rows_query(table: LedgerTable, columns: frozenset[str]) -> str:
    wanted = ("name", "checksum", "checksum_algorithm", "applied_at", "took_ms", "applied_by", "environment")
    own = [quote_identifier(name) if name in columns else "null" for name in wanted]
    return f"select version, dirty, {', '.join(own)} from {table.quoted} order by version"


def _state_query(table: LedgerTable, columns: frozenset[str]) -> str:
    # Ordered by the number: the bare name would mean the output column, which is text.
    checksum = "l.checksum" if "checksum" in columns else "null::text"
    return f"select l.version::text, l.dirty::text, {checksum} from {table.quoted} l order by l.version"


def plan_ledger(ledger: Ledger) -> tuple[Statement, ...]:
    """What makes the ledger ready to be written to: nothing where it already is."""
    missing = [(name, kind) for name, kind in _OWN_COLUMNS if name not in ledger.columns]
    if not missing:
        return ()
    table = ledger.table
    texts = []
    if not ledger.schema_exists:
        texts.append(f"create schema if not exists {quote_identifier(table.schema)};")
    if ledger.exists:
        added = ", ".join(f"add column {quote_identifier(name)} {kind}" for name, kind in missing)
        texts.append(f"alter table {table.quoted} {added};")
    else:
        columns = ["version bigint primary key", "dirty boolean not null default false"]
        columns += [f"{quote_identifier(name)} {kind}" for name, kind in missing]
        texts.append(f"create table if not exists {table.quoted} (\n  " + ",\n  ".join(columns) + "\n);")
    return (Statement(PREPARE_LEDGER, Sql("\n".join(texts), COMMIT_AFTER)),)


# What a migration may leave behind in its session must not reach the ledger row, nor the next migration.
_RESET = (
    "set constraints all immediate;\n"
    "reset session authorization;\n"
    "reset role;\n"
    "reset all;\n"
    "discard temporary;\n"
    "discard sequences;\n"
)


def insert_row(migration: Migration, table: LedgerTable, *, tool_version: str, environment: str | None) -> Statement:
    """The statement that ends a migration's transaction: the session as it was, and the row that says it is applied."""
    took = (
        "null"
        if migration.directives.no_transaction
        else "(1000 * pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - pg_catalog.now()))::bigint"
    )
    values = (
        str(migration.version),
        "false",
        quote_literal(migration.name),
        quote_literal(migration.checksum),
        quote_literal(CHECKSUM_ALGORITHM),
        "pg_catalog.clock_timestamp()",
        took,
        "session_user",
        quote_literal(tool_version),
        "null" if environment is None else quote_literal(environment),
    )
    columns = ", ".join(["version", "dirty", *(name for name, _ in _OWN_COLUMNS)])
    text = f"{_RESET}insert into {table.quoted} ({columns})\nvalues ({', '.join(values)});"
    return Statement(f"{_RECORD}{migration}", Sql(text, COMMIT_AFTER), place=_file_of(migration))


def delete_row(migration: Migration, table: LedgerTable) -> Statement:
    """The statement that ends a migration's way back."""
    text = f"{_RESET}delete from {table.quoted} where version = {migration.version};"
    return Statement(f"{_FORGET}{migration}", Sql(text, COMMIT_AFTER), place=_file_of(migration))


def recorded_by(step: Step) -> str | None:
    """The label of the migration that the step records or forgets; None for any other step."""
    for start in (_RECORD, _FORGET):
        if isinstance(step, Statement) and step.sql.transaction is COMMIT_AFTER and step.title.startswith(start):
            return step.title.removeprefix(start)
    return None


def _file_of(migration: Migration) -> Place:
    return Place(migration.place.path)
