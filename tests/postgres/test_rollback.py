"""A test inside a transaction that is never committed: the session, and the synchronous connection."""

# ruff: noqa: PT012 - what the end of a with-block does is the claim of many tests here

from __future__ import annotations

import gc
import threading
import warnings
import weakref
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import pq, sql
from psycopg.rows import dict_row

from pytest_nself.core.errors import IsolationError
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.emulation import RollbackConnection
from pytest_nself.database.rollback import CallCheck, RollbackSession

SCHEMA = """
create table parent (id int primary key);
create table child (
    id int primary key,
    parent_id int constraint child_parent references parent deferrable initially deferred,
    other_id int constraint child_other references parent deferrable initially immediate
);
create table item (id int primary key, note text);
create sequence counter;
"""


@pytest.fixture
def database(scratch_database: EphemeralDatabase) -> EphemeralDatabase:
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute(SCHEMA)
    return scratch_database


@pytest.fixture
def session(database: EphemeralDatabase) -> Iterator[RollbackSession]:
    session = RollbackSession(database)
    yield session
    session.close()


@pytest.fixture
def db(session: RollbackSession) -> RollbackConnection:
    return session.begin()


def ids(connection: psycopg.Connection[Any], table: str = "item") -> list[int]:
    return [
        row[0] for row in connection.execute(sql.SQL("select id from {} order by id").format(sql.Identifier(table)))
    ]


def value(connection: psycopg.Connection[Any], query: str, *params: object) -> Any:
    row = connection.execute(query, params).fetchone()
    assert row is not None
    return row[0]


def outside(database: EphemeralDatabase, query: str) -> Any:
    """What another connection sees."""
    with database.connect(autocommit=True) as connection:
        return value(connection, query)


# --- between tests -------------------------------------------------------------------------------------------------


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
        gc.collect()
    assert reference() is None


def test_a_killed_connection_is_replaced(session: RollbackSession, database: EphemeralDatabase) -> None:
    """A test may terminate its own server process; the next test has a living connection to a clean database."""
    db = session.begin()
    db.execute("insert into item values (1)")
    db.commit()
    with pytest.raises(psycopg.OperationalError):
        db.execute("select pg_terminate_backend(pg_backend_pid())")
    assert db.broken
    assert session.check() == CallCheck(True, None)
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


# --- commit() and rollback() ---------------------------------------------------------------------------------------


def test_rollback_goes_back_to_the_last_commit(db: RollbackConnection) -> None:
    """rollback() takes back what came after the last commit(), and only that."""
    db.execute("insert into item values (1)")
    db.commit()
    db.execute("insert into item values (2)")
    db.rollback()
    db.rollback()
    assert ids(db) == [1]


def test_an_error_then_rollback_then_on(db: RollbackConnection) -> None:
    """After an IntegrityError the connection refuses statements until rollback(), and then goes on."""
    db.execute("insert into item values (1)")
    db.commit()
    with pytest.raises(psycopg.errors.UniqueViolation):
        db.execute("insert into item values (1)")
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        db.execute("select 1")
    db.rollback()
    db.execute("insert into item values (2)")
    db.commit()
    assert ids(db) == [1, 2]


def test_commit_in_an_aborted_transaction_rolls_back(db: RollbackConnection) -> None:
    """commit() after an error rolls back without an error, as PostgreSQL does."""
    db.execute("insert into item values (1)")
    with pytest.raises(psycopg.Error):
        db.execute("select nonsense")
    db.commit()
    assert ids(db) == []


def test_with_connection_commits_and_stays_open(db: RollbackConnection) -> None:
    """`with conn` commits, or rolls back after an error, and the connection can be used again."""
    with db:
        db.execute("insert into item values (1)")
    with pytest.raises(ZeroDivisionError), db:
        db.execute("insert into item values (2)")
        raise ZeroDivisionError
    assert not db.closed
    assert ids(db) == [1]


def test_close_rolls_back_and_stays_usable(db: RollbackConnection) -> None:
    """close() takes back what was not committed; code that opens and closes per call goes on working."""
    db.execute("insert into item values (1)")
    db.commit()
    db.execute("insert into item values (2)")
    db.close()
    db.close()
    assert ids(db) == [1]


