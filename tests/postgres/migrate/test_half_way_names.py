"""A statement that was cut off is looked for where its own session would look, and nowhere else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from pytest_nself.core.errors import MigrationError
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.executor import Progress, execute
from pytest_nself.execute.migrate import migrate_up
from pytest_nself.migrations.migration import Migrations
from pytest_nself.migrations.planning.planner import plan_up
from pytest_nself.migrations.planning.standing import read_standing

from .conftest import rows

Write = Callable[[dict[str, str]], Migrations]

TWO_SCHEMAS = """
create schema mine; create schema other;
create table mine.t (a int); create table other.t (a int);
"""
INDEXES = (
    "select n.nspname || '.' || c.relname, i.indisvalid from pg_index i join pg_class c on c.oid = i.indexrelid"
    " join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('mine', 'other') order by 1"
)


class _CutOff(Exception):
    """The run ends here, as if the process had been killed."""


def cut_off(look: psycopg.Connection[Any], migrations: Migrations, on: EphemeralDatabase, text: str) -> None:
    """End a run before it sends this statement, of which the ledger says then that it was begun."""

    def watch(progress: Progress) -> None:
        if any(str(getattr(step, "sql", "")).startswith(text) for step in progress.steps):
            raise _CutOff

    with pytest.raises(_CutOff):
        execute(plan_up(migrations, read_standing(look, migrations)), on, watch=watch)


def _break(look: psycopg.Connection[Any], index: str) -> None:
    look.execute(f"update pg_index set indisvalid = false where indexrelid = '{index}'::regclass".encode())


@pytest.mark.parametrize("theirs", ["valid", "invalid"])
@pytest.mark.parametrize("ours", ["missing", "invalid", "valid"])
def test_an_index_of_the_same_name_elsewhere_is_left_alone(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any], ours: str, theirs: str
) -> None:
    """It neither counts as built nor is it dropped: the name means what it means after the file's settings."""
    look.execute(TWO_SCHEMAS + "create index i on other.t (a);")
    create = "create index concurrently i on t (a)"
    migrations = write({"1_a.sql": f"set search_path = mine;\n{create};"})
    cut_off(look, migrations, scratch_database, create)
    if theirs == "invalid":
        _break(look, "other.i")
    if ours != "missing":
        look.execute("create index i on mine.t (a)")
    if ours == "invalid":
        _break(look, "mine.i")
    assert migrate_up(migrations, scratch_database).done
    assert rows(look, INDEXES) == [("mine.i", True), ("other.i", theirs == "valid")]


@pytest.mark.parametrize("what", ["index i", "table t", 'index "mine" . i'])
def test_remains_of_a_reindex_elsewhere_are_left_alone(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any], what: str
) -> None:
    """What a cut-off reindex left goes, in its own schema; and an index that is only called alike stays."""
    look.execute(TWO_SCHEMAS)
    for schema in ("mine", "other"):
        for index in ("i", "i_ccnew", "i_ccold1"):
            look.execute(f"create index {index} on {schema}.t (a)".encode())
        _break(look, f"{schema}.i_ccnew")
        _break(look, f"{schema}.i_ccold1")
    look.execute("create index i_ccnew7 on mine.t (a)")
    text = "set role pg_database_owner; reset role; select set_config('search_path', 'mine, other', false);\n"
    again = f"reindex {what.replace(' ', ' concurrently ', 1)}"
    migrations = write({"1_a.sql": f"{text}{again};"})
    cut_off(look, migrations, scratch_database, again)
    assert migrate_up(migrations, scratch_database).done
    assert [name for name, valid in rows(look, INDEXES)] == [
        "mine.i",
        "mine.i_ccnew7",
        "other.i",
        "other.i_ccnew",
        "other.i_ccold1",
    ]


