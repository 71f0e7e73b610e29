"""The ledger: which migrations a database has, kept in the database itself.

The table is Hasura's (`version`, `dirty`) with nullable columns of ours, so that either tool can write a row. What
counts is the set of versions in it, never the highest one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_nself.core.errors import ConfigError, MigrationError
from pytest_nself.core.names import QUALIFIED_PATTERN, parse_qualified, quote_identifier, quote_literal, quote_qualified
from pytest_nself.core.plan import Seen

from .migration import label_of

if TYPE_CHECKING:
    import psycopg

    from .foreign.ledger import ForeignLedger


OWN_COLUMNS = {
    "name": "text",
    "checksum": "text",
    "checksum_algorithm": "text",
    "applied_at": "timestamp with time zone",
    "took_ms": "bigint",
    "applied_by": "text",
    "tool_version": "text",
    "environment": "text",
    "down_checksum": "text",
    "progress": "text",
}
"""Our columns beside `version` and `dirty`, with their types. All may be null: other tools do not fill them."""

LOG_SUFFIX = "_log"
"""The log stands beside the ledger: what ran, when, by whom, also what was taken back since."""


class LedgerTable(NamedTuple):
    """Where the ledger is."""

    schema: str = "hdb_catalog"
    name: str = "schema_migrations"

    @classmethod
    def parse(cls, text: str) -> LedgerTable:
        """`schema.table`, or `table` in the schema public; quoted names keep their case. ConfigError for the rest."""
        parts = parse_qualified(text) if re.fullmatch(QUALIFIED_PATTERN, text.strip()) else ()
        if not 1 <= len(parts) <= 2 or any(not part or len(part.encode()) > 59 for part in parts):
            raise ConfigError(
                f"{text!r} does not name a table.",
                "DB_MIGRATION_TABLE is `table` (in the schema public) or `schema.table`, each of at most 59 bytes.",
                "correct it, or unset it for hdb_catalog.schema_migrations",
            )
        return cls(*parts) if len(parts) == 2 else cls("public", parts[0])

    @property
    def quoted(self) -> str:
        """The table's name as SQL."""
        return quote_qualified(self.schema, self.name)

    @property
    def quoted_log(self) -> str:
        """The log's name as SQL."""
        return quote_qualified(self.schema, self.name + LOG_SUFFIX)

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


LEDGER = LedgerTable()


class Progress(NamedTuple):
    """How far a migration came that does not run in one transaction.

    `part` counts from 1. A part that was `begun` and not done may have ended or not: nobody wrote it down. One that the
    server `refused` is not done, though something of it may be left. `checksum` is that of what is done and begun, so
    that an edit there is noticed; earlier releases wrote that of the whole text in this direction.
    """

    direction: str
    part: int
    begun: bool
    checksum: str
    refused: bool = False

    @classmethod
    def parse(cls, text: str | None) -> Progress | None:
        """Read what `str()` wrote; None for anything else."""
        match (text or "").split():
            case [("up" | "down") as direction, part, ("begun" | "done" | "refused") as state, checksum] if (
                part.isdigit()
            ):
                return cls(direction, int(part), state == "begun", checksum, state == "refused")
        return None

    def __str__(self) -> str:
        return f"{self.direction} {self.part} {self.state} {self.checksum}"

    @property
    def state(self) -> str:
        """`begun`, `refused` or `done`."""
        return "begun" if self.begun else "refused" if self.refused else "done"