def test_status_is_that_of_the_emulated_transaction(db: RollbackConnection) -> None:
    """conn.info tells IDLE after commit and rollback, INTRANS in between, INERROR after an error."""
    seen = [db.info.transaction_status]
    db.execute("select 1")
    seen.append(db.info.transaction_status)
    db.commit()
    seen.append(db.info.transaction_status)
    with pytest.raises(psycopg.Error):
        db.execute("nonsense")
    seen.append(db.info.transaction_status)
    db.rollback()
    seen.append(db.info.transaction_status)
    assert [status.name for status in seen] == ["IDLE", "INTRANS", "IDLE", "INERROR", "IDLE"]
    assert db.info.dbname == db.pgconn.db.decode()


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda db: setattr(db, "autocommit", True), id="autocommit"),
        pytest.param(lambda db: db.set_autocommit(True), id="set_autocommit"),
        pytest.param(
            lambda db: setattr(db, "isolation_level", psycopg.IsolationLevel.SERIALIZABLE), id="isolation_level"
        ),
        pytest.param(
            lambda db: db.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ), id="set_isolation_level"
        ),
        pytest.param(lambda db: setattr(db, "read_only", True), id="read_only"),
        pytest.param(lambda db: db.set_read_only(True), id="set_read_only"),
        pytest.param(lambda db: setattr(db, "deferrable", True), id="deferrable"),
        pytest.param(lambda db: db.set_deferrable(True), id="set_deferrable"),
        pytest.param(lambda db: db.xid(1, "a", "b"), id="xid"),
        pytest.param(lambda db: db.tpc_begin("a"), id="tpc_begin"),
        pytest.param(lambda db: db.tpc_prepare(), id="tpc_prepare"),
        pytest.param(lambda db: db.tpc_commit("a"), id="tpc_commit"),
        pytest.param(lambda db: db.tpc_rollback("a"), id="tpc_rollback"),
        pytest.param(lambda db: db.tpc_recover(), id="tpc_recover"),
    ],
)
def test_what_cannot_be_emulated_is_refused(session: RollbackSession, ask: Any) -> None:
    """Autocommit, isolation, read-only, deferrable and two-phase requests raise an error that names the way out."""
    db = session.begin()
    with pytest.raises(IsolationError, match="nself_database") as refused:
        ask(db)
    assert "nself_rollback(False)" in refused.value.remedy
    db.execute("insert into item values (1)")
    assert ids(db) == [1]
    assert session.end()


def test_requests_that_change_nothing_are_accepted(db: RollbackConnection) -> None:
    """Asking for what the transaction is anyway (no autocommit, read committed, read-write) is no error."""
    db.autocommit = False
    db.isolation_level = None
    db.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    db.read_only = False
    db.deferrable = None
    assert db.isolation_level is psycopg.IsolationLevel.READ_COMMITTED
    assert db.autocommit is False


# --- transaction() -------------------------------------------------------------------------------------------------


def test_outermost_block_commits(db: RollbackConnection) -> None:
    """Leaving an outermost block is a commit: a later rollback() does not take it back."""
    with db.transaction() as block:
        assert block.savepoint_name == ""
        assert db.info.transaction_status == pq.TransactionStatus.INTRANS
        db.execute("insert into item values (1)")
    assert db.info.transaction_status == pq.TransactionStatus.IDLE
    db.rollback()
    assert ids(db) == [1]


def test_block_after_a_statement_is_inner(db: RollbackConnection) -> None:
    """A block entered after a statement is a savepoint of that transaction: rollback() takes it back."""
    db.execute("select 1")
    with db.transaction():
        db.execute("insert into item values (1)")
    db.rollback()
    assert ids(db) == []


def test_exceptions_in_blocks(db: RollbackConnection) -> None:
    """An exception rolls back its block only; Rollback ends the block it names, silently."""
    with db.transaction() as outer:
        db.execute("insert into item values (1)")
        with pytest.raises(psycopg.errors.UniqueViolation), db.transaction():
            db.execute("insert into item values (2)")
            db.execute("insert into item values (1)")
        with db.transaction():
            db.execute("insert into item values (3)")
            raise psycopg.Rollback
    assert ids(db) == [1]
    db.commit()
    with db.transaction() as outer, db.transaction():
        db.execute("insert into item values (4)")
        raise psycopg.Rollback(outer)
    with pytest.raises(ZeroDivisionError), db.transaction() as outer:
        db.execute("insert into item values (5)")
        raise ZeroDivisionError
    assert outer.status == outer.Status.ROLLED_BACK_WITH_ERROR
    assert ids(db) == [1]


