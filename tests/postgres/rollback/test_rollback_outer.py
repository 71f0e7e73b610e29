"""Tests that begin with the same rows share a transaction, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from pytest_nself.core.errors import IsolationError
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.rollback import RollbackSession
from pytest_nself.database.rollback_outer import Link

from .conftest import ids, outside, told, value

Connection = psycopg.Connection[Any]
LONG_S = 600.0

SEEN = """
select (select array_agg(id order by id) from item), (select array_agg(id order by id) from parent),
       (select count(*) from child), current_user::text, session_user::text,
       coalesce(current_setting('app.x', true), ''), current_setting('work_mem'), current_setting('search_path'),
       current_setting('transaction_read_only'), current_setting('idle_in_transaction_session_timeout'),
       (select array_agg(name order by name) from pg_cursors where name <> ''),
       (select array_agg(name order by name) from pg_prepared_statements where from_sql),
       (select array_agg(c order by c) from pg_listening_channels() as c),
       (select count(*) from pg_class where relpersistence = 't'),
       (select count(*) from pg_class where relname = 'made'),
       (select array_agg(format('%s %s', locktype, mode) order by locktype, mode) from pg_locks
        where pid = pg_backend_pid() and (locktype = 'advisory' or mode = 'AccessExclusiveLock')),
       (select array_agg(tgdeferrable order by tgname) from pg_trigger),
       (select count(*) from pg_largeobject_metadata)
