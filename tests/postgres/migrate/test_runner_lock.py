"""The runner's lock: who holds it, who waits, and what a killed run leaves behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from pytest_nself.core.errors import NoServer, Refused, StepFailed
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import ALONE, COMMIT_AFTER, Sql
from pytest_nself.core.step import Statement
from pytest_nself.database.database import Database, EphemeralDatabase
from pytest_nself.execute.executor import Progress, execute
from pytest_nself.execute.lock import runner_lock, work_name, working
from pytest_nself.execute.report import Report
from pytest_nself.execute.room import lock_key


@pytest.fixture
def owned(scratch_database: EphemeralDatabase) -> Database:
    """A database that is not ours, as far as the type tells."""
    return Database(scratch_database.dsn, scratch_database.server_version)


@pytest.fixture
def look(scratch_database: EphemeralDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A second connection, to see what is committed."""
    with closing(scratch_database.connect(autocommit=True)) as connection:
        yield connection


def _plan(*texts: str, lock_ms: int | None = None, alone: bool = False) -> Plan:
    kind = ALONE if alone else COMMIT_AFTER
    return Plan("try", tuple(Statement(text, Sql(text, kind), lock_timeout_ms=lock_ms) for text in texts), lock="try")


def test_only_one_run_holds_the_lock(scratch_database: EphemeralDatabase, owned: Database) -> None:
    """A second run waits for the first; when it waits too long it is refused, and told who holds the lock."""
    with runner_lock(owned, "try"):
        with pytest.raises(Refused, match="Held by server process"):
            execute(_plan("select 1"), owned, lock_wait_s=0.05)
        with runner_lock(owned, "another"):
            pass
        assert execute(_plan("select 1"), scratch_database, lock_wait_s=0).done  # one that we made needs no lock
    assert execute(_plan("select 1"), owned, lock_wait_s=0).done


def test_a_waiting_run_gets_the_lock_when_it_is_free(owned: Database) -> None:
    """The lock is polled, so the wait ends with the run before it; who waits is told once."""
    reports: list[Report] = []
    said: list[str] = []

    def run() -> None:
        with runner_lock(owned, "try", waiting=said.append) as lock:
            reports.append(execute(_plan("select 1"), owned, lock=lock))

    waiting = threading.Thread(target=run)
    with runner_lock(owned, "try"):
        waiting.start()
        waiting.join(0.2)
        assert not reports
    waiting.join(10)
    assert reports[0].done
    (once,) = said
    assert "Held by server process" in once


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
def test_the_lock_holds_back_nobody(owned: Database, look: psycopg.Connection[Any], isolation: str) -> None:
    """The holder keeps no snapshot, whatever the role's defaults, so vacuum and concurrent indexes do not wait."""
    role = f"shy_{look.info.dbname}"
    look.execute(
        f"create role {role} superuser login;"
        f"alter role {role} set default_transaction_isolation = '{isolation}';"
        f"alter role {role} set idle_in_transaction_session_timeout = 150;"
        f"alter role {role} set statement_timeout = 150; alter role {role} set idle_session_timeout = 150".encode()
    )
    try:
        with runner_lock(Database(owned.dsn.replace(user=role), owned.server_version), "try") as lock:
            with working(owned, lock) as work:
                time.sleep(0.4)  # longer than every timeout of the role
                work.execute("create table t (a int)")
                work.execute("set statement_timeout = 5000")
                work.execute("create index concurrently i on t (a)")
            rows = look.execute(
                "select backend_xmin is null, backend_xid is null from pg_catalog.pg_stat_activity"
                " where datname = current_database() and application_name = %s",
                (f"nself lock {lock_key('try')}",),
            ).fetchall()
            assert rows == [(True, True)]
    finally:
        look.execute(f"drop role {role}".encode())


def test_a_connection_that_is_there_can_hold_it(owned: Database) -> None:
    """The connection that read the ledger takes the lock, and is free again after it."""
    with owned.connect(autocommit=True) as connection:
        with runner_lock(owned, "try", connection=connection), pytest.raises(Refused):
            execute(_plan("select 1"), owned, lock_wait_s=0.01)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert execute(_plan("select 1"), owned, lock_wait_s=0).done


def test_a_dead_runs_last_statement_is_waited_for(owned: Database, look: psycopg.Connection[Any]) -> None:
    """The lock of a killed run is free at once; the next run does not begin while its statement still runs."""
    orphan = owned.connect(autocommit=True, application_name=work_name(lock_key("try")))
    orphan.pgconn.send_query(b"select pg_sleep(60)")
    said: list[str] = []
    try:
        with pytest.raises(Refused, match=r"last statement still runs[\s\S]*pg_sleep[\s\S]*pg_terminate_backend"):
            with runner_lock(owned, "try", wait_s=0.2, waiting=said.append):
                pass
        assert "earlier run" in said[0]
        end = threading.Timer(0.3, lambda: look.execute("select pg_terminate_backend(%s)", [orphan.info.backend_pid]))
        end.start()
        with runner_lock(owned, "try", wait_s=20):
            assert end.finished.is_set()
    finally:
        orphan.close()


