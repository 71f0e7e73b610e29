"""The runner's lock: on a database somebody owns, one run at a time.

It is held by an open transaction on a connection of its own, so it ends with the process whatever happens. That
transaction must not hold back others: READ COMMITTED, literal SQL by the simple protocol (a bound parameter would keep
a snapshot open, and `create index concurrently` would wait for it), no timeouts, and each failed try ends it.

The work is done on a second connection, opened once the lock is held. Its application name carries the lock's key: a
run that was killed frees the lock at once, but its last statement may still be running in the server, and the next run
waits for that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import NoServer, Refused
from pytest_nself.core.names import quote_literal
from pytest_nself.database.database import Database

from .room import CHECK_CLIENT, PATIENT, connect_within, is_full, lock_key, pauses, room_key
from .waiting import answer_within, is_gone

if TYPE_CHECKING:
    import psycopg

DEFAULT_WAIT_S = 60.0
_POOL_WAIT_S = 15.0
_WORK_SETTINGS = {
    # The server looks twice a second whether its client still lives, also in the middle of a statement.
    CHECK_CLIENT: "500",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
}


@dataclass(frozen=True, slots=True)
class HeldLock:
    """Proof that the lock of this name is held, and by which connection."""

    name: str
    key: int
    connection: psycopg.Connection[Any]
    deadline: float

    def is_lost(self) -> bool:
        """Whether the connection that holds the lock is gone, as far as can be seen without asking the server."""
        return is_gone(self.connection)

    def blockers(self) -> str:
        """Who holds back the run's own statement just now, in words; empty when nobody does."""
        row = _looked_up(
            self.connection,
            "select b.pid, coalesce(b.usename::text, '?'), coalesce(nullif(b.application_name, ''), '?'), b.state,"
            " (extract(epoch from pg_catalog.clock_timestamp() - b.xact_start))::int, b.query"
            " from pg_catalog.pg_stat_activity a, pg_catalog.unnest(pg_catalog.pg_blocking_pids(a.pid)) w (pid)"
            " join pg_catalog.pg_stat_activity b on b.pid = w.pid"
            f" where a.application_name = {quote_literal(work_name(self.key))} and a.datname = current_database()"
            " order by b.xact_start limit 1",
        )
        if row is None:
            return ""
        pid, role, application, state, seconds, query = row
        since = f", in a transaction for {seconds} s" if seconds is not None else ""
        said = " ".join((query or "").split())[:200] or "not shown to this role"
        return f"Held back by server process {pid} (role {role}, {application}, {state}{since}): {said}"

    def ask_for_room(self) -> None:
        """Let those who wait for the lock give up their connections between two tries, as long as it is held."""
        # Who just tries holds this one as well, for a moment: the next call gets it.
        self.connection.execute(f"select pg_catalog.pg_try_advisory_xact_lock({room_key(self.name)})".encode())


def work_name(key: int) -> str:
    """The application name of the connection that works under the lock."""
    return f"nself {key}"


@contextmanager
def runner_lock(
    on: Database,
    name: str,
    *,
    wait_s: float = DEFAULT_WAIT_S,
    connection: psycopg.Connection[Any] | None = None,
    waiting: Callable[[str], None] | None = None,
) -> Iterator[HeldLock]:
    """Hold the lock while the block runs, on `connection` if given (in autocommit, outside a transaction).

    `connection` is closed when the holder needs its room; another one takes its place then. `waiting` is told, once,
    when somebody else holds the lock. Raises Refused if it is not to be had within `wait_s` seconds, and NoServer when
    the server has no room for a connection that long.
    """
    key, deadline = lock_key(name), time.monotonic() + wait_s
    tries = _Tries(on, name, key, wait_s, deadline, waiting)
    with closing(tries):
        holder = tries.take(connection)
        try:
            _outwait(holder, key, name, deadline, waiting)
            yield HeldLock(name, key, holder, deadline)
        finally:
            _let_go(holder)


def _let_go(holder: psycopg.Connection[Any]) -> None:
    """End the transaction; with a connection that is gone the lock is too, and what went wrong is told elsewhere."""
    import psycopg

    try:
        if not holder.closed:
            holder.execute("rollback")
    except psycopg.OperationalError:
        holder.close()


@contextmanager
def working(on: Database, lock: HeldLock) -> Iterator[psycopg.Connection[Any]]:
    """The connection that works under the lock: the server ends its statement soon after this process is gone.

    Raises NoServer when there is room for one connection only.
    """
    import psycopg

    name = work_name(lock.key)
    try:
        settings = _work_settings(lock.connection)
        connection = connect_within(on, lock.deadline, name, settings, when_full=lock.ask_for_room)
        try:
            answer_within(connection, "select 1", max(1.0, min(_POOL_WAIT_S, lock.deadline - time.monotonic())))
        except TimeoutError:
            connection.close()
            raise
    except (TimeoutError, psycopg.Error) as error:
        if isinstance(error, psycopg.Error) and not is_full(error):
            remedy = "see whether the server is up, then run it again"
            raise NoServer(f"The connection to {on.dsn} was lost.", str(error).strip(), remedy) from None
        raise NoServer(
            f"{on.dsn} gives no second connection.",
            "One connection holds the lock, another one works. The pool, the role or the server lets no more than one "
            f"in, or all others are taken: {error}",
            "set DATABASE_URL_DIRECT to the server itself, past the pool; or let the role have more connections",
        ) from None
    with closing(connection):
        yield connection


