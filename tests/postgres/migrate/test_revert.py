"""`nself db revert` where migrations that go are applied in the environment's database."""

from __future__ import annotations

import json
import shlex
import shutil
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pytest_nself.authoring.syncs import keep_state, states

from ...cli.terminal import on_a_terminal  # noqa: TID252 - the tests are no installed package
from .conftest import NSELF, Cli, Write, tables, versions

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
NEW = {
    "20260301000000_more.sql": "-- UP\ncreate table more (id int);\n-- DOWN\ndrop table more;\n",
    "20260302000000_most.sql": "-- UP\ncreate table most (id int);\n-- DOWN\ndrop table most;\n",
}


@pytest.fixture
def applied(cli: Cli, write: Write, tmp_path: Path) -> Path:
    """A state with four migrations, and two more that came since; all are applied."""
    keep_state(tmp_path, schema_file=tmp_path / "schema.dbml", migrations_folder=tmp_path / "migrations", now=NOON)
    write(NEW)
    assert cli("migrate", "up")[0] == 0
    return tmp_path


def names(project: Path) -> set[str]:
    return {path.name for path in (project / "migrations").iterdir()} & set(NEW)


def test_the_database_goes_first(cli: Cli, applied: Path, look: psycopg.Connection[Any]) -> None:
    """With --database the downs are run, the last first, then the files go; the ledger knows it."""
    code, out, err = cli("revert", "--database", "--yes")
    assert code == 0
    assert f"Applied in dev ({look.info.dbname} on " in err
    assert "gone or changed then: 20260301000000_more, 20260302000000_most." in err
    assert out == (
        "Taken back in dev: 20260302000000_most, 20260301000000_more.\nBack to 2026-03-01_12-00-00: 3 files changed.\n"
    )
    assert (names(applied), versions(look)[-1]) == (set(), 20260203070900)
    assert not {"more", "most"} & set(tables(look))
    assert states(applied)[0].applied_head == "20260302000000_most"
    # And there again: what was kept holds both files.
    assert cli("revert", "--yes")[0] == 0
    assert names(applied) == set(NEW)


def test_what_is_left_is_said_with_the_way(cli: Cli, applied: Path, look: psycopg.Connection[Any]) -> None:
    """Without --database the files alone go; the command that is named takes the database back all the same."""
    code, _, err = cli("revert", "--yes")
    assert (code, names(applied), versions(look)[-1]) == (0, set(), 20260302000000)
    (said,) = [line for line in err.splitlines() if line.startswith("Warning: dev still has")]
    assert "20260301000000_more, 20260302000000_most applied" in said
    call = shlex.split(said.partition("nself db ")[2])
    assert call[:2] == ["migrate", "down"]
    assert call[-2:] == ["--dsn", "URL"]  # an address may hold a password
    assert cli(*call[:-2])[0] == 0
    assert versions(look)[-1] == 20260203070900
    assert cli.json("migrate", "status")["data"]["migrations"][-1]["state"] == "applied"


def test_dry_run_shows_what_would_be_sent(cli: Cli, applied: Path, look: psycopg.Connection[Any]) -> None:
    """With --database the SQL of the downs as well; nothing is done, and nothing kept."""
    assert "drop table" not in cli("revert", "--dry-run")[1]
    code, out, _ = cli("revert", "--dry-run", "--database")
    assert (code, names(applied), versions(look)[-1], len(states(applied))) == (0, set(NEW), 20260302000000, 1)
    assert out.index("drop table most;") < out.index("drop table more;")
    assert cli.json("revert", "--dry-run", "--database")["data"]["sql"]


def test_an_edited_migration_is_taken_back_by_its_own_down(
    cli: Cli, applied: Path, write: Write, look: psycopg.Connection[Any]
) -> None:
    """It is applied as it is now and would be what it was: what stands above it goes, too."""
    keep_state(applied, schema_file=None, migrations_folder=applied / "migrations", now=NOON.replace(hour=13))
    cli("migrate", "down", "2")
    write({"20260301000000_more.sql": "-- UP\ncreate table other (id int);\n-- DOWN\ndrop table other;\n"})
    cli("migrate", "up")
    code, out, _ = cli("revert", "--database", "--yes")
    assert (code, out.splitlines()[0]) == (0, "Taken back in dev: 20260302000000_most, 20260301000000_more.")
    assert "other" not in tables(look)
    assert names(applied) == set(NEW)


