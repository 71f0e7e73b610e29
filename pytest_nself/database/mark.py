"""A moment in a server's life, against which later writing is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment in a server's life: where its log stood, and the next transaction's number."""

    lsn: str
    xid: str


def mark(connection: psycopg.Connection[Any]) -> Mark:
    """This moment; `connection` is to any database of the server."""
    row = connection.execute(
        "select pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text, "
        "pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.xid::pg_catalog.text"
    ).fetchone()
    assert row is not None
    return Mark(*row)