def _work_settings(connection: psycopg.Connection[Any]) -> Mapping[str, str]:
    newer = {"transaction_timeout": "0"} if connection.info.server_version >= 170000 else {}
    return _WORK_SETTINGS | newer


@dataclass(slots=True)
class _Tries:
    """Trying to get the lock, on a connection that is lent or on one of our own."""

    on: Database
    name: str
    key: int
    wait_s: float
    deadline: float
    waiting: Callable[[str], None] | None
    own: psycopg.Connection[Any] | None = None

    def take(self, lent: psycopg.Connection[Any] | None) -> psycopg.Connection[Any]:
        """The connection whose open transaction has the lock. Raises Refused."""
        connection = lent or self._connect()
        tries = pauses()
        while True:
            held, room = _try(connection, self.key, room_key(self.name))
            if held:
                return connection
            connection.execute("rollback")
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise Refused(
                    f"Another run holds the {self.name} lock of this database.",
                    f"Waited {self.wait_s:g} s. {_holder(connection, self.key)}",
                    "wait for the other run to end, then run this again; --lock-wait gives it more time",
                )
            if self.waiting is not None:
                self.waiting(f"Waiting for another run. {_holder(connection, self.key)}")
                self.waiting = None
            if not room:
                connection.close()
            time.sleep(min(left, next(tries)))
            if not room:
                connection = self._connect()

    def _connect(self) -> psycopg.Connection[Any]:
        import psycopg

        try:
            self.own = connect_within(self.on, self.deadline, f"nself lock {self.key}", PATIENT)
        except psycopg.OperationalError as error:
            if not is_full(error):
                raise
            raise NoServer(
                f"{self.on.dsn} has no room for another connection.",
                f"Waited {self.wait_s:g} s. {str(error).strip()}",
                "end connections that nobody needs; --lock-wait gives it more time",
            ) from None
        return self.own

    def close(self) -> None:
        """Close what was opened here."""
        if self.own is not None:
            self.own.close()


def _try(connection: psycopg.Connection[Any], key: int, room: int) -> tuple[bool, bool]:
    """Begin a transaction and try: whether it has the lock, and whether there is room for those who wait."""
    timeouts = ["idle_in_transaction_session_timeout", "statement_timeout", "lock_timeout"]
    if connection.info.server_version >= 170000:  # there a transaction can be ended for its age alone
        timeouts.append("transaction_timeout")
    begin = "begin isolation level read committed; " + "".join(f"set local {name} = 0; " for name in timeouts)
    begin += f"select pg_catalog.pg_try_advisory_xact_lock({key}), pg_catalog.pg_try_advisory_xact_lock_shared({room})"
    row = connection.execute(begin.encode())
    while row.nextset():
        pass
    found = row.fetchone()
    assert found is not None
    return found[0], found[1]


def _outwait(
    connection: psycopg.Connection[Any],
    key: int,
    name: str,
    deadline: float,
    waiting: Callable[[str], None] | None,
) -> None:
    """Wait until no server process of an earlier holder is at work any more."""
    # A pool keeps idle connections under the name of who used them last; only what works, or may, counts.
    query = (
        "select a.pid, coalesce(a.query, '') from pg_catalog.pg_stat_activity a"
        f" where a.application_name = {quote_literal(work_name(key))} and a.datname = current_database()"
        " and coalesce(a.state, 'active') <> 'idle' order by a.pid limit 1"
    )
    tries = pauses()
    while (row := _looked_up(connection, query)) is not None:
        said = f"Server process {row[0]} still runs a statement of an earlier run: {' '.join(row[1].split())[:200]}"
        left = deadline - time.monotonic()
        if left <= 0:
            raise Refused(
                f"An earlier run that held the {name} lock is gone, and its last statement still runs.",
                said,
                f"wait for it; or end it: select pg_terminate_backend({row[0]})",
            )
        if waiting is not None:
            waiting(said)
            waiting = None
        time.sleep(min(left, next(tries)))


def _looked_up(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...] | None:
    """The first row of a query on pg_stat_activity, which keeps showing a transaction what it saw first."""
    cursor = connection.execute(f"select pg_catalog.pg_stat_clear_snapshot(); {query}".encode())
    cursor.nextset()
    return cursor.fetchone()


def _holder(connection: psycopg.Connection[Any], key: int) -> str:
    """Who holds it, as far as this role may see."""
    unsigned = key % 2**64
    row = connection.execute(
        "select a.pid, coalesce(a.usename::text, '?'), coalesce(a.client_addr::text, 'a local socket'), a.backend_start"
        " from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid"
        f" where l.locktype = 'advisory' and l.granted and l.classid::bigint = {unsigned >> 32}"
        f" and l.objid::bigint = {unsigned & 0xFFFFFFFF} and l.objsubid = 1"
        " and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())"
        " order by a.pid".encode(),
        binary=True,  # a time as text has the role's DateStyle
    ).fetchone()
    if row is None:
        return "Its holder has just gone."
    since = f", connected since {row[3]:%Y-%m-%d %H:%M:%S}" if row[3] is not None else ""
    return f"Held by server process {row[0]} (role {row[1]} from {row[2]}{since})."