"""

LEFT_BEHIND = {
    "rows": "insert into item values (7); delete from parent",
    "a setting": "set app.x = 'left'; set work_mem = '9MB'; set local search_path = nowhere",
    "a setting that a function makes": "do $$ begin perform set_config('app.x', 'left', true); end $$",
    "a role": "set role pg_monitor",
    "a local role": "set local role pg_monitor",
    "another user": "set session authorization pg_monitor",
    "a read-only transaction": "set transaction read only",
    "a temporary table": "create temporary table made (id int) on commit drop",
    "a table": "create table made (id int); alter table item add column more int",
    "an emptied table": "truncate item, parent cascade",
    "a cursor": "declare left_open cursor for select 1",
    "a cursor with hold": "declare left_open cursor with hold for select generate_series(1, 9); fetch left_open",
    "a prepared statement": "prepare left_open as select 1",
    "a lock of the session": "select pg_advisory_lock(7), pg_advisory_lock_shared(8)",
    "a lock of the transaction": "select pg_advisory_xact_lock(7), pg_advisory_xact_lock_shared(8)",
    "a lock of a table": "lock table item in access exclusive mode",
    "a lock of a row": "select from item for update",
    "a channel": "listen left_open; notify left_open, 'x'",
    "the mode of constraints": "set constraints all immediate",
    "a deferred trigger that waits": "insert into child (id, parent_id) values (1, 99)",
    "a savepoint": "savepoint left_open; insert into item values (7)",
    "a large object": "select lo_open(lo_create(0), 131072)",
    "a timeout": "set idle_in_transaction_session_timeout = '1h'",
    "an error": "select nonsense",
    "no trigger": "alter table child disable trigger all",
    "a comment": "comment on table item is 'left'",
}


class Loads:
    """Links that count how often each is loaded."""

    def __init__(self) -> None:
        self.of: list[str] = []

    def link(self, name: str, *statements: str) -> Link:
        def load(connection: Connection, before: object) -> str:
            for statement in statements or (f"insert into item values ({name[-1]})",):
                connection.execute(statement.encode())
            self.of.append(name)
            return f"rows of {name}"

        return Link(name, load)


@pytest.fixture
def loads() -> Loads:
    return Loads()


def begin(session: RollbackSession, *links: Link, max_age_s: float = LONG_S) -> Connection:
    """The connection of a test that stands on these links."""
    connection = session.begin()
    assert session.stand_on(links, max_age_s) is not None
    return connection


def passed(session: RollbackSession) -> None:
    """A test ends as one that passed."""
    session.check()
    assert session.end()


def backend(connection: Connection) -> int:
    return connection.pgconn.backend_pid


def test_rows_are_loaded_once(session: RollbackSession, loads: Loads) -> None:
    """Each test has the rows and what their load gave; what it writes, committed or not, ends with it."""
    link = loads.link("set1")
    for number in range(5, 9):
        db = session.begin()
        assert session.stand_on([link], LONG_S) == ["rows of set1"]
        assert db.info.transaction_status.name == "IDLE"
        assert ids(db) == [1]
        db.execute("insert into item values (%s)", [number])
        db.commit()
        db.execute("delete from item where id = 1")
        assert ids(db) == [number]
        db.rollback()
        assert ids(db) == [1, number]
        passed(session)
    assert loads.of == ["set1"]
    assert outside(session.database, "select count(*) from item") == 0


@pytest.mark.parametrize("what", LEFT_BEHIND)
@pytest.mark.parametrize("then", ["nothing", "commit", "rollback", "block"])
def test_the_next_test_sees_nothing_of_it(session: RollbackSession, loads: Loads, what: str, then: str) -> None:
    """Whatever a test leaves behind in the shared transaction, the next finds all as the first one did."""
    link = loads.link("set1", "insert into item values (1)", "insert into parent values (1)")
    db = begin(session, link)
    before = db.execute(SEEN).fetchone()
    passed(session)
    pid = session.backend_pid
    db = begin(session, link)
    try:
        if then == "block":
            db.transaction().__enter__()
        db.execute(LEFT_BEHIND[what].encode())
        if then in ("commit", "rollback"):
            getattr(db, then)()
    except psycopg.Error:
        pass
    try:
        session.check()
    except psycopg.Error:
        pass
    assert session.end()
    assert begin(session, link).execute(SEEN).fetchone() == before
    assert (loads.of, session.backend_pid) == (["set1"], pid)


def test_numbers_of_sequences(session: RollbackSession, loads: Loads) -> None:
    """currval() and lastval() are unknown to a test, whether the test before or the load took numbers."""
    link = loads.link("set1", "select nextval('counter')")
    for _ in range(3):
        db = begin(session, link)
        for asked in ("select lastval()", "select currval('counter')"):
            with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
                db.execute(asked.encode())
            db.rollback()
        db.execute("select nextval('counter')")
        passed(session)


def test_statistics_are_looked_at_anew(database: EphemeralDatabase, loads: Loads) -> None:
    """What a test, or check(), has seen of statistics is not what the next test sees: PostgreSQL keeps it so long."""
    sessions = "pg_stat_get_db_sessions((select oid from pg_database where datname = current_database()))"
    session = RollbackSession(database, extra_columns=[sessions])
    link = loads.link("set1")
    seen = []
    for _ in range(3):
        db = begin(session, link)
        assert value(db, "select count(*) from pg_stat_activity where application_name = 'guest'") == 0
        seen.append((value(db, f"select {sessions}"), int((session.check().extra or ("",))[0] or 0)))
        assert session.end()
        database.connect(autocommit=True, application_name="guest").close()
        with database.connect(autocommit=True) as other:
            other.execute("select pg_stat_force_next_flush()")
            other.execute("select 1")
    session.close()
    assert loads.of == ["set1"]
    assert seen[0][0] < seen[1][0] < seen[2][0]
    assert [before == after for before, after in seen] == [True] * 3


def test_locks_are_free_for_others(session: RollbackSession, loads: Loads, database: EphemeralDatabase) -> None:
    """A lock that a test took in the shared transaction is gone when the next begins, also for other sessions."""
    link = loads.link("set1")
    db = begin(session, link)
    db.execute("select pg_advisory_xact_lock(7), pg_advisory_lock(8)")
    db.execute("lock table parent in access exclusive mode")
    db.commit()
    passed(session)
    begin(session, link).execute("select 1")
    with database.connect() as other:
        other.execute("set lock_timeout = '1s'; set transaction_read_only = off")
        assert value(other, "select pg_try_advisory_lock(7) and pg_try_advisory_lock(8)")
        other.execute("lock table parent in access share mode")


def test_deferred_constraints(session: RollbackSession, loads: Loads) -> None:
    """Each test on shared rows has its deferred constraints checked, and its own only."""
    link = loads.link("set1", "insert into parent values (1)", "insert into child (id, parent_id) values (1, 1)")
    db = begin(session, link)
    db.execute("delete from parent")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        session.check()
    assert session.end()
    passing = begin(session, link)
    passing.execute("delete from child")
    passing.execute("delete from parent")
    passed(session)
    failing = begin(session, link)
    failing.execute("insert into child (id, parent_id) values (2, 99)")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        failing.commit()
    assert ids(failing, "child") == [1]
    passed(session)
    assert loads.of == ["set1"]


def test_a_stack_of_links(session: RollbackSession, loads: Loads) -> None:
    """Tests with [1], [1, 2] and [1, 3] share the first link; each has the rows of its own links."""
    one, two, three = (loads.link(f"set{number}") for number in (1, 2, 3))
    for links, rows in [
        ((one,), [1]),
        ((one, two), [1, 2]),
        ((one, two), [1, 2]),
        ((one,), [1]),
        ((one, three), [1, 3]),
        ((one, three, two), [1, 2, 3]),
        ((two,), [2]),
    ]:
        assert ids(begin(session, *links)) == rows
        passed(session)
    assert loads.of == ["set1", "set2", "set3", "set2", "set2"]


def test_a_load_knows_those_below(session: RollbackSession) -> None:
    """A load is given what the loads of the links below it returned."""
    session.begin()
    links = [Link(number, lambda connection, before: (*before, len(before))) for number in range(3)]
    assert session.stand_on(links, LONG_S) == [(0,), ((0,), 1), ((0,), ((0,), 1), 2)]


def test_a_test_without_rows_between(session: RollbackSession, loads: Loads) -> None:
    """A test that shares nothing begins with an empty transaction of its own; the next with rows loads them anew."""
    link = loads.link("set1")
    begin(session, link)
    passed(session)
    db = session.begin()
    assert db.info.transaction_status.name == "IDLE"
    assert ids(db) == []
    db.execute("insert into item values (7)")
    passed(session)
    assert ids(begin(session, link)) == [1]
    assert loads.of == ["set1", "set1"]


def test_a_test_that_executes_nothing_costs_nothing(session: RollbackSession, loads: Loads) -> None:
    """A test that takes the connection and does not use it leaves the shared rows where they are."""
    link = loads.link("set1")
    begin(session, link)
    passed(session)
    session.begin()
    passed(session)
    session.begin().pgconn.exec_(b"insert into item values (7)")  # past psycopg, before any statement
    passed(session)
    assert ids(begin(session, link)) == [1]
    assert loads.of == ["set1"]


def test_pipeline_first(session: RollbackSession, loads: Loads) -> None:
    """A test without rows may begin with a pipeline while a shared transaction stands."""
    begin(session, loads.link("set1"))
    passed(session)
    db = session.begin()
    with db.pipeline():
        db.execute("insert into item values (7)")
    assert ids(db) == [7]
    passed(session)


def test_time_moves_on(session: RollbackSession, loads: Loads) -> None:
    """now() stands still as long as the transaction lasts; one that is too old is begun anew."""
    link = loads.link("set1")
    first = value(begin(session, link), "select now()")
    assert 0 < session.outer_age_s < LONG_S
    passed(session)
    assert session.outer_age_s == 0
    assert value(begin(session, link), "select now()") == first
    passed(session)
    assert value(begin(session, link, max_age_s=0), "select now()") > first
    passed(session)
    assert loads.of == ["set1", "set1"]


def test_a_test_that_has_begun_shares_nothing(session: RollbackSession, loads: Loads) -> None:
    """After a test's first statement its transaction is its own."""
    session.begin().execute("insert into item values (7)")
    assert session.stand_on([loads.link("set1")], LONG_S) is None
    assert loads.of == []