def test_remains_of_a_reindex_of_a_long_name(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """The server cuts a name that leaves no room for _ccnew."""
    name = "é" + "n" * 61
    look.execute(f'create schema mine; create table mine.t (a int); create index "{name}" on mine.t (a)'.encode())
    left = name[:-6] + "_ccnew"
    look.execute(f'create index "{left}" on mine.t (a)'.encode())
    _break(look, f'mine."{left}"')
    again = f'reindex index concurrently mine."{name}"'
    migrations = write({"1_a.sql": again})
    cut_off(look, migrations, scratch_database, again)
    assert migrate_up(migrations, scratch_database).done
    assert rows(look, INDEXES) == [(f"mine.{name}", True)]


@pytest.mark.parametrize(
    ("path", "dropped", "asked"),
    [("mine", True, False), ("mine", False, False), ("mine, other", False, False), ("mine, other", True, True)],
)
def test_a_drop_of_an_index_that_hid_another(
    scratch_database: EphemeralDatabase,
    write: Write,
    look: psycopg.Connection[Any],
    path: str,
    dropped: bool,
    asked: bool,
) -> None:
    """The index behind the dropped one in the path would be dropped by a second run: that is asked, never guessed."""
    look.execute(TWO_SCHEMAS + "create index i on mine.t (a); create index i on other.t (a);")
    migrations = write({"1_a.sql": f"set search_path = {path};\ndrop index concurrently i;"})
    cut_off(look, migrations, scratch_database, "drop index")
    if dropped:
        look.execute("drop index mine.i")
    if asked:
        with pytest.raises(MigrationError, match="--part-done"):
            migrate_up(migrations, scratch_database)
    else:
        assert migrate_up(migrations, scratch_database).done
    assert rows(look, INDEXES) == [("other.i", True)]


@pytest.mark.parametrize("ended", [False, True])
def test_a_partition_of_the_same_name_elsewhere_is_left_alone(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any], ended: bool
) -> None:
    """Neither an attached one nor none elsewhere says how ours stands."""
    for schema in ("other", "mine"):
        look.execute(
            f"create schema {schema}; create table {schema}.p (a int) partition by list (a);"
            f" create table {schema}.p1 partition of {schema}.p for values in (1)".encode()
        )
    detach = "alter table p detach partition p1 concurrently"
    migrations = write({"1_a.sql": f"set search_path = mine, other;\n{detach};"})
    cut_off(look, migrations, scratch_database, detach)
    if ended:
        look.execute("alter table mine.p detach partition mine.p1")
    assert migrate_up(migrations, scratch_database).done
    assert rows(look, "select inhparent::regclass::text from pg_inherits") == [("other.p",)]


def test_an_invalid_index_elsewhere_does_not_fail_ours(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """The look after the statement is at its own index."""
    look.execute(TWO_SCHEMAS + "create index i on other.t (a);")
    _break(look, "other.i")
    migrations = write({"1_a.sql": "set search_path = mine;\ncreate index concurrently i on t (a);"})
    assert migrate_up(migrations, scratch_database).done
    assert rows(look, INDEXES) == [("mine.i", True), ("other.i", False)]


def test_an_index_that_is_being_built_is_not_dropped(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """Another session is at it, as a role of its own: the run says so and waits for nothing."""
    look.execute("create schema mine; create table mine.t (a int)")
    create = "create index concurrently i on mine.t (a)"
    migrations = write({"1_a.sql": create})
    cut_off(look, migrations, scratch_database, create)
    with scratch_database.connect() as reader, scratch_database.connect(autocommit=True) as other:
        reader.execute("lock table mine.t in row exclusive mode")
        building = threading.Thread(target=lambda: other.execute(create))
        building.start()
        try:
            while not rows(look, INDEXES):
                time.sleep(0.02)
            with pytest.raises(MigrationError, match="another session is building"):
                migrate_up(migrations, scratch_database)
        finally:
            reader.rollback()
            building.join()
    assert migrate_up(migrations, scratch_database).done
    assert rows(look, INDEXES) == [("mine.i", True)]


def test_letters_beyond_ascii_are_not_folded(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """`Ä` and `ä` are two names for the server, so they are for us."""
    look.execute("create schema mine; create table mine.Ärger (A int)")
    create = "create index concurrently Ö on mine.Ärger (a)"
    migrations = write({"1_a.sql": create})
    cut_off(look, migrations, scratch_database, create)
    look.execute("create index Ö on mine.Ärger (a)")
    assert migrate_up(migrations, scratch_database).done


@pytest.mark.parametrize(
    "text",
    [
        r'create index concurrently i on mine.U&"\0074" (a)',
        r'create index concurrently u&"\0069" on mine.t (a)',
        r'reindex table concurrently mine.U&"\0074"',
        r'drop index concurrently mine.U&"\006A"',
    ],
)
def test_a_name_in_codes_is_asked(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any], text: str
) -> None:
    r"""We do not read `U&"…"`, so how such a statement ended a person must say."""
    look.execute("create schema mine; create table mine.t (a int); create index j on mine.t (a)")
    migrations = write({"1_a.sql": text})
    cut_off(look, migrations, scratch_database, text)
    with pytest.raises(MigrationError, match="--part-not-done"):
        migrate_up(migrations, scratch_database)