def test_force_rollback(db: RollbackConnection) -> None:
    """force_rollback takes the block back without an error, outermost and inner."""
    with db.transaction(force_rollback=True):
        db.execute("insert into item values (1)")
    assert ids(db) == []
    with db.transaction(force_rollback=True) as block:
        db.execute("insert into item values (2)")
    assert ids(db) == []
    assert block.status == block.Status.ROLLED_BACK_EXPLICITLY


def test_named_outermost_block(db: RollbackConnection) -> None:
    """A named outermost block makes that savepoint, which the code may go back to by name, and commits at its end."""
    with db.transaction("mine") as block:
        db.execute("insert into item values (1)")
        db.execute("rollback to savepoint mine")
        db.execute("insert into item values (2)")
    assert block.savepoint_name == "mine"
    db.rollback()
    assert ids(db) == [2]


def test_commit_inside_a_block_is_forbidden(db: RollbackConnection) -> None:
    """commit() and rollback() inside a block raise psycopg's ProgrammingError, as on a real connection."""
    with db.transaction():
        db.execute("insert into item values (1)")
        with pytest.raises(psycopg.ProgrammingError, match=r"commit\(\) forbidden"):
            db.commit()
        with pytest.raises(psycopg.ProgrammingError, match=r"rollback\(\) forbidden"):
            db.rollback()
    assert ids(db) == [1]


def test_an_empty_block(session: RollbackSession) -> None:
    """A block in which nothing is executed is harmless as a test's first act."""
    db = session.begin()
    with db.transaction():
        pass
    with db.transaction(force_rollback=True):
        pass
    assert ids(db) == []
    assert session.end()


def test_savepoints_as_text(db: RollbackConnection) -> None:
    """Savepoints sent as text work, also across an error."""
    db.execute("insert into item values (1)")
    db.execute("savepoint mine")
    with pytest.raises(psycopg.Error):
        db.execute("insert into item values (1)")
    db.execute("rollback to savepoint mine")
    db.execute("release savepoint mine")
    db.commit()
    assert ids(db) == [1]


# --- deferred constraints ------------------------------------------------------------------------------------------


def test_commit_checks_deferred_constraints(db: RollbackConnection) -> None:
    """A violated deferred foreign key raises at commit(), which rolls back to the last commit as a real one does."""
    db.execute("insert into parent values (1)")
    db.commit()
    db.execute("insert into child values (1, 99)")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        db.commit()
    assert db.info.transaction_status == pq.TransactionStatus.IDLE
    assert ids(db, "child") == []
    assert ids(db, "parent") == [1]


def test_block_checks_deferred_constraints(db: RollbackConnection) -> None:
    """A violated deferred foreign key raises when the outermost block ends."""
    with pytest.raises(psycopg.errors.ForeignKeyViolation), db.transaction():
        db.execute("insert into child values (1, 99)")
    assert ids(db, "child") == []


def test_constraint_modes_after_a_commit(db: RollbackConnection) -> None:
    """After commit() and rollback() each constraint is deferred or immediate as declared, whatever was set before."""
    for finish in (db.commit, db.rollback, db.commit):
        db.execute("set constraints child_parent immediate; set constraints child_other deferred")
        finish()
        db.execute("delete from child; delete from parent")
        db.execute("insert into child (id, parent_id) values (1, 5)")  # deferred: may come before its parent
        db.execute("insert into parent values (5)")
        db.commit()
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            db.execute("insert into child (id, other_id) values (2, 77)")
        db.rollback()


def test_a_deferred_trigger_acts_at_commit(db: RollbackConnection) -> None:
    """What a deferred constraint trigger writes at commit is there afterwards, once."""
    db.execute(
        """
        create function record() returns trigger language plpgsql as
        $$ begin insert into item values (new.id + 100); return null; end $$;
        create constraint trigger late after insert on parent deferrable initially deferred
        for each row execute function record();
        """
    )
    db.commit()
    db.execute("insert into parent values (1)")
    assert ids(db) == []
    db.commit()
    assert ids(db) == [101]
    db.execute("insert into parent values (2)")
    db.rollback()
    db.commit()
    assert ids(db) == [101]