def test_without_a_down(cli: Cli, applied: Path, write: Write, look: psycopg.Connection[Any]) -> None:
    """Nothing is done with --database; without it the reason and another way are said."""
    write({"20260303000000_one_way.sql": "create table one_way (id int);"})
    cli("migrate", "up")
    code, _, err = cli("revert", "--database", "--yes")
    assert (code, versions(look)[-1], len(states(applied))) == (1, 20260303000000, 1)
    assert "20260303000000_one_way has no down." in err
    code, _, err = cli("revert", "--yes")
    assert (code, names(applied)) == (0, set())
    assert "They cannot be taken back by their downs: 20260303000000_one_way has no down." in err
    assert "Go forward with a new migration, or restore a backup; the files are in bin/dbsyncs/" in err


def test_a_down_that_fails_changes_no_file(cli: Cli, applied: Path, look: psycopg.Connection[Any]) -> None:
    """The error is that of the down, the files stay, and so does the migration."""
    look.execute("create view v as select * from most")
    code, _, err = cli("revert", "--database", "--yes")
    assert code == 1
    assert "20260302000000_most" in err
    assert (names(applied), versions(look)[-1]) == (set(NEW), 20260302000000)


def test_what_is_not_applied_needs_no_question(cli: Cli, applied: Path, look: psycopg.Connection[Any]) -> None:
    """Pending files go without a word on the database."""
    cli("migrate", "down", "2")
    code, out, err = cli("revert", "--database", "--yes")
    assert (code, out) == (0, "Back to 2026-03-01_12-00-00: 3 files changed.\n")
    assert "Applied" not in err
    assert versions(look)[-1] == 20260203070900


def test_production_wants_its_own_words(cli: Cli, applied: Path, look: psycopg.Connection[Any]) -> None:
    """A yes to the files is none to taking tables from production."""
    look.execute("update hdb_catalog.schema_migrations set environment = 'production'")
    code, _, err = cli("revert", "--database", "--yes", "--env", "production")
    assert (code, versions(look)[-1], names(applied)) == (3, 20260302000000, set(NEW))
    assert "say --confirm yes-destroy-production" in err
    call = ("revert", "--database", "--yes", "--env", "production", "--confirm", "yes-destroy-production")
    assert cli(*call)[0] == 0
    assert (versions(look)[-1], names(applied)) == (20260203070900, set())


def test_two_questions(cli: Cli, applied: Path, look: psycopg.Connection[Any]) -> None:
    """On a terminal the database is asked for by itself: a no to it leaves it, and says how to go on."""
    argv = [*NSELF, "revert", "--dsn", cli.url]
    ended = on_a_terminal(argv, b"yes\nno\n", applied)
    assert ended.code == 0, ended.shown
    assert "This will change 3 files" in ended.shown
    assert "This will take back 2 migrations in dev. Type yes to go on:" in ended.shown
    assert "The database stays as it is" in ended.shown
    assert "Warning: dev still has" in ended.shown
    assert (names(applied), versions(look)[-1]) == (set(), 20260302000000)


def test_the_first_migration_too(cli: Cli, tmp_path: Path, look: psycopg.Connection[Any]) -> None:
    """Back before there was any: version 0 goes as well."""
    shutil.rmtree(tmp_path / "migrations")
    keep_state(tmp_path, schema_file=None, migrations_folder=tmp_path / "migrations", now=NOON)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0000_first.sql").write_text("-- UP\ncreate table first ();\n-- DOWN\ndrop table first;\n")
    assert cli("migrate", "up")[0] == 0
    assert "nself db migrate down --all --migration-dir" in cli("revert", "--yes")[2]
    assert cli("revert", "--yes")[0] == 0
    assert cli("revert", "--to", "2026-03-01_12-00-00", "--yes", "--database")[0] == 0
    assert (versions(look), tables(look)) == ([], [])


def test_what_drizzle_has_applied(cli: Cli, tmp_path: Path, look: psycopg.Connection[Any]) -> None:
    """Its ledger is its own, and its files have no downs: that is said before, and another way."""
    shutil.rmtree(tmp_path / "migrations")
    keep_state(tmp_path, schema_file=None, migrations_folder=tmp_path / "drizzle", now=NOON)
    text = "create table first (id int);"
    (tmp_path / "drizzle/meta").mkdir(parents=True)
    (tmp_path / "drizzle/0000_first.sql").write_text(text)
    entry = {"idx": 0, "version": "7", "when": 1000, "tag": "0000_first", "breakpoints": True}
    (tmp_path / "drizzle/meta/_journal.json").write_text(
        json.dumps({"version": "7", "dialect": "postgresql", "entries": [entry]})
    )
    look.execute("create schema drizzle; create table first (id int)")
    look.execute(
        "create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)"
    )
    hashed = sha256(text.encode()).hexdigest()
    look.execute("insert into drizzle.__drizzle_migrations (hash, created_at) values (%s, 1000)", [hashed])
    code, out, _ = cli("revert", "--dry-run")
    assert code == 0
    assert "and gone or changed then: 0000_first." in out
    assert "They cannot be taken back by their downs: another tool has applied them" in out
