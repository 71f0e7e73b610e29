"""The emulated connection and a real one, given the same random statements, cannot be told apart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.rollback import RollbackSession
from pytest_nself.database.rollback_outer import Link

SCHEMA = """
create table item (id int primary key);
create table parent (id int primary key);
create table later (parent_id int references parent deferrable initially deferred);
create table at_once (parent_id int references parent deferrable initially immediate);
create table heard (id int);
create function hear() returns trigger language plpgsql as
$$ begin insert into heard values (new.parent_id); return null; end $$;
create constraint trigger hear after insert on later deferrable initially deferred for each row execute function hear();
"""
SEEN = """
select (select array_agg(id order by id) from item), (select array_agg(id order by id) from parent),
       (select array_agg(parent_id order by parent_id) from later),
       (select array_agg(parent_id order by parent_id) from at_once),
       (select array_agg(id order by id) from heard), current_user, session_user,
       current_setting('work_mem'), coalesce(current_setting('app.x', true), ''), current_setting('lock_timeout'),
       (select array_agg(name order by name) from pg_cursors where name in ('c', 'h'))
"""
Outcome = tuple[str, str, Any]
Load = Callable[[psycopg.Connection[Any]], None]


class Twin:
    """One of the two connections, with the blocks that stand open on it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.blocks: list[AbstractContextManager[Any]] = []

    def do(self, step: tuple[str, Any]) -> Outcome:
        """Do one step: the error's name or "", the transaction's status, and what is visible then."""
        kind, argument = step
        error = ""
        try:
            getattr(self, kind)(argument)
        except psycopg.Error as failed:
            error = type(failed).__name__
        return error, self.connection.info.transaction_status.name, self.look()

    def look(self) -> Any:
        status = self.connection.info.transaction_status.name
        if status == "INERROR":
            return None
        seen = self.connection.execute(SEEN).fetchone()
        if status == "IDLE":
            self.connection.rollback()
        return seen

    def text(self, query: str) -> None:
        self.connection.execute(query)

    def bound(self, arguments: tuple[str, str, bool]) -> None:
        self.connection.execute("select set_config(%s, %s, %s)", arguments)

    def method(self, name: str) -> None:
        getattr(self.connection, name)()

    def enter(self, options: dict[str, Any]) -> None:
        block = self.connection.transaction(**options)
        block.__enter__()
        self.blocks.append(block)

    def leave(self, error: BaseException | None) -> None:
        if self.blocks:
            block = self.blocks.pop()
            block.__exit__(type(error) if error else None, error, None)


numbers = st.integers(1, 3)
texts = st.one_of(
    st.builds("insert into item values ({})".format, numbers),
    st.builds("insert into parent values ({})".format, numbers),
    st.builds("insert into later values ({})".format, numbers),
    st.builds("insert into at_once values ({})".format, numbers),
    st.builds("delete from parent where id = {}".format, numbers),
    st.builds("set {}work_mem = '{}MB'".format, st.sampled_from(["", "local ", "session "]), st.integers(5, 8)),
    st.builds("set {}app.x = '{}'".format, st.sampled_from(["", "local "]), st.integers(5, 8)),
    st.builds("set local work_mem = '{}MB'; set local app.x = 'both'".format, numbers),
    st.builds("select set_config('lock_timeout', '{}s', {})".format, numbers, st.sampled_from(["true", "false"])),
    st.builds("set {}role {}".format, st.sampled_from(["", "local "]), st.sampled_from(["pg_read_all_data", "none"])),
    st.builds("set constraints all {}".format, st.sampled_from(["deferred", "immediate"])),
    st.builds("{} {}".format, st.sampled_from(["savepoint", "rollback to", "release"]), st.sampled_from(["s", "t"])),
    st.sampled_from(
        [
            "reset work_mem",
            "set work_mem = 'nonsense'",
            "set local session authorization pg_monitor",
            "reset session authorization",
            "select nonsense",
            "declare c cursor for select 1",
            "declare h cursor with hold for select 1",
            "fetch c",
            "close c",
            "do $$ begin set local app.x = 'done'; end $$",
        ]
    ),
)
steps = st.one_of(
    st.tuples(st.just("text"), texts),
    st.tuples(st.just("bound"), st.tuples(st.sampled_from(["app.x", "work_mem"]), st.just("77"), st.booleans())),
    st.tuples(st.just("method"), st.sampled_from(["commit", "rollback"])),
    st.tuples(st.just("enter"), st.sampled_from([{}, {"force_rollback": True}, {"savepoint_name": "s"}])),
    st.tuples(st.just("leave"), st.sampled_from([None, None, ZeroDivisionError(), psycopg.Rollback()])),
)