def test_a_constraint_made_in_the_test_is_checked(scratch_database: EphemeralDatabase) -> None:
    """In a database without deferrable constraints, one that the test makes is checked and keeps its mode."""
    session = RollbackSession(scratch_database)
    try:
        db = session.begin()
        db.execute("create table p (id int primary key)")
        db.execute("create table c (p int references p deferrable initially deferred)")
        for _ in range(2):
            db.commit()
            db.execute("insert into c values (1)")
            with pytest.raises(psycopg.errors.ForeignKeyViolation):
                db.commit()
        db.execute("drop table c")
        db.commit()
    finally:
        session.close()


def test_the_end_of_a_test_checks_deferred_constraints(session: RollbackSession) -> None:
    """check() lets a violated deferred constraint through with a note, and leaves the transaction as it was."""
    db = session.begin()
    db.execute("insert into child values (1, 99)")
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as violated:
        session.check()
    assert any("deferred constraints" in note for note in violated.value.__notes__)
    db.execute("insert into parent values (99)")
    assert session.check().wrote
    assert ids(db, "child") == [1]
    assert session.end()


# --- settings ------------------------------------------------------------------------------------------------------


def test_set_local_ends_with_the_transaction(db: RollbackConnection) -> None:
    """SET LOCAL lasts until commit() or rollback(); plain SET survives commit() and not rollback()."""
    db.execute("set work_mem = '5MB'")
    db.execute("set local work_mem = '6MB'")
    db.commit()
    assert value(db, "show work_mem") == "5MB"
    db.rollback()
    db.execute("set work_mem = '7MB'")
    db.rollback()
    assert value(db, "show work_mem") == "5MB"


def test_set_local_in_a_block(db: RollbackConnection) -> None:
    """SET LOCAL in an outermost block is undone at its end; in an inner one it lasts to the end of the outermost."""
    with db.transaction():
        with db.transaction():
            db.execute("set local work_mem = '6MB'")
        assert value(db, "show work_mem") == "6MB"
    assert value(db, "show work_mem") == "4MB"


def test_a_savepoint_forgets_what_was_set_in_it(db: RollbackConnection) -> None:
    """A plain SET that a savepoint took back does not survive commit(), nor hide that the setting was local."""
    db.execute("set local work_mem = '6MB'")
    db.execute("savepoint a")
    db.execute("set work_mem = '7MB'")
    db.execute("rollback to savepoint a")
    assert value(db, "show work_mem") == "6MB"
    db.commit()
    assert value(db, "show work_mem") == "4MB"


def test_plain_set_after_set_local_survives(db: RollbackConnection) -> None:
    """A plain SET after SET LOCAL is what commit() keeps, also by set_config and RESET."""
    db.execute("set local work_mem = '6MB'")
    db.execute("set work_mem = '7MB'")
    db.commit()
    assert value(db, "show work_mem") == "7MB"
    db.execute("select set_config('work_mem', '8MB', true)")
    db.execute("select set_config(%s, %s, %s)", ["work_mem", "9MB", False])
    db.commit()
    assert value(db, "show work_mem") == "9MB"
    db.execute("set local work_mem = '6MB'; reset work_mem")
    db.commit()
    assert value(db, "show work_mem") == "4MB"


@pytest.mark.parametrize("end", ["commit", "rollback", "block"])
@pytest.mark.parametrize("name", ["app.tenant", "work_mem"])
def test_set_config_with_bound_names(db: RollbackConnection, end: str, name: str) -> None:
    """set_config(name, value, true) is local however its arguments arrive; a new custom setting becomes empty."""
    before = value(db, "select coalesce(current_setting(%s, true), '')", name)
    db.commit()
    if end == "block":
        with db.transaction():
            db.execute(
                "select set_config(%(name)s, %(value)s, %(local)s)", {"name": name, "value": "64", "local": True}
            )
    else:
        db.execute("select set_config(%s, %s, %b)", [name, "64", True])
        getattr(db, end)()
    assert value(db, "select current_setting(%s, true)", name) == before