def test_more_links_before_the_first_statement(session: RollbackSession, loads: Loads) -> None:
    """A test that has executed nothing yet may stand on further links, which come on top of its own."""
    one, two = loads.link("set1"), loads.link("set2")
    for max_age_s in (LONG_S, LONG_S, 0):
        db = begin(session, one, max_age_s=max_age_s)
        assert session.stand_on([one, two], max_age_s) == ["rows of set1", "rows of set2"]
        assert ids(db) == [1, 2]
        assert session.stand_on([one, two], max_age_s) is None
        db.rollback()
        assert session.stand_on([one, two], max_age_s) is None
        passed(session)
    assert loads.of == ["set1", "set2", "set2", "set1", "set2"]


def test_both_faces(session: RollbackSession, loads: Loads) -> None:
    """An asynchronous test stands on the same rows as a synchronous one."""
    link = loads.link("set1")
    begin(session, link)
    passed(session)

    async def body() -> list[Any]:
        cursor = await session.begin_async().execute("select id from item")
        return await cursor.fetchall()

    session.begin_async()
    session.stand_on([link], LONG_S)
    assert asyncio.run(body()) == [(1,)]
    passed(session)
    assert loads.of == ["set1"]


@pytest.mark.parametrize(
    "statement",
    [
        "declare open_still cursor with hold for select generate_series(1, 9)",
        "prepare known as select 1",
        "select pg_advisory_lock(7)",
        "select pg_advisory_xact_lock(7)",
    ],
)
def test_what_cannot_be_shared_serves_one_test(session: RollbackSession, loads: Loads, statement: str) -> None:
    """Rows whose load takes a lock, or opens what a savepoint does not reset, are loaded for each test anew."""
    link = loads.link("set1", "insert into item values (1)", statement)
    for _ in range(3):
        assert ids(begin(session, link)) == [1]
        passed(session)
    assert loads.of == ["set1"] * 3