def load(connection: psycopg.Connection[Any]) -> None:
    """What both begin with, where tests share rows."""
    connection.execute("insert into parent values (3)")
    connection.execute("insert into later values (3)")
    connection.execute("set local work_mem = '9MB'")


def nothing(connection: psycopg.Connection[Any]) -> None:
    """What both begin with, where tests share nothing."""


def twins(database: EphemeralDatabase, load: Load) -> tuple[RollbackSession, Callable[[], psycopg.Connection[Any]]]:
    """A session in schema `a`, and real connections in schema `b`, the same tables in both."""
    writable = "-c default_transaction_read_only=off -c search_path="
    for schema in ("a", "b"):
        with database.connect(autocommit=True, options=writable + schema) as connection:
            connection.execute(f"create schema {schema}".encode())
            connection.execute(f"grant usage on schema {schema} to public".encode())
            connection.execute(SCHEMA)
            connection.execute(f"grant select on all tables in schema {schema} to public".encode())
    here = EphemeralDatabase(database.dsn.replace(options={"options": "-c search_path=a"}), database.server_version)

    def real() -> psycopg.Connection[Any]:
        connection = database.connect(options=writable + "b")
        connection.execute("truncate item, parent, later, at_once, heard")
        load(connection)
        connection.commit()
        return connection

    return RollbackSession(here), real


@pytest.mark.parametrize("begins_with", [nothing, load])
def test_nothing_tells_them_apart(scratch_database: EphemeralDatabase, begins_with: Load) -> None:
    """After every step of any sequence both show the same error, status, rows, settings, user and cursors.

    Also where all sequences stand on rows that were loaded once: what one does the next one does not see.
    """
    session, real = twins(scratch_database, begins_with)
    loads = []

    def loaded(connection: psycopg.Connection[Any], before: object) -> None:
        begins_with(connection)
        loads.append(connection)

    def begin() -> psycopg.Connection[Any]:
        connection = session.begin()
        if begins_with is load:
            session.stand_on([Link("rows", loaded)], max_age_s=600)
        return connection

    @settings(max_examples=60, deadline=None, database=None)
    @example(sequence=[("text", "set local role pg_read_all_data"), ("method", "commit")])
    @example(
        sequence=[
            ("bound", ("app.x", "77", True)),
            ("text", "select nonsense"),
            ("text", "set app.x = '5'"),
            ("method", "commit"),
        ]
    )
    @example(
        sequence=[
            ("enter", {}),
            ("enter", {}),
            ("text", "set constraints all immediate"),
            ("leave", None),
            ("leave", ZeroDivisionError()),
            ("text", "insert into later values (2)"),
        ]
    )
    @given(sequence=st.lists(steps, max_size=25))
    def same(sequence: list[tuple[str, Any]]) -> None:
        with real() as connection:
            theirs, ours = Twin(connection), Twin(begin())
            try:
                for number, step in enumerate(sequence):
                    if step[0] == "method" and theirs.blocks:
                        continue
                    assert (number, step, ours.do(step)) == (number, step, theirs.do(step))
            finally:
                for twin in (theirs, ours):
                    while twin.blocks:
                        try:
                            twin.leave(None)
                        except psycopg.Error:
                            pass
                connection.rollback()
                clean = session.end()
            assert clean

    try:
        same()
    finally:
        session.close()
    assert len(loads) == (begins_with is load)
