"""What psycopg offers (pipelines, COPY, cursors, prepared statements), in a transaction that is never committed."""

# ruff: noqa: PT012 - what the end of a with-block does is the claim of many tests here

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.emulation import RollbackConnection
from pytest_nself.database.rollback import RollbackSession

from .conftest import ids, value


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
