"""What a file sets for its session holds for each of its later statements, and for nothing after the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.executor import execute
from pytest_nself.execute.migrate import migrate_up
from pytest_nself.migrations.migration import Migrations
from pytest_nself.migrations.planning.planner import plan_up
from pytest_nself.migrations.planning.standing import read_standing
from pytest_nself.migrations.planning.walk import Timeouts

from .conftest import rows

Write = Callable[[dict[str, str]], Migrations]


@pytest.mark.parametrize(
    "setting", ['set search_path = "S s"', "select pg_catalog.set_config('search_path', '\"S s\"', false)"]
)
def test_settings_hold_for_a_lone_statement(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any], setting: str
) -> None:
    """The only statement of a file finds what the file has set before it, though settings are no part of their own."""
    look.execute('create schema "S s"; create table "S s".t (a int); create table t (a int)')
    migrate_up(write({"1_a.sql": f"{setting};\ncreate index concurrently ti on t (a);"}), scratch_database)
    assert rows(look, "select schemaname from pg_indexes where indexname = 'ti'") == [("S s",)]


def test_a_role_holds_for_the_only_statement_of_a_declared_file(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """`set role` before the one statement of a file without a transaction."""
    look.execute("create schema mine authorization pg_database_owner")
    text = "-- nself:no-transaction\nset role pg_database_owner;\ncreate table mine.t (a int);"
    migrate_up(write({"1_a.sql": text}), scratch_database)
    assert rows(look, "select tableowner from pg_tables where tablename = 't'") == [("pg_database_owner",)]


@pytest.mark.parametrize("where", ["statement", "transaction"])
def test_the_timeouts_that_a_file_sets_win(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any], where: str
) -> None:
    """`set statement_timeout` and `set lock_timeout` in the file count, not what the runner gives each statement."""
    look.execute("create table t as select 1 as a; create table saw (a text, b text)")
    slow = "do $$ begin perform pg_sleep(0.4); insert into saw select current_setting('statement_timeout'),"
    slow += " current_setting('lock_timeout'); end $$;"
    begin, end = ("begin;", "commit;") if where == "transaction" else ("", "")
    text = f"-- nself:no-transaction\nset statement_timeout = 0;\nset lock_timeout = '7s';\n{begin}{slow}{end}"
    plan = plan_up(
        write({"1_a.sql": text}),
        read_standing(look, write({"1_a.sql": text})),
        timeouts=Timeouts(lock_ms=100, statement_ms=200),
    )
    assert execute(plan, scratch_database, accept=plan.hazards).done
    assert rows(look, "select * from saw") == [("0", "7s")]


def test_prepared_statements_and_advisory_locks_end_with_their_migration(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """The next migration finds neither, and may prepare a statement of the same name."""
    text = "prepare p as select 1;\nexecute p;\nselect pg_catalog.pg_advisory_lock(7), pg_try_advisory_lock_shared(8);"
    seen = (
        "create table seen as select (select count(*) from pg_prepared_statements) as prepared,"
        " (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks;\n"
    )
    assert migrate_up(write({"1_a.sql": text, "2_b.sql": seen + text}), scratch_database).done
    assert rows(look, "select * from seen") == [(0, 0)]