def test_every_kind_of_cursor_is_seen(db: RollbackConnection) -> None:
    """SET LOCAL is seen from client and raw cursors, a factory of the user's, executemany, bytes and Composables."""

    class Mine(psycopg.Cursor[Any]):
        pass

    with psycopg.RawCursor(db) as raw:
        raw.execute("select set_config($1, $2, true)", ["app.raw", "1"])
    db.cursor_factory = psycopg.ClientCursor
    assert isinstance(db.cursor(), psycopg.ClientCursor)
    db.execute("select set_config(%s, %s, true)", ["app.client", "1"])
    db.cursor_factory = Mine
    assert type(db.cursor()) is Mine
    db.execute(b"set local app.mine = 1")
    db.execute(sql.SQL("set local {} = 1").format(sql.Identifier("app", "composed")))
    db.cursor().executemany("select set_config(%s, '1', true)", [["app.many_a"], ["app.many_b"]])
    db.commit()
    left = db.execute(
        "select name from unnest(array['client', 'raw', 'mine', 'composed', 'many_a', 'many_b']) as name"
        " where current_setting('app.' || name, true) <> ''"
    ).fetchall()
    assert left == []


def test_a_client_cursor_past_the_factory(session: RollbackSession) -> None:
    """A ClientCursor made without the connection's cursor factory works, but its SET LOCAL raises: it came unseen."""
    db = session.begin()
    with psycopg.ClientCursor(db) as cursor:
        cursor.execute("select %s", [1])
        assert cursor.fetchone() == (1,)
        with pytest.raises(IsolationError, match="cursor_factory"):
            cursor.execute("set local work_mem = '6MB'")
    with pytest.raises(IsolationError, match="cursor_factory"):
        session.check()
    assert session.end()


def test_role_goes_back(database: EphemeralDatabase, session: RollbackSession) -> None:
    """A role taken with SET LOCAL ROLE ends with the transaction, and so do settings only the first role may change."""
    db = session.begin()
    db.execute("create role nself_rollback_reader nologin")
    db.execute("grant select on item to nself_rollback_reader")
    db.commit()
    me = value(db, "select current_user")
    db.commit()
    db.execute("set local session_replication_role = replica")
    db.execute("set local role nself_rollback_reader")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
        db.execute("insert into item values (1)")
    assert session.check().wrote
    db.commit()
    assert value(db, "select current_user") == me
    assert value(db, "show session_replication_role") == "origin"
    db.execute("set role nself_rollback_reader")
    db.commit()
    assert value(db, "select current_user") == "nself_rollback_reader"
    session.end()
    assert value(session.begin(), "select current_user") == me


def test_session_authorization_goes_back(session: RollbackSession) -> None:
    """SET LOCAL SESSION AUTHORIZATION ends with the transaction."""
    db = session.begin()
    me = value(db, "select session_user")
    db.execute("create role nself_rollback_other nologin")
    db.commit()
    db.execute("set local session authorization nself_rollback_other")
    assert value(db, "select session_user") == "nself_rollback_other"
    db.commit()
    assert value(db, "select session_user || current_user || current_setting('role')") == me + me + "none"


def test_settings_that_functions_make_local(database: EphemeralDatabase) -> None:
    """Settings named as function settings are treated as local though no text shows it; plain SET of them survives."""
    session = RollbackSession(database, function_settings=("app.Person",))
    try:
        db = session.begin()
        db.execute(
            "create function login(name text) returns void language plpgsql as "
            "$$ begin perform pg_catalog.set_config('app.' || 'person', name, true); end $$"
        )
        db.commit()
        for _ in range(2):
            db.execute("select login('ann')")
            assert value(db, "select current_setting('app.person')") == "ann"
            db.commit()
            assert value(db, "select current_setting('app.person')") == ""
            db.rollback()
        db.execute("set app.person = 'bob'")
        db.commit()
        db.execute("select login('ann')")
        db.commit()
        assert value(db, "select current_setting('app.person')") == "bob"
        assert session.end()
        assert value(session.begin(), "select coalesce(current_setting('app.person', true), '')") == ""
    finally:
        session.close()