class LedgerRow(NamedTuple):
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
    down_checksum: str | None = None
    progress: Progress | None = None

    @classmethod
    def of(cls, *columns: Any) -> LedgerRow:
        """The row as the ledger has it, its progress as text."""
        fields = (*columns[:-1], Progress.parse(columns[-1]))
        return cls(*fields)

    @property
    def label(self) -> str:
        """`7_add_users`, as far as the row knows."""
        return label_of(self.version, self.name)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger held when it was read. `rows` by version; `columns` is empty where there is no table.

    `found` is what a look at the database gave for a version that is half-way: rows of a name and a state. `drizzle` is
    drizzle's own ledger of the same folder, `elsewhere` the versions that only drizzle has applied. `stamps` are the
    environments that the database was ever migrated as; `hasura` says that Hasura keeps its own state beside it.
    """

    table: LedgerTable = LEDGER
    rows: Mapping[int, LedgerRow] = field(default_factory=lambda: MappingProxyType({}))
    columns: frozenset[str] = frozenset()
    schema_exists: bool = False
    log_exists: bool = False
    seen: tuple[Seen, ...] = ()
    found: Mapping[int, tuple[tuple[str, str], ...]] = field(default_factory=lambda: MappingProxyType({}))
    drizzle: ForeignLedger | None = None
    elsewhere: frozenset[int] = frozenset()
    stamps: frozenset[str] = frozenset()
    hasura: bool = False

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
    """Read the ledger; an empty one where there is no table. Leaves the connection's transaction as it found it.

    Raises MigrationError if what stands there under that name is not a ledger of ours or Hasura's.
    """
    from psycopg.pq import TransactionStatus
    from psycopg.rows import tuple_row

    idle = connection.info.transaction_status == TransactionStatus.IDLE
    try:
        # Binary, because times as text have the role's DateStyle.
        with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
            shape_query = _shape_query(table)
            shape = cursor.execute(shape_query.encode(), prepare=False).fetchall()
            columns = {str(name): str(kind) for what, name, kind in shape if what == "column"}
            log_exists = any(row[0] == "log" for row in shape)
            hasura = any(row[0] == "hasura" for row in shape)
            known = frozenset(columns)
            seen = (Seen.of(shape_query, shape),)
            if not columns:
                schema_exists = any(row[0] == "schema" for row in shape)
                return Ledger(table, MappingProxyType({}), known, schema_exists, log_exists, seen, hasura=hasura)
            _check_shape(table, columns)
            rows = cursor.execute(_rows_query(table, known).encode(), prepare=False).fetchall()
            stamps = {row[8] for row in rows if row[8]}
            if not rows and log_exists:  # what was taken back, or reset, had an environment, too
                query = f"select distinct environment from {table.quoted_log} where environment is not null"
                stamps = {row[0] for row in cursor.execute(query.encode(), prepare=False)}
    finally:
        if idle and connection.info.transaction_status != TransactionStatus.IDLE:
            connection.rollback()
    # Fingerprinted without the times: a session's TimeZone would change how they print.
    state = Seen.of(_state_query(table, known), [(str(row[0]), str(row[1]).lower(), row[3], row[-1]) for row in rows])
    by_version = {row[0]: LedgerRow.of(*row) for row in rows}
    held = (*seen, state)
    return Ledger(
        table, MappingProxyType(by_version), known, True, log_exists, held, stamps=frozenset(stamps), hasura=hasura
    )


def _check_shape(table: LedgerTable, columns: Mapping[str, str]) -> None:
    shown = ", ".join(f"{name} {kind}" for name, kind in sorted(columns.items()))
    remedy = (
        "name another table in DB_MIGRATION_TABLE; `nself db migrate baseline --from TOOL` takes over what that tool "
        "has applied"
    )
    if columns.get("version") != "bigint" or columns.get("dirty") != "boolean":
        raise MigrationError(
            f"{table} is not a ledger of migrations.",
            f"A ledger has the columns version bigint and dirty boolean; there stands: {shown}.",
            remedy,
        )
    if table.schema != LEDGER.schema and len(columns) == 2:
        raise MigrationError(
            f"{table} looks like the table of golang-migrate.",
            "It has only version and dirty, and holds one row: the last version, not one row for each migration.",
            remedy,
        )


def _shape_query(table: LedgerTable) -> str:
    """Rows (what, name, type): schema, log, the ledger's columns, Hasura's own state; as far as they exist."""
    schema, name, log = quote_literal(table.schema), quote_literal(table.name), quote_literal(table.name + LOG_SUFFIX)
    return (
        f"select 'schema'::text, n.nspname::text, ''::text from pg_catalog.pg_namespace n where n.nspname = {schema}"
        " union all select case c.relname when " + log + " then 'log' else 'column' end, a.attname::text,"
        " case when c.relkind in ('r', 'p') then pg_catalog.format_type(a.atttypid, null) else 'not a table' end"
        " from pg_catalog.pg_attribute a"
        " join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        f" where n.nspname = {schema} and c.relname in ({name}, {log})"
        " and a.attnum > 0 and not a.attisdropped"
        " union all select 'hasura', 'hdb_version', '' from pg_catalog.pg_class c"
        " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'hdb_catalog' and c.relname = 'hdb_version' order by 1, 2"
    )


def _rows_query(table: LedgerTable, columns: frozenset[str]) -> str:
    wanted = [name for name in OWN_COLUMNS if name != "tool_version"]
    own = [quote_identifier(name) if name in columns else "null" for name in wanted]
    return f"select version, dirty, {', '.join(own)} from {table.quoted} order by version"


def _state_query(table: LedgerTable, columns: frozenset[str]) -> str:
    # Ordered by the number: the bare name would mean the output column, which is text.
    checksum = "l.checksum" if "checksum" in columns else "null::text"
    progress = "l.progress" if "progress" in columns else "null::text"
    return f"select l.version::text, l.dirty::text, {checksum}, {progress} from {table.quoted} l order by l.version"
