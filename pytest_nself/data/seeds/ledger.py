"""The ledger of seeds, beside that of the migrations: which file was run here, when, and with which text.

It stands in Hasura's schema of books, which no comparison of schemas looks at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_nself.core.names import quote_identifier, quote_literal
from pytest_nself.core.plan import Seen
from pytest_nself.core.sql import COMMIT_AFTER, Sql
from pytest_nself.core.step import Statement
from pytest_nself.core.version import __version__
from pytest_nself.migrations.migration import CHECKSUM_ALGORITHM

from .seed_file import SeedFile

if TYPE_CHECKING:
    import psycopg

SCHEMA, TABLE = "hdb_catalog", "schema_seeds"
RECORD = "record seed "
"""How the title of the step begins that ends a file's transaction."""

_QUOTED = f"{quote_identifier(SCHEMA)}.{quote_identifier(TABLE)}"
_THERE = (
    f"select n.nspname::text, c.relname::text from pg_catalog.pg_namespace as n"
    f" left join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = {quote_literal(TABLE)}"
    f" where n.nspname = {quote_literal(SCHEMA)}"
)
_ROWS = f"select s.file, s.checksum, s.checksum_algorithm from {_QUOTED} as s order by s.file"
_CREATE = f"""\
create table if not exists {_QUOTED} (
  file text primary key, checksum text not null, checksum_algorithm text not null, environment text,
  applied_at timestamp with time zone not null, took_ms bigint, applied_by text, tool_version text
);"""
# What a file leaves behind in its session must not reach the ledger, nor the next file.
_RESET = "set constraints all immediate;\nreset session authorization;\nreset role;\nreset all;\n"


class SeedRow(NamedTuple):
    """A file that was run here."""

    file: str
    checksum: str
    algorithm: str
    environment: str | None
    applied_at: datetime
    took_ms: int | None
    applied_by: str | None


@dataclass(frozen=True, slots=True)
class SeedLedger:
    """What it held when it was read; `seen` tells later whether that is still so."""

    rows: Mapping[str, SeedRow] = field(default_factory=lambda: MappingProxyType({}))
    has_schema: bool = False
    exists: bool = False
    seen: tuple[Seen, ...] = ()

    def row(self, file: SeedFile) -> SeedRow | None:
        """When this file was run, if it was."""
        return self.rows.get(file.name)

    def is_changed(self, file: SeedFile) -> bool:
        """Whether the file was run with another text than it has."""
        row = self.row(file)
        return row is not None and (row.checksum, row.algorithm) != (file.checksum, CHECKSUM_ALGORITHM)

    def has(self, file: SeedFile) -> bool:
        """Whether the file was run as it is."""
        return self.row(file) is not None and not self.is_changed(file)


NO_SEEDS = SeedLedger()
"""The ledger of a database in which no seed was run."""


def read_seed_ledger(connection: psycopg.Connection[Any]) -> SeedLedger:
    """Read it; an empty one where there is none."""
    from psycopg.rows import tuple_row

    with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        there = cursor.execute(_THERE.encode(), prepare=False).fetchall()
        seen = Seen.of(_THERE, there)
        if not there or there[0][1] is None:
            return SeedLedger(has_schema=bool(there), seen=(seen,))
        query = (
            "select file, checksum, checksum_algorithm, environment, applied_at, took_ms, applied_by"
            f" from {_QUOTED} order by file"
        )
        rows = [SeedRow(*row) for row in cursor.execute(query.encode(), prepare=False).fetchall()]
    state = Seen.of(_ROWS, [row[:3] for row in rows])
    return SeedLedger(MappingProxyType({row.file: row for row in rows}), True, True, (seen, state))


def prepare_steps(ledger: SeedLedger) -> tuple[Statement, ...]:
    """What makes the table where it is missing."""
    if ledger.exists:
        return ()
    schema = "" if ledger.has_schema else f"create schema if not exists {quote_identifier(SCHEMA)};\n"
    return (Statement("prepare the ledger of seeds", Sql(schema + _CREATE, COMMIT_AFTER)),)


def record_step(file: SeedFile, environment: str) -> Statement:
    """The last statement of a file's transaction."""
    values = [file.name, file.checksum, CHECKSUM_ALGORITHM, environment]
    listed = ", ".join(quote_literal(value) for value in values)
    took = "pg_catalog.round(1000 * extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.now()))::bigint"
    own = ("checksum", "checksum_algorithm", "environment", "applied_at", "took_ms", "applied_by", "tool_version")
    text = (
        f"{_RESET}insert into {_QUOTED} (file, {', '.join(own)})\n"
        f"values ({listed}, pg_catalog.now(), {took}, current_user, {quote_literal(__version__)})\n"
        f"on conflict (file) do update set {', '.join(f'{name} = excluded.{name}' for name in own)};"
    )
    return Statement(f"{RECORD}{file.name}", Sql(text, COMMIT_AFTER))


def recorded(step: object) -> str | None:
    """The file whose transaction this step ends."""
    title = str(getattr(step, "title", ""))
    return title.removeprefix(RECORD) if title.startswith(RECORD) else None