def test_the_server_notices_that_the_run_is_gone(owned: Database, look: psycopg.Connection[Any]) -> None:
    """A statement whose client died ends by itself within moments."""
    with runner_lock(owned, "try") as lock, working(owned, lock) as work:
        assert work.execute("show client_connection_check_interval").fetchone() == ("500ms",)
        pid = work.info.backend_pid
        work.pgconn.send_query(b"select pg_sleep(60)")
        work.close()
        deadline = time.monotonic() + 10
        while look.execute("select 1 from pg_stat_activity where pid = %s", [pid]).fetchone():
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_full_server_is_waited_for(owned: Database, look: psycopg.Connection[Any]) -> None:
    """With no room for the first connection, tries go on; with room for one only, the way out is named."""
    role = f"narrow_{look.info.dbname}"
    look.execute(f"create role {role} login connection limit 1; grant pg_read_all_stats to {role}".encode())
    narrow = Database(owned.dsn.replace(user=role), owned.server_version)
    try:
        first = narrow.connect(autocommit=True)
        threading.Timer(0.3, first.close).start()
        with runner_lock(narrow, "try", wait_s=5) as lock:
            with pytest.raises(NoServer, match=r"no second connection[\s\S]*DATABASE_URL_DIRECT"):
                with working(narrow, type(lock)(lock.name, lock.key, lock.connection, time.monotonic() + 0.2)):
                    pass
    finally:
        look.execute(f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = '{role}'".encode())
        look.execute(f"drop role {role}".encode())


def test_who_waits_makes_room(owned: Database, look: psycopg.Connection[Any]) -> None:
    """Those who wait have all connections but the holder's: one lets go of his, so that the holder can work."""
    role = f"crowd_{look.info.dbname}"
    look.execute(f"create role {role} login connection limit 2".encode())
    narrow = Database(owned.dsn.replace(user=role), owned.server_version)
    waiting = threading.Event()

    def wait() -> None:
        with narrow.connect(autocommit=True) as lent, closing(lent):
            with runner_lock(narrow, "try", wait_s=30, connection=lent, waiting=lambda _: waiting.set()) as held:
                took.append((lent.closed, held.connection is lent))

    took: list[tuple[bool, bool]] = []
    other = threading.Thread(target=wait)
    try:
        with runner_lock(narrow, "try") as lock:
            other.start()
            assert waiting.wait(20)
            with working(narrow, lock) as work:
                assert work.execute("select 1").fetchone() == (1,)
        other.join()
        assert took == [(True, False)]
    finally:
        other.join()
        look.execute(f"drop role {role}".encode())


def test_a_lost_lock_hides_nothing(owned: Database, look: psycopg.Connection[Any]) -> None:
    """The connection that holds the lock is gone when the block fails: what is told is the block's own error."""

    def fail() -> None:
        with runner_lock(owned, "try") as lock:
            look.execute("select pg_terminate_backend(%s, 5000)", [lock.connection.info.backend_pid])
            raise Refused("an error of its own")

    with pytest.raises(Refused, match="of its own"):
        fail()


def test_who_waits_is_not_idle(owned: Database, look: psycopg.Connection[Any]) -> None:
    """A role whose idle sessions end soon can wait for the lock: between two tries its session is idle."""
    role = f"hasty_{look.info.dbname}"
    look.execute(f"create role {role} login; alter role {role} set idle_session_timeout = 10".encode())
    hasty = Database(owned.dsn.replace(user=role), owned.server_version)
    try:
        with runner_lock(owned, "try"), pytest.raises(Refused, match="Held by server process"):
            with runner_lock(hasty, "try", wait_s=0.5):
                pass
    finally:
        look.execute(f"drop role {role}".encode())


def test_a_lock_timeout_is_tried_again(owned: Database, look: psycopg.Connection[Any]) -> None:
    """Nobody's readers queue behind us for long: the statement gives way, and comes back until it gets through."""
    look.execute("create table t ()")
    with owned.connect() as reader:
        reader.execute("select * from t")
        threading.Timer(0.4, reader.close).start()
        assert execute(_plan("alter table t add a int", lock_ms=50), owned, lock_wait_s=20).done


def test_who_is_in_the_way_is_named(owned: Database, look: psycopg.Connection[Any]) -> None:
    """When the lock is not to be had, the message has the blocker's process and its query."""
    look.execute("create table t ()")
    with owned.connect(application_name="report") as reader:
        reader.execute("select 'the long report', * from t")
        with pytest.raises(StepFailed) as caught:
            execute(_plan("alter table t add a int", lock_ms=400), owned, lock_wait_s=0.1)
        pid = reader.info.backend_pid
    assert f"Held back by server process {pid}" in caught.value.cause
    assert "select 'the long report'" in caught.value.cause
    assert caught.value.report.committed_steps == 0


def test_what_stands_alone_is_not_tried_again(owned: Database, look: psycopg.Connection[Any]) -> None:
    """Outside a transaction a statement may have done half its work, so only the next run takes it up."""
    look.execute("create table t (a int)")
    with owned.connect() as reader:
        reader.execute("lock table t in share row exclusive mode")
        with pytest.raises(StepFailed, match="55P03"):
            execute(_plan("vacuum t", lock_ms=20, alone=True), owned, lock_wait_s=20)


def test_a_lost_lock_stops_the_run(owned: Database, look: psycopg.Connection[Any]) -> None:
    """Without its lock a run begins no further transaction: another one may be at work."""
    look.execute("create table t (a int)")

    def meanwhile(progress: Progress) -> None:
        if progress.number == 2:
            look.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                f" where application_name = 'nself lock {lock_key('try')}' and datname = current_database()".encode()
            )

    with pytest.raises(StepFailed, match="held the lock was lost") as caught:
        execute(_plan(*(f"insert into t values ({n})" for n in range(4))), owned, watch=meanwhile)
    assert caught.value.report.committed_steps == 2
    assert look.execute("select count(*) from t").fetchone() == (2,)
