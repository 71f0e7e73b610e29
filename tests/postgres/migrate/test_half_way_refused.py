"""A statement outside a transaction that the server refuses: nothing of it is done, and the file can be corrected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pytest_nself.core.errors import MigrationError
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.executor import execute
from pytest_nself.execute.lock import HeldLock
from pytest_nself.execute.migrate import MigrationFailed, migrate_up, naming_migrations
from pytest_nself.execute.report import Interrupted
from pytest_nself.migrations.ledger import Progress, read_ledger
from pytest_nself.migrations.migration import UP, Migrations, checksum
from pytest_nself.migrations.planning.planner import plan_down, plan_up
from pytest_nself.migrations.planning.standing import read_standing

from .conftest import Cli, rows

Write = Callable[[dict[str, str]], Migrations]


def _progress(look: psycopg.Connection[Any]) -> Progress | None:
    return read_ledger(look).rows[1].progress


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("create index concurrently i on t (typo);", "create index concurrently i on t (a);"),
        ("create index concurrently i on t (typo);", "create index i on t (a);"),
        ("create index concurrently i on t (typo);", ""),
        ("set search_path = public;\nvacuum typo;", "set search_path = public;\ncreate index i on t (a);"),
        ("vacuum typo;", "vacuum t;\ncreate index concurrently i on t (a);"),
        ("set role typo;\nvacuum t;", "vacuum t;"),
        ("create tablespace x location 'relative';", "create index i on t (a);"),
        ("alter table t detach partition typo concurrently;", "vacuum t;"),
        ("drop index concurrently typo;", "drop index concurrently if exists typo;"),
    ],
)
@pytest.mark.parametrize("before", ["", "insert into t values (1);\n"])
@pytest.mark.parametrize("after", ["", "insert into t values (2);\n"])
def test_a_corrected_statement_goes_on(
    scratch_database: EphemeralDatabase,
    write: Write,
    look: psycopg.Connection[Any],
    wrong: str,
    right: str,
    before: str,
    after: str,
) -> None:
    """The file is corrected where it failed, and the next run goes on: nobody is asked, nothing runs twice."""
    look.execute("create table t (a int)")
    for _ in range(2):
        with pytest.raises(MigrationFailed, match=r"run it again to go on|is rolled back"):
            migrate_up(write({"1_a.sql": f"{before}{wrong}\n{after}"}), scratch_database)
    corrected = write({"1_a.sql": f"-- corrected\n{before}{right}\n{after}"})
    assert migrate_up(corrected, scratch_database).done
    expected = [(number,) for number, text in ((1, before), (2, after)) if text]
    assert rows(look, "select a from t order by a") == expected
    row = read_ledger(look).rows[1]
    assert (row.dirty, row.progress, row.checksum) == (False, None, checksum(corrected.migrations[0].up))


def test_what_is_done_must_stay_as_it_is(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """An edit before the refused statement stops the run; the old text is taken up again."""
    look.execute("create table t (a int)")
    with pytest.raises(MigrationFailed):
        migrate_up(write({"1_a.sql": "insert into t values (1);\nvacuum typo;"}), scratch_database)
    with pytest.raises(MigrationError, match="edited since"):
        migrate_up(write({"1_a.sql": "insert into t values (2);\nvacuum t;"}), scratch_database)
    assert migrate_up(write({"1_a.sql": "insert into t values (1);\nvacuum t;"}), scratch_database).done
    assert rows(look, "select a from t") == [(1,)]


def test_an_invalid_index_goes_before_the_corrected_statement(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """A refused `create unique index concurrently` leaves an invalid index, and the next run removes it."""
    look.execute("create table t (a int); insert into t values (1), (1)")
    query = "select indisvalid, indisunique from pg_index where indexrelid = 'i'::regclass"
    with pytest.raises(MigrationFailed):
        migrate_up(write({"1_a.sql": "create unique index concurrently i on t (a);"}), scratch_database)
    assert rows(look, query) == [(False, True)]
    assert migrate_up(write({"1_a.sql": "create index concurrently i on t (a);"}), scratch_database).done
    assert rows(look, query) == [(True, False)]


def test_somebody_elses_index_never_counts_as_built(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """The server refused ours because the name is taken: the valid index of that name is not what the file asks for."""
    look.execute("create table t (a int, b int); create index i on t (b)")
    migrations = write({"1_a.sql": "create index concurrently i on t (a);"})
    for _ in range(2):
        with pytest.raises(MigrationFailed, match="already exists"):
            migrate_up(migrations, scratch_database)
    assert _progress(look) is not None
    look.execute("drop index i")
    assert migrate_up(migrations, scratch_database).done


def test_a_call_that_failed_is_asked(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """An error does not take back what a procedure has committed: a person says how it stands, and is told why."""
    look.execute("create table t (a int)")
    text = "-- nself:no-transaction\ndo $$ begin insert into t values (1); commit; perform 1 / 0; end $$;"
    migrations = write({"1_a.sql": text})
    with pytest.raises(MigrationFailed, match="committed before the error is not known"):
        migrate_up(migrations, scratch_database)
    with pytest.raises(MigrationError, match=r"(?s)may have committed in part.*--part-done"):
        migrate_up(migrations, scratch_database)
    assert rows(look, "select a from t") == [(1,)]


def test_a_connection_that_is_lost_is_no_refusal(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """Whoever ends the session ends it at a time unknown: the part stays begun."""
    with scratch_database.connect() as blocker:
        blocker.execute("create table t (a int)")
        blocker.commit()
        blocker.execute("lock table t")
        migrations = write({"1_a.sql": "vacuum t;"})

        def kill(progress: object) -> None:
            if "vacuum" in str(getattr(progress, "steps", "")):
                look.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                    " and query like '%progress%' and pid <> pg_backend_pid() and state = 'idle'"
                )

        with pytest.raises(MigrationFailed):
            migrate_up(migrations, scratch_database, watch=kill)
        blocker.rollback()
    assert " begun " in str(_progress(look))
    assert migrate_up(migrations, scratch_database).done


def test_an_interrupted_statement_is_not_done(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """Ctrl-C cancels the statement, and the server says so: the file may be corrected then."""

    class CtrlC(HeldLock):
        def blockers(self) -> str:
            raise KeyboardInterrupt

    look.execute("create table t (a int)")
    migrations = write({"1_a.sql": "create index concurrently i on t (a);"})
    with scratch_database.connect() as writer, scratch_database.connect(autocommit=True) as connection:
        writer.execute("insert into t values (1)")
        plan = plan_up(migrations, read_standing(connection, migrations))
        with pytest.raises(Interrupted):
            execute(plan, scratch_database, connection=connection, lock=CtrlC("x", 1, look, 0.0))
        writer.rollback()
    assert " refused " in str(_progress(look))
    assert migrate_up(write({"1_a.sql": "create index concurrently j on t (a);"}), scratch_database).done


def test_a_row_of_an_earlier_release_is_read(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """Its checksum is that of the whole text, so that all of it must be as it was."""
    look.execute("create table t (a int)")
    text = "insert into t values (1);\nvacuum typo;\ninsert into t values (2);"
    with pytest.raises(MigrationFailed):
        migrate_up(write({"1_a.sql": text}), scratch_database)
    said = f"{Progress(UP, 1, False, checksum(text))}"
    look.execute("update hdb_catalog.schema_migrations set progress = %s", [said])
    with pytest.raises(MigrationError, match="edited since"):
        migrate_up(write({"1_a.sql": text.replace("typo", "t")}), scratch_database)
    look.execute("create table typo ()")
    assert migrate_up(write({"1_a.sql": text}), scratch_database).done
    assert rows(look, "select a from t order by a") == [(1,), (2,)]


def test_a_down_is_corrected_likewise(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """What was done on the way back stays done."""
    up = "create table t (a int); create index i on t (a);"
    migrate_up(write({"1_a.up.sql": up, "1_a.down.sql": ""}), scratch_database)
    for down, works in (("typo", False), ("typo", False), ("i", True)):
        text = f"insert into t values (1);\ndrop index concurrently {down};\nalter table t rename to u;"
        migrations = write({"1_a.up.sql": up, "1_a.down.sql": text})
        plan = plan_down(migrations, read_standing(look, migrations))
        if works:
            assert execute(plan, scratch_database, accept=plan.hazards).done
        else:
            with pytest.raises(MigrationFailed), naming_migrations(plan):
                execute(plan, scratch_database, accept=plan.hazards)
    assert rows(look, "select a from u") == [(1,)]
    assert rows(look, "select version from hdb_catalog.schema_migrations") == []


def test_the_commands_go_on_after_a_correction(cli: Cli, tmp_path: Path) -> None:
    """`status` says half-way, `up` goes on with the corrected file, and then the file is what was applied."""
    file = tmp_path / "migrations" / "20260203070901_index.sql"
    file.write_text("create index concurrently late_id on late (typo);")
    code, _, err = cli("migrate", "up")
    assert (code, "typo" in err) == (1, True)
    assert "was refused by the server" in "".join(cli("migrate", "resolve")[1:])
    file.write_text("create index concurrently late_id on late (id);")
    code, _, err = cli("migrate", "up")
    assert code == 0, err
    assert cli("migrate", "verify-checksums")[0] == 0
    assert cli("migrate", "status", "--exit-code")[0] == 0
