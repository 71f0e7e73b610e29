"""The runner's lock: on a database somebody owns, one run at a time.

It is held by an open transaction on a connection of its own, so it ends with the process whatever happens. That
transaction must not hold back others: READ COMMITTED, literal SQL by the simple protocol (a bound parameter would keep
a snapshot open, and `create index concurrently` would wait for it), no timeouts, and each failed try ends it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import Refused
from pytest_nself.database.database import Database

if TYPE_CHECKING:
    import psycopg

DEFAULT_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class HeldLock:
    """Proof that the lock of this name is held."""

    name: str


def lock_key(name: str) -> int:
    """The advisory lock's number for a name: a signed 64-bit integer, the same in every release."""
    return int.from_bytes(sha256(f"pytest-nself lock: {name}".encode()).digest()[:8], "big", signed=True)


@contextmanager
def runner_lock(on: Database, name: str, *, wait_s: float = DEFAULT_WAIT_S) -> Iterator[HeldLock]:
    """Hold the lock while the block runs. Raises Refused if it is not to be had within `wait_s` seconds."""
    key = lock_key(name)
    connection = on.connect(autocommit=True, application_name=f"nself lock {key}", prepare_threshold=None)
    try:
        _take(connection, key, name, wait_s)
        yield HeldLock(name)
    finally:
        connection.close()


def _take(connection: psycopg.Connection[Any], key: int, name: str, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    pause = 0.02
    while True:
        row = connection.execute(
            "begin isolation level read committed;"
            " set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0;"
            f" select pg_catalog.pg_try_advisory_xact_lock({key})".encode()
        )
        while row.nextset():
            pass
        if row.fetchone() == (True,):
            return
        connection.execute("rollback")
        left = deadline - time.monotonic()
        if left <= 0:
            raise Refused(
                f"Another run holds the {name} lock of this database.",
                f"Waited {wait_s:g} s. {_holder(connection, key)}",
                "wait for the other run to end, then run this again",
            )
        time.sleep(min(left, pause * random.uniform(0.5, 1.5)))
        pause = min(pause * 1.5, 1.0)


def _holder(connection: psycopg.Connection[Any], key: int) -> str:
    """Who holds it, as far as this role may see."""
    unsigned = key % 2**64
    row = connection.execute(
        "select a.pid, coalesce(a.usename::text, '?'), coalesce(a.client_addr::text, 'a local socket'), a.backend_start"
        " from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid"
        f" where l.locktype = 'advisory' and l.granted and l.classid::bigint = {unsigned >> 32}"
        f" and l.objid::bigint = {unsigned & 0xFFFFFFFF} and l.objsubid = 1"
        " and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())"
        " order by a.pid".encode()
    ).fetchone()
    if row is None:
        return "Its holder has just gone."
    return f"Held by server process {row[0]} (role {row[1]} from {row[2]}, connected since {row[3]:%Y-%m-%d %H:%M:%S})."
