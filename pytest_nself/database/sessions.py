"""Who is, or was, in a database: a look that costs microseconds and misses nobody."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import quote_literal

if TYPE_CHECKING:
    import psycopg

_POLL_S = 0.001


@cache
def query(name: str) -> str:
    """The text of `queries/<name>.sql`."""
    return (Path(__file__).parent / "queries" / f"{name}.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that was in a transaction, or in a statement, when a test was over."""

    pid: int
    application: str
    state: str
    query: str

    def __str__(self) -> str:
        who = f" ({self.application})" if self.application else ""
        return f"pid {self.pid}{who}, {self.state}: {' '.join(self.query.split())[:200]}"


@dataclass(frozen=True, slots=True)
class Gate:
    """What one look at a database shows.

    `backends` are the sessions that are connected now, `sessions` all that ever reported (counted when a session first
    waits for a command, at the latest when it ends), `stats_reset` when those counters were last set to zero.
    Two looks with the same `visits` and no stranger connected at the second: nobody was there between them.
    """

    backends: int
    sessions: int
    stats_reset: str
    lsn: str
    open: tuple[OpenSession, ...]

    @property
    def visits(self) -> tuple[int, str]:
        return self.sessions, self.stats_reset


def look(admin: psycopg.Connection[Any], database_oid: int, janitor_pid: int) -> Gate:
    """One look, over a connection to any database of the same server; `janitor_pid` is not counted as open."""
    values = {"database": database_oid, "janitor": janitor_pid}
    row = admin.execute(query("reset_gate"), values).fetchone()
    assert row is not None  # a select without from has one row
    return Gate(row[0], row[1], row[2], row[3], tuple(OpenSession(*session) for session in row[4] or ()))


def end_open(
    admin: psycopg.Connection[Any], database_oid: int, janitor_pid: int, *, grace_s: float = 0.02, wait_s: float = 5.0
) -> tuple[tuple[OpenSession, ...], Gate]:
    """End the sessions that are in a transaction; those that ended, and the look after which none is left.

    A client that closes its connection does not wait for the server, so a session gets `grace_s` to leave by itself
    before it counts. A session without a transaction is not touched: pools keep their connections.
    Raises TimeoutError when a session is still there after `wait_s`.
    """
    gate = look(admin, database_oid, janitor_pid)
    calm = time.monotonic() + grace_s
    while gate.open and time.monotonic() < calm:
        time.sleep(_POLL_S)
        gate = look(admin, database_oid, janitor_pid)
    ended: dict[int, OpenSession] = {}
    give_up = time.monotonic() + wait_s
    while gate.open:
        for session in gate.open:
            if session.pid not in ended:
                # pg_terminate_backend's own timeout polls every 100 ms; we look ourselves.
                admin.execute("select pg_catalog.pg_terminate_backend(%s)", [session.pid])
                ended[session.pid] = session
        if time.monotonic() > give_up:
            raise TimeoutError(str(gate.open[0]))
        time.sleep(_POLL_S)
        gate = look(admin, database_oid, janitor_pid)
    return tuple(ended.values()), gate


def end_prepared(connection: psycopg.Connection[Any]) -> tuple[OpenSession, ...]:
    """Roll back the transactions that were prepared in the database of `connection` and never ended."""
    rows = connection.execute(
        "select gid from pg_catalog.pg_prepared_xacts where database = current_database() order by gid"
    ).fetchall()
    for (gid,) in rows:
        connection.execute(f"rollback prepared {quote_literal(gid)}", prepare=False)
    return tuple(OpenSession(0, "", "prepared transaction", gid) for (gid,) in rows)