def test_a_snapshot_is_not_shared(database: EphemeralDatabase, loads: Loads) -> None:
    """On an isolation level with one snapshot a transaction each test has a transaction of its own."""
    options = {"options": "-c default_transaction_isolation=serializable"}
    session = RollbackSession(EphemeralDatabase(database.dsn.replace(options=options), database.server_version))
    link = loads.link("set1")
    for _ in range(2):
        begin(session, link)
        passed(session)
    session.close()
    assert loads.of == ["set1", "set1"]


def test_settings_made_local_by_a_load(session: RollbackSession, loads: Loads) -> None:
    """SET LOCAL of a load ends with it, plain SET is there for each test."""
    link = loads.link("set1", "set local work_mem = '9MB'", "set app.x = 'set'")
    for _ in range(2):
        db = begin(session, link)
        assert value(db, "show work_mem") != "9MB"
        assert value(db, "show app.x") == "set"
        db.execute("set local work_mem = '8MB'; set app.x = 'test'")
        db.commit()
        assert value(db, "show work_mem") not in ("8MB", "9MB")
        passed(session)
    assert loads.of == ["set1"]


def test_function_settings_are_put_back(database: EphemeralDatabase, loads: Loads) -> None:
    """A setting that functions make local ends with each emulated transaction, in every test on shared rows."""
    session = RollbackSession(database, function_settings=["app.x"])
    link = loads.link("set1")
    for _ in range(3):
        db = begin(session, link)
        db.execute("do $$ begin perform set_config('app.x', 'mine', true); end $$")
        db.commit()
        assert value(db, "select coalesce(current_setting('app.x', true), '')") == ""
        passed(session)
    session.close()
    assert loads.of == ["set1"]


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("again", ["", "begin; savepoint nself_commit; savepoint nself_link_1"])
def test_a_broken_transaction_is_found(session: RollbackSession, loads: Loads, checked: bool, again: str) -> None:
    """A test that ends the shared transaction past psycopg costs a fresh database, never a leak."""
    link = loads.link("set1")
    begin(session, link)
    passed(session)
    db = begin(session, link)
    db.execute("insert into item values (7)")
    db.pgconn.exec_(b"commit")
    if again and checked:
        db.pgconn.exec_(again.encode())
    if checked:
        with pytest.raises((IsolationError, psycopg.errors.NoActiveSqlTransaction)):
            told(session)
    assert not session.end()


