"""What was written to a database, by the one witness that no driver, process or thread can get round: the WAL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import quote_identifier

from .sessions import query

if TYPE_CHECKING:
    import psycopg

_SCHEMA = """
select n.nspname
  from pg_catalog.pg_extension as e
  join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
 where e.extname = 'pg_walinspect'
"""


@dataclass(frozen=True, slots=True)
class Written:
    """What the log says of one stretch of time.

    `files` has the highest number of blocks seen for each file node of the database, `shared` is true when a catalog
    that all databases share was written (by anyone), `mapped` when a catalog got a new file.
    `missing` is why the log could not be read (then anything may have been written), or "".
    """

    edge: str
    files: Mapping[int, int] = field(default_factory=dict)
    shared: bool = False
    mapped: bool = False
    missing: str = ""

    def __or__(self, later: Written) -> Written:
        files = dict(self.files)
        for node, blocks in later.files.items():
            files[node] = max(blocks, files.get(node, 0))
        return Written(
            later.edge, files, self.shared or later.shared, self.mapped or later.mapped, self.missing or later.missing
        )


def walinspect_schema(admin: psycopg.Connection[Any]) -> str | None:
    """The schema of `pg_walinspect` in the database that `admin` is connected to, or None."""
    row = admin.execute(_SCHEMA).fetchone()
    return None if row is None else str(row[0])


def wal_evidence_available(admin: psycopg.Connection[Any]) -> str | None:
    """Make `pg_walinspect` available where `admin` is (a database of ours, in autocommit mode); or say why not.

    Several processes may do this at the same time.
    """
    import psycopg

    if admin.info.server_version < 150000:
        return "pg_walinspect comes with PostgreSQL 15 and later"
    if walinspect_schema(admin) is not None:
        return None
    try:
        admin.execute("create extension if not exists pg_walinspect")
    except psycopg.errors.UniqueViolation:
        pass  # another process was faster
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0]
    return None if walinspect_schema(admin) is not None else "pg_walinspect could not be created"


def flush(admin: psycopg.Connection[Any]) -> None:
    """Write out all of the log that exists now: only what was written out can be read.

    Waiting for a commit does that, in every version and whatever `synchronous_commit` the server has.
    """
    admin.execute(
        "begin; set local synchronous_commit = on; select pg_catalog.pg_logical_emit_message(true, '', ''); commit",
        prepare=False,
    )


def read_written(
    admin: psycopg.Connection[Any], schema: str, database_oid: int, start: str, own_xids: frozenset[str]
) -> Written:
    """What others wrote to a database from `start` (a WAL position) to now; transactions in `own_xids` do not count."""
    import psycopg

    flush(admin)
    values = {
        "database": database_oid,
        "start": start,
        "path": f"/{database_oid}/([0-9]+)",
        "inside": f"%/{database_oid}/%",
        "map": f"database {database_oid} %",
        "own_xids": sorted(own_xids),
    }
    text = query("reset_written").replace("{walinspect}", quote_identifier(schema))
    try:
        rows = admin.execute(text, values).fetchall()
    except psycopg.Error as error:
        # A segment that was recycled, or an extension that somebody dropped.
        return Written(_position(admin), missing=str(error).strip().splitlines()[0])
    inside = {int(node): int(blocks) for _, database, node, _, blocks in rows if database == database_oid}
    mapped = inside.pop(0, None) is not None
    return Written(str(rows[0][0]), inside, any(row[1] == 0 for row in rows), mapped)


def _position(admin: psycopg.Connection[Any]) -> str:
    row = admin.execute("select pg_catalog.pg_current_wal_flush_lsn()::pg_catalog.text").fetchone()
    assert row is not None
    return str(row[0])
