"""A test inside a transaction that is never committed: what its session does between tests and at their end."""

from __future__ import annotations

import gc
import threading
import warnings
import weakref

import psycopg
import pytest
from psycopg import pq, sql

from pytest_nself.core.errors import IsolationError
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.rollback import RollbackSession

from .conftest import ids, outside, told, value


def test_nothing_of_a_test_is_left(session: RollbackSession, database: EphemeralDatabase) -> None:
    """Rows committed by the code under test are seen by it, never by others, and are gone for the next test."""
    first = session.begin()
    first.execute("insert into item values (1)")
    first.commit()
    assert ids(first) == [1]
    assert outside(database, "select count(*) from item") == 0
    assert session.end()
    assert ids(session.begin()) == []


def test_one_server_connection_serves_all_tests(session: RollbackSession) -> None:
    """The server process is kept from test to test, while the Connection object is a new one each time."""
    first = session.begin()
    pid = value(first, "select pg_backend_pid()")
    session.end()
    second = session.begin()
    assert second is not first
    assert value(second, "select pg_backend_pid()") == pid == session.backend_pid


def test_what_a_rollback_does_not_undo_is_reset(session: RollbackSession) -> None:
    """Session advisory locks, prepared statements, currval and lastval of a test are unknown to the next one."""
    first = session.begin()
    first.execute("select pg_advisory_lock(7)")
    first.execute("prepare mine as select 1")
    first.execute("select 1", prepare=True)
    first.execute("select nextval('counter')")
    session.end()
    second = session.begin()
    assert value(second, "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()") == 0
    assert value(second, "select count(*) from pg_prepared_statements") == 0
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState), second.transaction():
        second.execute("select currval('counter')")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState), second.transaction():
        second.execute("select lastval()")


def test_what_is_transactional_is_undone(session: RollbackSession) -> None:
    """Tables, temporary tables, plain SET, LISTEN and open cursors of a test are gone, committed or not."""
    first = session.begin()
    first.execute("create table made (id int)")
    first.execute("create temporary table passing (id int)")
    first.execute("set work_mem = '5MB'")
    first.execute("listen news")
    first.execute("declare open_cursor cursor with hold for select 1")
    first.commit()
    session.end()
    second = session.begin()
    assert value(second, "select to_regclass('made') is null and to_regclass('passing') is null")
    assert value(second, "show work_mem") == "4MB"
    assert value(second, "select count(*) from pg_listening_channels()") == 0
    assert value(second, "select count(*) from pg_cursors where name = 'open_cursor'") == 0


def test_the_clock_starts_with_the_first_statement(session: RollbackSession, database: EphemeralDatabase) -> None:
    """now() is not older than a moment the test noted before its first statement, however long the test waited."""
    session.begin().execute("select 1")
    session.end()
    db = session.begin()
    before = outside(database, "select clock_timestamp()")
    assert value(db, "select now()") >= before


def test_a_test_without_a_statement_sends_nothing(session: RollbackSession) -> None:
    """A test that executes nothing leaves no transaction open on the server, and ends clean."""
    db = session.begin()
    db.commit()
    db.rollback()
    with db.cursor():
        pass
    assert db.pgconn.transaction_status == pq.TransactionStatus.IDLE
    assert session.end()


def test_a_connection_leaked_from_a_former_test_is_closed(session: RollbackSession) -> None:
    """A connection, cursor or block that outlives its test raises "closed", and cannot touch the next test's work."""
    leaked = session.begin()
    cursor = leaked.cursor()
    cursor.execute("select 1")
    named = leaked.cursor("named")
    named.execute("select generate_series(1, 10)")
    block = leaked.transaction()
    block.__enter__()
    session.end()
    db = session.begin()
    db.execute("insert into item values (1)")
    assert leaked.closed
    assert not leaked.broken
    for use in (
        lambda: leaked.execute("insert into item values (2)"),
        lambda: cursor.execute("insert into item values (2)"),
        lambda: named.fetchone(),
        leaked.commit,
        leaked.rollback,
    ):
        with pytest.raises(psycopg.OperationalError, match="closed"):
            use()
    with pytest.raises(psycopg.OperationalError, match="closed"):
        block.__exit__(None, None, None)
    leaked.close()
    named.close()
    assert ids(db) == [1]
    assert session.end()