def test_set_local_in_an_aborted_transaction(db: RollbackConnection) -> None:
    """SET LOCAL in an aborted transaction raises what PostgreSQL raises."""
    with pytest.raises(psycopg.errors.UndefinedColumn):
        db.execute("select nonsense")
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        db.execute("set local work_mem = '6MB'")


# --- what psycopg offers -------------------------------------------------------------------------------------------


def test_pipeline(db: RollbackConnection) -> None:
    """Pipeline mode works from the first statement on, with commit, rollback, blocks and SET LOCAL in it."""
    with db.pipeline() as pipeline:
        db.execute("insert into item values (1)")
        db.execute("set local work_mem = '6MB'")
        db.commit()
        db.execute("insert into item values (2)")
        db.rollback()
        with db.transaction():
            db.execute("insert into item values (3)")
        pipeline.sync()
        shown = db.execute("show work_mem").fetchone()
    assert shown == ("4MB",)
    db.rollback()
    assert ids(db) == [1, 3]


def test_pipeline_errors(db: RollbackConnection) -> None:
    """An error in a pipeline aborts the emulated transaction; a deferred violation raises at the pipelined commit."""
    with pytest.raises(psycopg.errors.UniqueViolation), db.pipeline():
        db.execute("insert into item values (1)")
        db.execute("insert into item values (1)")
    db.rollback()
    with pytest.raises(psycopg.errors.ForeignKeyViolation), db.pipeline():
        db.execute("insert into child values (1, 99)")
        db.commit()
    assert ids(db) == []
    assert ids(db, "child") == []


def test_copy_and_cursors(db: RollbackConnection) -> None:
    """COPY both ways, executemany with rows, stream and server-side cursors work."""
    with db.cursor().copy("copy item (id) from stdin") as copy:
        for number in range(5):
            copy.write_row([number])
    with db.cursor().copy("copy (select id from item order by id) to stdout") as copy:
        assert list(copy.rows()) == [(str(number),) for number in range(5)]
    cursor = db.cursor()
    cursor.executemany("insert into item values (%s) returning id", [[7], [8]], returning=True)
    assert [one.fetchone() for one in cursor.results()] == [(7,), (8,)]
    with db.cursor("server") as server:
        server.execute("select id from item order by id")
        assert server.fetchmany(2) == [(0,), (1,)]
    assert list(cursor.stream("select id from item where id > 6 order by id")) == [(7,), (8,)]


def test_commit_closes_server_side_cursors(db: RollbackConnection) -> None:
    """A cursor does not survive commit() unless it is WITH HOLD: code that relies on it fails as it does for real."""
    cursor, held = db.cursor("plain"), db.cursor("held", withhold=True)
    cursor.execute("select generate_series(1, 3)")
    held.execute("select generate_series(1, 3)")
    db.execute('declare "By Text" cursor for select 1')
    db.commit()
    assert held.fetchone() == (1,)
    assert value(db, "select array_agg(name) from pg_cursors where name <> ''") == ["held"]
    db.rollback()
    assert held.fetchone() == (2,)
    with pytest.raises(psycopg.errors.InvalidCursorName):
        cursor.fetchone()
    assert ids(db) == []
    db.commit()
    cursor.close()
    held.close()


def test_prepared_statements(session: RollbackSession) -> None:
    """With prepare_threshold 0 each test prepares anew, through rollback() and for both faces of one test."""
    for _ in range(2):
        db = session.begin()
        db.prepare_threshold = 0
        for end in (db.commit, db.rollback, db.commit):
            assert value(db, "select %s::int", 1) == 1
            end()
        assert value(db, "select count(*) from pg_prepared_statements") >= 1
        assert session.end()


def test_an_object_is_fresh_for_each_test(session: RollbackSession) -> None:
    """Row factory, adapters, handlers and prepare threshold set on the object do not reach the next test."""
    first = session.begin()
    heard: list[Any] = []
    first.row_factory = dict_row  # type: ignore[assignment]
    first.prepare_threshold = None
    first.add_notice_handler(lambda diagnostic: heard.append(diagnostic.message_primary))
    first.adapters.register_loader("int4", psycopg.types.string.TextLoader)
    assert first.execute("select 1 as one").fetchone() == {"one": "1"}
    first.execute("do $$ begin raise notice 'heard'; end $$")
    session.end()
    second = session.begin()
    second.execute("do $$ begin raise notice 'not heard'; end $$")
    assert second.execute("select 1 as one").fetchone() == (1,)
    assert second.prepare_threshold == 5
    assert heard == ["heard"]


