"""The executor against a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from pytest_nself.core.errors import Refused, StepFailed
from pytest_nself.core.place import Place
from pytest_nself.core.plan import Plan, Seen
from pytest_nself.core.secret import Secret
from pytest_nself.core.sql import ALONE, COMMIT_AFTER, Sql
from pytest_nself.core.step import DATA_LOSS, PRODUCTION, CopyRows, Statement, WriteFile
from pytest_nself.database.database import Database, EphemeralDatabase
from pytest_nself.execute.executor import Progress, execute
from pytest_nself.execute.lock import HeldLock
from pytest_nself.execute.report import Interrupted, Report
from pytest_nself.execute.send import send


def _owned(database: Database, target: str | None = None) -> Database:
    """The same database as one that somebody owns."""
    return Database(database.dsn, database.server_version, target)


def _sql(text: str, *params: object, **more: Any) -> Statement:
    return Statement("try it", Sql(text, more.pop("transaction", Sql("").transaction)), params, **more)


def _plan(*steps: Statement | CopyRows, **more: Any) -> Plan:
    return Plan("try", steps, **more)


@pytest.fixture
def look(scratch_database: EphemeralDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A second connection, to see what is committed."""
    with closing(scratch_database.connect(autocommit=True)) as connection:
        yield connection


def _tables(look: psycopg.Connection[Any]) -> list[str]:
    rows = look.execute("select tablename::text from pg_catalog.pg_tables where schemaname = 'public' order by 1")
    return [row[0] for row in rows]


def test_a_plan_is_done_and_reported(scratch_database: EphemeralDatabase, look: psycopg.Connection[Any]) -> None:
    """All kinds of database steps run in order; the report counts them and their rows."""
    copy = CopyRows("copy", "public.t", ("a", "b"), lambda: [b"2\ttwo\n", b"3\t\\N\n"], 2, "two")
    plan = _plan(
        _sql("create table t (a int, b text)"),
        _sql("insert into t values (%s, %s)", 1, Secret("one")),
        copy,
        _sql("select count(*) from t", expects=(("3",),)),
    )
    report = execute(plan, scratch_database)
    assert (report.done, report.committed_steps, report.plan_id) == (True, 4, plan.id)
    assert [result.rows for result in report.results] == [None, 1, 2, 1]
    assert look.execute("select * from t order by a").fetchall() == [(1, "one"), (2, "two"), (3, None)]


def test_unexpected_rows_stop_the_plan(scratch_database: EphemeralDatabase, look: psycopg.Connection[Any]) -> None:
    """Other rows than the plan counts on undo its transaction."""
    plan = _plan(_sql("create table t (a int)"), _sql("select 1, null", expects=(("1", "x"),)))
    with pytest.raises(StepFailed, match="Expected"):
        execute(plan, scratch_database)
    assert _tables(look) == []


def test_a_failure_keeps_what_was_committed(scratch_database: EphemeralDatabase, look: psycopg.Connection[Any]) -> None:
    """Transactions before the failing one stay; it and what follows do not happen; the report says so."""
    plan = _plan(
        _sql("create table a ()", transaction=COMMIT_AFTER),
        _sql("create table b ()"),
        _sql("select 1/0", transaction=COMMIT_AFTER),
        _sql("create table c ()"),
    )
    with pytest.raises(StepFailed, match="22012: division by zero") as caught:
        execute(plan, scratch_database)
    report = caught.value.report
    assert isinstance(report, Report)
    assert (report.committed_steps, report.total_steps, report.done) == (1, 4, False)
    assert _tables(look) == ["a"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("select 1;\nselect 2;\nselect 3 from nowhere;\n", "f.sql:12:15"),  # the server gives a position
        ("select 1; -- a;\n/* ; */ select ';';\n\n   select 1/0;\n", "f.sql:13:4"),  # it gives none
        ("select 'größe';\n  selct 2;", "f.sql:11:3"),  # a syntax error: the text is never begun
        ("create table t (a int unique initially deferred);\ninsert into t values (1), (1);", "f.sql"),
    ],
)
def test_the_failing_line_is_named(scratch_database: EphemeralDatabase, text: str, place: str) -> None:
    """In a text of many statements the failing one's line and column are found; at the commit only its file."""
    body = _sql(text, place=Place("f.sql", 10))
    commit = _sql("set constraints all immediate", transaction=COMMIT_AFTER, place=Place("f.sql"))
    with pytest.raises(StepFailed) as caught:
        execute(_plan(body, commit), scratch_database)
    assert str(caught.value.place) == place