def test_a_thread_of_a_former_test_cannot_write(session: RollbackSession) -> None:
    """A thread that goes on after its test ended gets an error from the connection object it holds."""
    leaked, told = session.begin(), threading.Event()
    outcomes: list[BaseException | None] = []

    def late() -> None:
        told.wait(10)
        try:
            leaked.execute("insert into item values (1)")
        except BaseException as error:
            outcomes.append(error)
        else:
            outcomes.append(None)

    thread = threading.Thread(target=late)
    thread.start()
    session.end()
    db = session.begin()
    told.set()
    thread.join(10)
    assert [type(outcome) for outcome in outcomes] == [psycopg.OperationalError]
    assert ids(db) == []


def test_a_query_still_running_at_the_end(session: RollbackSession) -> None:
    """A query that a thread still runs when the test ends is cancelled; the next test has another connection."""
    leaked = session.begin()
    pid = session.backend_pid
    outcomes: list[str] = []

    def slow() -> None:
        try:
            leaked.execute("select pg_sleep(30)")
        except psycopg.Error as error:
            outcomes.append(type(error).__name__)

    thread = threading.Thread(target=slow)
    thread.start()
    while leaked.pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
        pass
    assert session.end()
    thread.join(10)
    assert not thread.is_alive()
    assert len(outcomes) == 1
    assert value(session.begin(), "select pg_backend_pid()") != pid


def test_an_unfinished_iteration_at_the_end(session: RollbackSession) -> None:
    """An iteration that holds the connection when the test ends does not hold up the next test."""
    waiting = session.begin().notifies()
    with pytest.raises(StopIteration):
        next(session.begin().notifies(timeout=0))
    streaming = session.begin().cursor().stream("select generate_series(1, 1000)")
    next(streaming)
    assert session.end()
    assert ids(session.begin()) == []
    streaming.close()
    waiting.close()