def test_a_transaction_that_ends_after_the_check(session: RollbackSession, loads: Loads) -> None:
    """What ends the transaction between check and end is found by the next test, which gets no connection."""
    link = loads.link("set1")
    db = begin(session, link)
    db.execute("select 1")
    check = session.check()
    assert check.wrote
    db.pgconn.exec_(b"commit")
    session.end()
    with pytest.raises(IsolationError):
        session.begin()


@pytest.mark.parametrize("when", ["in the test", "between"])
def test_a_lost_connection_costs_one_load(
    session: RollbackSession, loads: Loads, database: EphemeralDatabase, when: str
) -> None:
    """When the server ends the session, as idle_in_transaction_session_timeout does, the next test loads anew."""
    link = loads.link("set1")
    db = begin(session, link)
    db.execute("select 1")
    if when == "in the test":
        with pytest.raises(psycopg.OperationalError):
            db.execute("select pg_terminate_backend(pg_backend_pid())")
        session.end()
    else:
        passed(session)
        with database.connect(autocommit=True) as admin:
            admin.execute("select pg_terminate_backend(%s, 5000)", [session.backend_pid])
    assert ids(begin(session, link)) == [1]
    passed(session)
    assert loads.of == ["set1", "set1"]


def test_a_test_in_the_middle_of_something(session: RollbackSession, loads: Loads) -> None:
    """A test that ends while a result is still being read costs the connection, and one load."""
    link = loads.link("set1")
    db = begin(session, link)
    rows = db.cursor().stream("select generate_series(1, 100000)")
    next(rows)
    session.end()
    rows.close()
    assert ids(begin(session, link)) == [1]
    assert loads.of == ["set1", "set1"]


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("select nonsense", psycopg.errors.UndefinedColumn),
        ("insert into child (id, parent_id) values (1, 99)", psycopg.errors.ForeignKeyViolation),
        ("commit", IsolationError),
        ("do $$ begin end $$; commit; begin", IsolationError),
    ],
)
def test_a_load_that_fails(session: RollbackSession, loads: Loads, statement: str, error: type[BaseException]) -> None:
    """An error of a load, or of its deferred constraints, is raised, and nothing of the links is left."""
    one = loads.link("set1")
    begin(session, one)
    passed(session)
    db = session.begin()
    with pytest.raises(error):
        session.stand_on([one, loads.link("set2", "insert into item values (2)", statement)], LONG_S)
    if "; commit" in statement:
        session.end()
        with pytest.raises(IsolationError):
            session.begin()
        return
    assert ids(db) == []
    assert session.end()
    assert ids(begin(session, one)) == [1]


def test_a_load_that_is_interrupted(session: RollbackSession, loads: Loads) -> None:
    """What interrupts a load while the server works is raised at once, and the next test has a new connection."""

    def load(connection: Connection, before: object) -> None:
        connection.pgconn.send_query(b"select pg_sleep(60)")
        raise KeyboardInterrupt

    session.begin()
    pid = session.backend_pid
    with pytest.raises(KeyboardInterrupt):
        session.stand_on([Link("slow", load)], LONG_S)
    assert session.end()
    assert ids(begin(session, loads.link("set1"))) == [1]
    assert session.backend_pid != pid