def test_errors_show_detail_and_context(scratch_database: EphemeralDatabase) -> None:
    """What the server adds to its message is kept: detail, hint, and where in a function it happened."""
    text = "do $$ begin raise exception 'no' using detail = 'the detail', hint = 'the hint'; end $$"
    with pytest.raises(StepFailed) as caught:
        execute(_plan(_sql(text)), scratch_database)
    for part in ("P0001: no", "the detail", "the hint", "inline_code_block line 1"):
        assert part in caught.value.cause


def test_what_must_stand_alone_runs_outside(scratch_database: EphemeralDatabase, look: psycopg.Connection[Any]) -> None:
    """A concurrent index is built between two transactions; what came before is committed by then."""
    plan = _plan(
        _sql("create table t (a int)"),
        _sql("create index concurrently i on t (a)", transaction=ALONE, lock_timeout_ms=1000),
        _sql("show lock_timeout", expects=(("0",),)),
    )
    assert execute(plan, scratch_database).committed_steps == 3
    assert look.execute("select indisvalid from pg_catalog.pg_index where indexrelid = 'i'::regclass").fetchall() == [
        (True,)
    ]


def test_timeouts_hold_for_their_transaction(scratch_database: EphemeralDatabase) -> None:
    """A step's statement timeout ends it, in the same message as everything else."""
    with pytest.raises(StepFailed, match="57014"):
        execute(_plan(_sql("select pg_catalog.pg_sleep(10)", statement_timeout_ms=20)), scratch_database)


def test_a_given_connection_stays_open(scratch_database: EphemeralDatabase) -> None:
    """A caller's connection is used and left outside a transaction, after success and after failure."""
    with scratch_database.connect() as connection:
        execute(_plan(_sql("create table a ()"), _sql("select %s", 1)), scratch_database, connection=connection)
        with pytest.raises(StepFailed):
            execute(_plan(_sql("select 1/0")), scratch_database, connection=connection)
        with pytest.raises(StepFailed):
            execute(_plan(_sql("select 1/%s", 0)), scratch_database, connection=connection)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        connection.execute("select 1")
        with pytest.raises(Refused, match="inside a transaction"):
            execute(_plan(_sql("select 1")), scratch_database, connection=connection)


def test_send_neither_begins_nor_commits(scratch_database: EphemeralDatabase, look: psycopg.Connection[Any]) -> None:
    """Steps can be sent inside somebody's own transaction, who then rolls it back."""
    with scratch_database.connect() as connection:
        connection.execute("select 1")
        send(connection, (_sql("create table a ()"), _sql("insert into a default values"), _sql("select %s", 1)))
        assert connection.execute("select count(*) from a").fetchone() == (1,)
        assert _tables(look) == []
        connection.rollback()
    assert _tables(look) == []


def test_hazards_must_be_accepted(scratch_database: EphemeralDatabase, look: psycopg.Connection[Any]) -> None:
    """A hazard that nobody accepted refuses the whole plan before it begins."""
    plan = _plan(_sql("create table a ()"), _sql("select 1", hazards=frozenset({DATA_LOSS})))
    with pytest.raises(Refused, match="data-loss"):
        execute(plan, scratch_database)
    assert _tables(look) == []
    assert execute(plan, scratch_database, accept={DATA_LOSS}).done