def test_notifications_from_outside_arrive(db: RollbackConnection, database: EphemeralDatabase) -> None:
    """LISTEN takes effect only at a real commit: nothing is heard, and the iteration ends at its timeout."""
    db.execute("listen news")
    db.commit()
    with database.connect(autocommit=True) as other:
        other.execute("notify news")
    assert list(db.notifies(timeout=0.05)) == []


# --- text that ends the transaction --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["commit", "rollback", "END;", "abort", "/* x */ commit", "commit; begin"])
def test_transaction_control_as_text_is_refused(session: RollbackSession, text: str) -> None:
    """A text that would end the transaction is not sent; the test fails even when the error was swallowed."""
    db = session.begin()
    db.execute("insert into item values (1)")
    with pytest.raises(IsolationError, match="nself_database"):
        db.execute(text)
    assert ids(db) == [1]
    with pytest.raises(IsolationError, match="sent as text"):
        session.check()
    assert session.end()
    assert ids(session.begin()) == []


def test_begin_as_text_is_a_warning(session: RollbackSession) -> None:
    """`begin` as text inside a transaction is PostgreSQL's warning and nothing else, as on a real connection."""
    db = session.begin()
    notices: list[str | None] = []
    db.add_notice_handler(lambda diagnostic: notices.append(diagnostic.message_primary))
    db.execute("begin")
    db.execute("insert into item values (1)")
    db.rollback()
    assert ids(db) == []
    assert notices == ["there is already a transaction in progress"]
    assert session.check() == CallCheck(True, ())
    assert session.end()


def test_a_commit_inside_a_longer_text(session: RollbackSession) -> None:
    """`...; commit` ends the transaction: the statement and check() raise, and end() calls the database dirty."""
    db = session.begin()
    with pytest.raises(IsolationError, match="ended the transaction"):
        db.execute("insert into item values (1); commit")
    with pytest.raises(IsolationError):
        db.execute("select 1")
    db.rollback()
    with pytest.raises(IsolationError):
        session.check()
    assert not session.end()
    assert ids(session.begin()) == [1]


def test_commit_and_begin_inside_a_longer_text(session: RollbackSession, database: EphemeralDatabase) -> None:
    """`...; commit; begin` leaves a transaction that is not ours: found by check(), by commit() and by end()."""
    db = session.begin()
    db.execute("insert into item values (1); commit; begin")
    with pytest.raises(IsolationError, match="nself_database"):
        session.check()
    with pytest.raises(IsolationError):
        db.commit()
    db.execute("insert into item values (2)")
    assert not session.end()
    assert outside(database, "select array_agg(id) from item") == [1]
    assert session.begin().info.transaction_status == pq.TransactionStatus.IDLE


def test_the_transaction_ended_past_psycopg(session: RollbackSession) -> None:
    """A commit sent on the bare PGconn is found too, also when a new transaction was aborted after it."""
    db = session.begin()
    db.execute("insert into item values (1)")
    db.pgconn.exec_(b"commit; begin")
    db.pgconn.exec_(b"nonsense")
    with pytest.raises(IsolationError):
        session.check()
    assert not session.end()


# --- check, last_query, keep ---------------------------------------------------------------------------------------


def test_check_tells_whether_the_test_wrote(database: EphemeralDatabase) -> None:
    """check() tells whether the test changed something, with the extra columns asked for, before, in and after it."""
    session = RollbackSession(database, extra_columns=("1 + 1", "null", "'x'"))
    try:
        assert session.check() == CallCheck(False, None)
        db = session.begin()
        assert session.check() == CallCheck(False, ("2", None, "x"))
        db.execute("select 1")
        assert session.check() == CallCheck(False, ("2", None, "x"))
        with db.transaction():
            db.execute("insert into item values (1)")
        db.commit()
        db.execute("set timezone = 'Asia/Tokyo'; set extra_float_digits = -15")
        assert session.check() == CallCheck(True, ("2", None, "x"))
        with pytest.raises(psycopg.Error):
            db.execute("nonsense")
        assert session.check() == CallCheck(True, ("2", None, "x"))
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