def test_the_tests_connection_sees_nothing_of_the_load(session: RollbackSession) -> None:
    """What a load does to its connection object, and its statements, are not the test's."""

    def load(connection: Connection, before: object) -> None:
        connection.row_factory = psycopg.rows.dict_row  # type: ignore[assignment]
        connection.execute("select 1")

    with session.database.connect(autocommit=True) as admin:
        db = begin(session, Link("set", load))
        assert session.last_query(admin) == ""
        assert db.execute("select 1").fetchone() == (1,)


def test_notices_reach_the_test(session: RollbackSession, loads: Loads) -> None:
    """Notices go to the test's connection, also after a load, or another object, has used the server connection."""
    for _ in range(2):
        db = session.begin()
        heard: list[str] = []
        db.add_notice_handler(lambda diag, heard=heard: heard.append(diag.message_primary))  # type: ignore[misc]
        session.stand_on([loads.link("set1")], LONG_S)
        session.beside().execute("select 1")
        db.execute("do $$ begin raise notice 'heard'; end $$")
        assert heard == ["heard"]
        passed(session)


def test_notices_reach_an_asynchronous_test(session: RollbackSession, loads: Loads) -> None:
    """Notices go to the asynchronous connection of a test that has no other."""
    db = session.begin_async()
    heard: list[str | None] = []
    db.add_notice_handler(lambda diag: heard.append(diag.message_primary))
    session.stand_on([loads.link("set1")], LONG_S)
    session.beside().execute("select 1")

    async def body() -> None:
        await db.execute("do $$ begin raise notice 'heard'; end $$")

    asyncio.run(body())
    assert heard == ["heard"]


def test_another_object_in_the_same_transaction(session: RollbackSession) -> None:
    """beside() sees what the test does, knows its types, and has none of its factories; it is closed with the test."""
    db = session.begin()
    db.row_factory = psycopg.rows.dict_row  # type: ignore[assignment]
    db.execute("insert into item values (7)")
    other = session.beside()
    assert other.execute("select id from item").fetchone() == (7,)
    assert other.adapters is db.adapters
    with other.transaction():
        other.execute("insert into item values (8)")
    db.rollback()
    assert other.execute("select id from item").fetchone() is None
    passed(session)
    assert other.closed


def test_letting_go(session: RollbackSession, loads: Loads, database: EphemeralDatabase) -> None:
    """let_go() between tests ends the transaction, so that others do not wait for its rows; in a test it does not."""
    link = loads.link("set1")
    session.let_go()
    begin(session, link)
    session.let_go()
    passed(session)
    session.let_go()
    with database.connect(autocommit=True) as other:
        other.execute("set default_transaction_read_only = off; set lock_timeout = '1s'")
        other.execute("insert into item values (1)")
        other.execute("delete from item")
    assert ids(begin(session, link)) == [1]
    assert loads.of == ["set1", "set1"]


def test_keep(session: RollbackSession, loads: Loads, database: EphemeralDatabase) -> None:
    """A failed test's database is kept with the rows it shared and what it did itself."""
    link = loads.link("set1")
    begin(session, link)
    passed(session)
    db = begin(session, link)
    db.execute("insert into item values (7)")
    assert session.keep()
    assert outside(database, "select array_agg(id order by id) from item") == [1, 7]


def make_noise(db: Connection) -> None:
    db.add_notice_handler(print)
    db.row_factory = psycopg.rows.dict_row  # type: ignore[assignment]
    db.adapters.register_dumper(str, psycopg.types.string.StrDumperVarchar)


@pytest.mark.parametrize("noise", [make_noise])
def test_connection_objects_are_fresh(
    session: RollbackSession, loads: Loads, noise: Callable[[Connection], None]
) -> None:
    """Row factories, adapters and handlers of one test are not those of the next on the same rows."""
    link = loads.link("set1")
    noise(begin(session, link))
    passed(session)
    db = begin(session, link)
    assert db.execute("select 1").fetchone() == (1,)
    assert db.adapters is not psycopg.adapters
    assert backend(db) == session.backend_pid