def test_production_must_be_confirmed(scratch_database: EphemeralDatabase) -> None:
    """Nothing runs on a production database unless somebody said so."""
    production = _owned(scratch_database, "production")
    with pytest.raises(Refused, match="production database"):
        execute(_plan(_sql("select 1")), production)
    assert execute(_plan(_sql("select 1")), production, accept={PRODUCTION}).done


def test_what_has_no_hands_is_refused_first(scratch_database: EphemeralDatabase, look: psycopg.Connection[Any]) -> None:
    """A step that nobody here can do refuses the plan before its first step."""
    with pytest.raises(Refused):
        execute(Plan("try", (_sql("create table a ()"), WriteFile("write", "x", b""))), scratch_database)
    assert _tables(look) == []


def test_a_moved_database_refuses_the_plan(scratch_database: EphemeralDatabase, look: psycopg.Connection[Any]) -> None:
    """What the planner saw is looked at again; if it has moved, nothing is done."""
    query = "select count(*)::text from pg_catalog.pg_tables where schemaname = 'public'"
    plan = _plan(_sql("create table a ()"), seen=(Seen.of(query, [("0",)]),))
    look.execute("create table other ()")
    with pytest.raises(Refused, match="has changed"):
        execute(plan, scratch_database)
    look.execute("drop table other")
    assert execute(plan, scratch_database).done


def test_watch_sees_each_message_and_may_stop(
    scratch_database: EphemeralDatabase, look: psycopg.Connection[Any]
) -> None:
    """What the watch raises ends the plan between two messages; what was committed stays."""
    seen: list[tuple[int, int, str]] = []

    def watch(progress: Progress) -> None:
        seen.append((progress.number, progress.of, progress.steps[0].title))
        if progress.number == 2:
            raise KeyboardInterrupt

    plan = _plan(*(_sql(f"create table {name} ()", transaction=COMMIT_AFTER) for name in "abc"))
    with pytest.raises(Interrupted) as caught:
        execute(plan, scratch_database, watch=watch)
    assert seen == [(1, 3, "try it"), (2, 3, "try it")]
    assert caught.value.report.committed_steps == 1
    assert _tables(look) == ["a"]


class _CtrlC(HeldLock):
    """Somebody presses Ctrl-C while the server is silent: once the statement sleeps."""

    def blockers(self) -> str:
        asleep = "select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
        while not self.connection.execute(asleep).fetchall():
            time.sleep(0.01)
        raise KeyboardInterrupt


@pytest.mark.parametrize("late", [True, False])
def test_an_interruption_that_comes_too_late_is_told_so(
    scratch_database: EphemeralDatabase, look: psycopg.Connection[Any], late: bool
) -> None:
    """Whether the transaction was committed is what the server's answer says, not that somebody wanted to stop it."""
    catch = "exception when query_canceled then null;" if late else ""
    slow = f"do $$ begin perform pg_sleep(5); {catch} end $$; create table a ()"
    plan = _plan(_sql(slow, transaction=COMMIT_AFTER), _sql("create table b ()", transaction=COMMIT_AFTER))
    with closing(scratch_database.connect(autocommit=True)) as connection, pytest.raises(Interrupted) as caught:
        execute(plan, scratch_database, connection=connection, lock=_CtrlC("x", 1, look, 0.0))
    assert caught.value.report.committed_steps == int(late)
    assert _tables(look) == (["a"] if late else [])


def test_a_lost_connection_is_a_failed_step(scratch_database: EphemeralDatabase) -> None:
    """A connection cut in the middle is reported like any failure, with the report."""
    plan = _plan(_sql("select 1", transaction=COMMIT_AFTER), _sql("select pg_terminate_backend(pg_backend_pid())"))
    with pytest.raises(StepFailed, match=r"connection was lost|57P01") as caught:
        execute(plan, scratch_database)
    assert caught.value.report.committed_steps == 1
