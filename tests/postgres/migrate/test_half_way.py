"""Migrations that do not run in one transaction: cut off anywhere, and taken up again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pytest_nself.core.errors import MigrationError
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.executor import Progress as Sending
from pytest_nself.execute.executor import execute
from pytest_nself.execute.migrate import MigrationFailed, migrate_up, naming_migrations
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.ledger import Progress, read_ledger
from pytest_nself.migrations.migration import UP, Migrations, checksum
from pytest_nself.migrations.planning.planner import plan_down, plan_up
from pytest_nself.migrations.planning.standing import read_standing

Write = Callable[[str, str], Migrations]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write one migration, `1_a`, with its down; gives what is read from the folder then."""

    def write_files(up: str, down: str) -> Migrations:
        (tmp_path / "1_a.sql").write_text(up)
        (tmp_path / "1_a.down.sql").write_text(down)
        return read_migrations(tmp_path)

    return write_files


@pytest.fixture
def look(scratch_database: EphemeralDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A second connection, to see what is committed."""
    with closing(scratch_database.connect(autocommit=True)) as connection:
        yield connection


def _one(look: psycopg.Connection[Any], query: str) -> Any:
    row = look.execute(query.encode()).fetchone()
    return row[0] if row is not None and len(row) == 1 else row


def _progress(look: psycopg.Connection[Any]) -> Progress | None:
    return read_ledger(look).rows[1].progress


class _CutOff(Exception):
    """The run ends here, as if the process had been killed between two messages."""


# Each part leaves a trace that would double if it ran twice.
UP_TEXT = """
set search_path = "Odd Schema", public;
create schema "Odd Schema";
create table t (a int);
insert into t values (1);
create index concurrently "I x" on t (a);
insert into t values (2);
vacuum t;
alter table t add column b int;
reindex (concurrently) index "Odd Schema"."I x";
insert into t (a, b) values (3, 3);
drop index concurrently "I x";
create index concurrently if not exists j on only "Odd Schema".t using btree (b);
"""
DOWN_TEXT = """
drop index concurrently "Odd Schema".j;
insert into "Odd Schema".t values (4);
create index concurrently k on "Odd Schema".t (a);
drop schema "Odd Schema" cascade;
"""


def _is_up(look: psycopg.Connection[Any]) -> None:
    assert _one(look, 'select array_agg(a order by a) from "Odd Schema".t') == [1, 2, 3]
    indexes = (
        "select array_agg(c.relname::text || i.indisvalid) from pg_index i join pg_class c on c.oid = i.indexrelid"
    )
    assert _one(look, f"{indexes} where i.indrelid = '\"Odd Schema\".t'::regclass") == ["jtrue"]
    assert _one(look, "select dirty, progress, name from hdb_catalog.schema_migrations") == (False, None, "a")


@pytest.mark.parametrize("crash", range(25))
def test_a_run_cut_off_anywhere_is_taken_up(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any], crash: int
) -> None:
    """Cut off before any message, both ways: the next run goes on, and nothing is done twice or left out."""
    migrations = write(UP_TEXT, DOWN_TEXT)

    def cut_off(progress: Sending) -> None:
        nonlocal sent
        sent += 1
        if sent > crash:
            raise _CutOff

    for plan_of, done in ((plan_up, _is_up), (plan_down, lambda look: None)):
        sent = 0
        plan = plan_of(migrations, read_standing(look, migrations))
        try:
            execute(plan, scratch_database, accept=plan.hazards, watch=cut_off)
        except _CutOff:
            plan = plan_of(migrations, read_standing(look, migrations))
            assert execute(plan, scratch_database, accept=plan.hazards).done
        done(look)
    assert _one(look, "select count(*) from pg_namespace where nspname = 'Odd Schema'") == 0
    assert _one(look, "select count(*) from hdb_catalog.schema_migrations") == 0
    log = look.execute("select action, name from hdb_catalog.schema_migrations_log order by id").fetchall()
    assert log == [("applied", "a"), ("taken back", "a")]


def test_an_invalid_leftover_is_removed_before_the_next_try(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """The index that the server left invalid goes, one of the same name in another schema stays."""
    look.execute("create schema other; create table other.t (a int); create index u on other.t (a)")
    look.execute("create table t (a int); insert into t values (1), (1)")
    look.execute("update pg_index set indisvalid = false where indexrelid = 'other.u'::regclass")
    migrations = write("create unique index concurrently u on public.t (a);", "select 1;")
    with pytest.raises(MigrationFailed, match="half-way"):
        migrate_up(migrations, scratch_database)
    assert _one(look, "select indisvalid from pg_index where indexrelid = 'public.u'::regclass") is False
    look.execute("delete from t where ctid = '(0,1)'")
    migrate_up(migrations, scratch_database)
    assert _one(look, "select indisvalid from pg_index where indexrelid = 'public.u'::regclass") is True
    assert _one(look, "select indisvalid from pg_index where indexrelid = 'other.u'::regclass") is False


def test_an_invalid_index_is_never_recorded_as_applied(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """`if not exists` is satisfied with an invalid index that somebody else left; we are not."""
    look.execute("create table t (a int); create index i on t (a)")
    look.execute("update pg_index set indisvalid = false where indexrelid = 'i'::regclass")
    with pytest.raises(MigrationError, match="valid index"):
        migrate_up(write("create index concurrently if not exists i on t (a);", "select 1;"), scratch_database)
    assert read_ledger(look).rows[1].dirty


def _begun(look: psycopg.Connection[Any], migrations: Migrations, database: EphemeralDatabase, part: int) -> None:
    """Let the ledger say that a part was begun, as after a kill in the middle of its statement."""
    (migration,) = migrations
    with pytest.raises(_CutOff):
        execute(plan_up(migrations, read_standing(look, migrations)), database, watch=_stop_at(f"(part {part} of"))
    said = Progress(UP, part, True, checksum(migration.up))
    look.execute("update hdb_catalog.schema_migrations set dirty = true, progress = %s", [str(said)])


def _stop_at(title: str) -> Callable[[Sending], None]:
    def watch(progress: Sending) -> None:
        if any(title in step.title for step in progress.steps):
            raise _CutOff

    return watch


def test_a_statement_that_ended_unseen_is_not_run_again(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """The index stands, valid, only nobody wrote it down: the run goes on after it."""
    migrations = write("create table t (a int);\ncreate index concurrently i on t (a);\ninsert into t values (1);", "")
    _begun(look, migrations, scratch_database, 2)
    look.execute("create index i on t (a)")
    assert migrate_up(migrations, scratch_database).done
    assert (_one(look, "select count(*) from t"), _progress(look)) == (1, None)


def test_what_nobody_can_tell_is_asked(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """A procedure that was begun may have committed in part: a person must say, and the message says how."""
    migrations = write("-- nself:no-transaction\ncreate table t (a int);\ncall p();", "")
    _begun(look, migrations, scratch_database, 2)
    with pytest.raises(MigrationError, match=r"(?s)`call` was begun.*resolve --migration 1 --part-done") as caught:
        migrate_up(migrations, scratch_database)
    assert str(caught.value.place).endswith("1_a.sql:3:1")


def test_a_file_edited_while_half_way_stops_the_run(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """Which part comes next in an edited file nobody knows, so nothing is sent."""
    _begun(look, write("create table t ();\nvacuum t;", ""), scratch_database, 2)
    with pytest.raises(MigrationError, match="half-way, and its file was edited"):
        migrate_up(write("create table t ();\ncreate table u ();\nvacuum t;", ""), scratch_database)


def test_half_way_up_cannot_go_down(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """What was cut off is finished in its own direction first."""
    migrations = write("create table t ();\nvacuum t;", "drop table t;")
    _begun(look, migrations, scratch_database, 2)
    with pytest.raises(MigrationError, match="half-way applied"):
        plan_down(migrations, read_standing(look, migrations))
    with naming_migrations(plan_up(migrations, read_standing(look, migrations))):
        migrate_up(migrations, scratch_database)
    plan = plan_down(migrations, read_standing(look, migrations))
    assert execute(plan, scratch_database, accept=plan.hazards).done


def test_a_partition_half_detached_is_finished(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """A detach that was cut off leaves the partition pending; the next run finalizes it."""
    look.execute(
        'create table p (a int) partition by list (a); create table "P 1" partition of p for values in (1);'
        " insert into p values (1)"
    )
    migrations = write('alter table p detach partition "P 1" concurrently;\ninsert into "P 1" values (1);', "")
    _begun(look, migrations, scratch_database, 1)
    with scratch_database.connect() as reader:
        reader.execute("select * from p")  # the detach waits for readers, and is cut off there
        with scratch_database.connect(autocommit=True) as other:
            other.execute("set statement_timeout = 300")
            with pytest.raises(psycopg.errors.QueryCanceled):
                other.execute('alter table p detach partition "P 1" concurrently')
        reader.rollback()
    assert _one(look, "select inhdetachpending from pg_inherits where inhparent = 'p'::regclass") is True
    assert migrate_up(migrations, scratch_database).done
    assert _one(look, "select count(*) from pg_inherits where inhparent = 'p'::regclass") == 0
    assert _one(look, 'select array_agg(a order by a) from "P 1"') == [1, 1]


def test_new_enum_values_are_used_in_the_same_file(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """The value is committed before its use; what failed after it is corrected, and the value not added twice."""
    look.execute("create type mood as enum ('sad')")
    up = "create table t (m mood);\nalter type mood add value 'it''s ok';\ninsert into t values ('it''s ok');\n"
    with pytest.raises(MigrationFailed):
        migrate_up(write(f"{up}select wrong;", ""), scratch_database)
    assert (_progress(look) or Progress("", 0, False, "")).part == 1
    with pytest.raises(MigrationError, match="edited"):
        migrate_up(write(f"create table u ();{up}select 1;", ""), scratch_database)
    corrected = write(f"{up}select 1;", "")
    migrate_up(corrected, scratch_database)
    assert read_ledger(look).rows[1].checksum == checksum(corrected.migrations[0].up)
    assert _one(look, "select array_agg(m::text) from t") == ["it's ok"]


def test_a_value_of_a_type_whose_name_begins_like_a_new_one(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """`moody` was made in the same file, `mood` was not: its value is committed before its use."""
    look.execute("create type mood as enum ('a')")
    up = "create type moody as enum ();\nalter type mood add value 'b';\ncreate table t (m mood default 'b');"
    assert migrate_up(write(up, ""), scratch_database).done
