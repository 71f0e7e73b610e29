"""Where the database is, and a connection to it.

The address is read once, when this module is imported, as most apps do it. The connection is opened at the first use
and kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg

DATABASE_URL = os.environ["DATABASE_URL"]

_kept: psycopg.Connection | None = None


def connect() -> psycopg.Connection:
    """A new connection; the caller closes it."""
    return psycopg.connect(DATABASE_URL)


def kept_connection() -> psycopg.Connection:
    """The connection of this process; a broken one is replaced."""
    global _kept
    if _kept is not None and not _alive(_kept):
        _kept.close()
        _kept = None
    if _kept is None:
        _kept = connect()
    return _kept


def use_tenant(conn: psycopg.Connection, tenant_id: UUID) -> None:
    """Until the end of the transaction, `conn` sees and writes the rows of this tenant only."""
    conn.execute("select set_config('app.tenant_id', %s, true)", [str(tenant_id)])


@contextmanager
def tenant_transaction(tenant_id: UUID) -> Iterator[psycopg.Connection]:
    """A transaction for one tenant on the kept connection; committed at the end, rolled back on an error."""
    with kept_connection().transaction():
        conn = kept_connection()
        use_tenant(conn, tenant_id)
        yield conn


def _alive(conn: psycopg.Connection) -> bool:
    if conn.closed:
        return False
    if conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        return True
    try:
        conn.execute("select 1")
        conn.rollback()
    except psycopg.OperationalError:
        return False
    return True