def test_no_resource_warning_and_no_cycle(session: RollbackSession) -> None:
    """A test's Connection object goes away without a ResourceWarning after the test."""
    reference = weakref.ref(session.begin())
    session.begin().execute("select 1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session.end()
        assert reference() is None  # without the garbage collector's help
        gc.collect()


def test_a_killed_connection_is_replaced(session: RollbackSession, database: EphemeralDatabase) -> None:
    """A test may terminate its own server process; the next test has a living connection to a clean database."""
    db = session.begin()
    db.execute("insert into item values (1)")
    db.commit()
    with pytest.raises(psycopg.OperationalError):
        db.execute("select pg_terminate_backend(pg_backend_pid())")
    assert db.broken
    assert told(session) == (True, None)
    assert session.end()
    assert ids(session.begin()) == []


def test_a_connection_closed_between_tests_is_replaced(session: RollbackSession, database: EphemeralDatabase) -> None:
    """A connection that the server closed while it was idle is replaced before the test uses it."""
    session.begin().execute("select 1")
    session.end()
    assert outside(database, f"select pg_terminate_backend({session.backend_pid}, 10000)")
    assert ids(session.begin()) == []


def test_a_message_between_tests_does_not_cost_the_connection(session: RollbackSession) -> None:
    """A parameter change announced while the connection is idle is not taken for a goodbye."""
    session.begin().execute("select 1")
    session.end()
    pid = session.backend_pid
    with session.database.connect(autocommit=True) as admin:
        admin.execute("set default_transaction_read_only = off")
        admin.execute("select pg_reload_conf()")
    assert value(session.begin(), "select pg_backend_pid()") == pid


def test_the_kept_connection_may_write(session: RollbackSession, database: EphemeralDatabase) -> None:
    """Other connections to a read-only database may not write, the test's own may, and a test may forbid it itself."""
    with database.connect(autocommit=True) as admin:
        admin.execute("set default_transaction_read_only = off")
        admin.execute(
            sql.SQL("alter database {} set default_transaction_read_only = on").format(
                sql.Identifier(database.dsn.dbname)
            )
        )
    db = session.begin()
    db.execute("insert into item values (1)")
    with database.connect() as other, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        other.execute("insert into item values (2)")


def test_the_options_of_the_dsn_are_kept(database: EphemeralDatabase) -> None:
    """Server options in the DSN hold for the kept connection too."""
    dsn = database.dsn.replace(options={"options": "-c work_mem=7MB"})
    session = RollbackSession(EphemeralDatabase(dsn, database.server_version))
    try:
        assert value(session.begin(), "show work_mem") == "7MB"
        assert value(session.begin(), "show default_transaction_read_only") == "off"
    finally:
        session.close()


def test_check_tells_whether_the_test_wrote(database: EphemeralDatabase) -> None:
    """check() tells whether the test changed something, with the extra columns asked for, before, in and after it."""
    session = RollbackSession(database, extra_columns=("1 + 1", "null", "'x'"))
    try:
        assert told(session) == (False, None)
        db = session.begin()
        assert told(session) == (False, ("2", None, "x"))
        db.execute("select 1")
        assert told(session) == (False, ("2", None, "x"))
        with db.transaction():
            db.execute("insert into item values (1)")
        db.commit()
        db.execute("set timezone = 'Asia/Tokyo'; set extra_float_digits = -15")
        assert told(session) == (True, ("2", None, "x"))
        with pytest.raises(psycopg.Error):
            db.execute("nonsense")
        assert told(session) == (True, ("2", None, "x"))
        db.rollback()
        assert ids(db) == [1]
        assert session.end()
    finally:
        session.close()


def test_check_leaves_open_blocks_alone(session: RollbackSession) -> None:
    """A block that a fixture holds open, even aborted, ends after check() as it would without it."""
    db = session.begin()
    db.execute("insert into item values (1)")
    with db.transaction(force_rollback=True):
        db.execute("insert into item values (2)")
        assert session.check().wrote
        with pytest.raises(psycopg.Error):
            db.execute("nonsense")
        assert session.check().extra is None
    assert ids(db) == [1]
    assert session.end()


def test_last_query(session: RollbackSession, database: EphemeralDatabase) -> None:
    """The last statement is told whole, from an aborted transaction, after our own statements and a lost connection."""
    long = "select nonsense, '" + "x" * 3000 + "'"
    with database.connect(autocommit=True) as admin:
        assert session.last_query(admin) == ""
        db = session.begin()
        with pytest.raises(psycopg.errors.UndefinedColumn):
            db.execute(long)
        assert session.last_query(admin) == long
        db.rollback()
        assert session.last_query(admin) == long
        with db.cursor("named") as named:
            named.execute("select 42")
            assert session.last_query(admin) == 'DECLARE "named" CURSOR FOR select 42'
        with pytest.raises(psycopg.OperationalError):
            db.execute("select pg_terminate_backend(pg_backend_pid())")
        assert session.last_query(admin) == "select pg_terminate_backend(pg_backend_pid())"


@pytest.mark.parametrize(
    ("then", "left"), [("select 1", [1, 2]), ("select nonsense", [1]), ("insert into child values (1, 99)", [1])]
)
def test_keep(session: RollbackSession, database: EphemeralDatabase, then: str, left: list[int]) -> None:
    """keep() commits all, or the last emulated commit after an error or a violated constraint; the session is spent."""
    db = session.begin()
    db.execute("insert into item values (1)")
    db.commit()
    db.execute("insert into item values (2)")
    try:
        db.execute(then)
    except psycopg.Error:
        pass
    assert session.keep()
    assert outside(database, "select array_agg(id order by id) from item") == left
    assert db.closed
    with pytest.raises(IsolationError, match="fresh database"):
        session.begin()


def test_keep_without_a_statement(session: RollbackSession) -> None:
    """keep() of a test that executed nothing keeps nothing."""
    session.begin()
    assert not session.keep()
