"""The commands that write and judge the ledger: nothing of them runs a migration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from .conftest import Cli, Write, rows, tables, versions


def _log(look: psycopg.Connection[Any]) -> list[Any]:
    return rows(look, "select action, version, note from hdb_catalog.schema_migrations_log order by id")


def test_edited_and_deleted_history_is_named(cli: Cli, write: Write, tmp_path: Path) -> None:
    """An edited file and a deleted one are errors with their names; other line ends alone are none."""
    cli("migrate", "up")
    assert cli("migrate", "verify-checksums")[:2] == (0, "4 applied migrations are as they were applied.\n")
    shop = tmp_path / "migrations" / "003_shop.sql"
    shop.write_bytes(shop.read_bytes().replace(b"\r\n", b"\n"))
    assert cli("migrate", "verify-checksums")[0] == 0
    write({"00013_body/up.sql": "select 13;"})
    (tmp_path / "migrations" / "0007_two.up.sql").unlink()
    (tmp_path / "migrations" / "0007_two.down.sql").unlink()
    code, out, err = cli("migrate", "verify-checksums")
    assert (code, out) == (1, "2 found.\n")
    assert "00013_body was edited since it was applied" in err
    assert "7_two is applied, and no file in migrations has its version" in err
    findings = cli.json("migrate", "verify-checksums")["findings"]
    assert [one["rule"] for one in findings if one["severity"] == "error"] == ["migration-missing", "migration-edited"]


def test_an_edited_file_is_not_taken_back_until_it_is_accepted(
    cli: Cli, write: Write, look: psycopg.Connection[Any]
) -> None:
    """`down` compares the file first; accepting it changes the ledger alone, and the log keeps the old checksum."""
    cli("migrate", "up")
    before = rows(look, "select checksum from hdb_catalog.schema_migrations where version = 20260203070900")[0][0]
    write({"20260203070900_late.sql": "create table late (id bigint);"})
    code, _, err = cli("migrate", "down")
    assert (code, "was edited since it was applied" in err) == (1, True)
    assert "late" in tables(look)
    assert cli("migrate", "reset-checksum", "--migration", "20260203070900")[0] == 0
    assert cli("migrate", "reset-checksum", "--migration", "20260203070900")[1].startswith("The file is what")
    assert _log(look)[-1] == ("checksum reset", 20260203070900, f"was {before}")
    assert cli("migrate", "verify-checksums")[0] == 0
    assert cli("migrate", "down")[0] == 0
    assert "late" not in tables(look)


def test_up_warns_of_a_doubtful_history_and_production_refuses(cli: Cli, write: Write) -> None:
    """In dev an edit is a warning beside the work; in production nothing runs until it is seen to."""
    assert cli("migrate", "up", "--env", "production", "--yes", "--count", "2")[0] == 0
    write({"003_shop.sql": "select 'edited';"})
    code, _, err = cli("migrate", "up", "--env", "production", "--yes")
    assert (code, "history is in doubt" in err, "003_shop was edited" in err) == (3, True, True)
    write({"004_new.sql": "create table new ();"})
    code, _, err = cli("migrate", "up", "--env", "production", "--yes")
    assert "004_new has no down" in err
    assert "-- nself:irreversible reason=" in err


def test_only_what_will_run_needs_a_down(cli: Cli, write: Write) -> None:
    """In production `up --to` and `up N` look at the downs of those files alone."""
    write({"9_bare.sql": "create table bare ();"})
    cli("migrate", "up", "--env", "production", "--yes", "--count", "1")
    assert cli("migrate", "up", "--env", "production", "--yes", "--to", "0007")[0] == 0
    code, _, err = cli("migrate", "up", "--env", "production", "--yes", "2")
    assert (code, "9_bare has no down" in err) == (3, True)


def test_a_late_file_is_applied_and_said(cli: Cli, write: Write, look: psycopg.Connection[Any]) -> None:
    """A lower version from another branch is not skipped: it is applied, in its order, and reported."""
    cli("migrate", "up")
    write({"5_b.sql": "create table b5 ();", "4_a.sql": "create table a4 ();"})
    states = {one["name"]: one["state"] for one in cli.json("migrate", "status")["data"]["migrations"]}
    assert states["4_a"] == states["5_b"] == "out of order"
    code, out, err = cli("migrate", "up")
    assert (code, [line.split()[1] for line in out.splitlines()[:2]]) == (0, ["4_a", "5_b"])
    assert "4_a is pending below versions that are applied" in err
    assert {"a4", "b5"} <= set(tables(look))


def test_down_shows_what_would_be_lost(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """Before anything goes, its tables are named with their rows and size."""
    cli("migrate", "up", "--env", "staging", "--yes")
    look.execute("insert into late select generate_series(100, 5099); analyze late")
    code, _, err = cli("migrate", "down", "--env", "staging")
    assert code == 3
    assert "This would take data from 1 table" in err
    assert "public.late" in err
    assert "about 5,002 rows" in err
    assert "takes no backup" not in err
    code, _, err = cli("migrate", "down", "--all", "--env", "staging")
    assert '"Odd ""Schema"."T;1"' in err


def test_baseline_adopts_what_is_there(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """A populated database is recorded up to a version without running anything; an empty one is refused."""
    code, _, err = cli("migrate", "baseline", "0007")
    assert (code, "The database has no tables" in err) == (3, True)
    look.execute("create table by_hand ()")
    assert cli("migrate", "baseline", "0007", "--dry-run")[0] == 0
    assert cli("migrate", "baseline", "0007")[0] == 0
    assert cli("migrate", "baseline", "0007")[1] == "The ledger has all of them already.\n"
    assert (versions(look), tables(look)) == ([3, 7], ["by_hand"])
    assert cli("migrate", "verify-checksums")[0] == 0
    assert _log(look) == [("recorded", 3, "up to 7"), ("recorded", 7, "up to 7")]
    assert cli("migrate", "up")[1].splitlines()[-1] == "2 migrations applied."


def test_baseline_takes_over_another_tools_ledger(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """What dbmate has applied is applied; with two tools' ledgers one must be named."""
    code, _, err = cli("migrate", "baseline")
    assert (code, "No other tool's ledger is in the database" in err) == (2, True)
    look.execute("create table schema_migrations (version varchar(128) primary key)")
    look.execute("insert into schema_migrations values ('003'), ('0007')")
    assert cli("migrate", "baseline")[0] == 0
    assert versions(look) == [3, 7]
    look.execute("create table goose_db_version (id serial, version_id bigint, is_applied boolean, tstamp timestamp)")
    look.execute("insert into goose_db_version (version_id, is_applied) values (0, true), (13, true)")
    code, _, err = cli("migrate", "baseline")
    assert (code, "--from TOOL" in err) == (2, True)
    assert cli("migrate", "baseline", "--from", "goose")[0] == 0
    assert versions(look) == [3, 7, 13]


def test_a_golang_migrate_table_is_not_taken_for_a_ledger(
    cli: Cli, look: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its one row means "all up to here": as a ledger of ours it would run everything again."""
    monkeypatch.setenv("DB_MIGRATION_TABLE", "schema_migrations")
    look.execute("create table schema_migrations (version bigint primary key, dirty boolean not null)")
    look.execute("insert into schema_migrations values (13, false)")
    code, _, err = cli("migrate", "up")
    assert (code, "golang-migrate" in err, "DB_MIGRATION_TABLE" in err) == (1, True, True)
    assert tables(look) == ["schema_migrations"]


@pytest.mark.parametrize("foreign", ["version varchar(128) primary key", "version bigint, dirty text", "id int"])
def test_a_foreign_table_is_detected(
    cli: Cli, look: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, foreign: str
) -> None:
    """A table of another shape under the ledger's name is named with its columns, and not written to."""
    monkeypatch.setenv("DB_MIGRATION_TABLE", '"Odd"')
    look.execute(f'create table "Odd" ({foreign})'.encode())
    code, _, err = cli("migrate", "up")
    assert (code, "public.Odd is not a ledger" in err) == (1, True)


def test_the_ledger_can_stand_elsewhere(
    cli: Cli, look: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DB_MIGRATION_TABLE without a schema is a table in public; all commands use it."""
    monkeypatch.setenv("DB_MIGRATION_TABLE", "our_migrations")
    assert cli("migrate", "up")[0] == 0
    assert {"our_migrations", "our_migrations_log"} <= set(tables(look))
    assert cli("migrate", "status", "--exit-code")[0] == 0
    assert len(cli.json("history")["data"]["history"]) == 4
    assert cli("migrate", "down", "--all")[0] == 0


def test_history_keeps_what_was_taken_back(cli: Cli) -> None:
    """Everything that ran is there, oldest first, with who and how long; --limit shows the last."""
    assert cli("history")[1] == "Nothing ran yet.\n"
    cli("migrate", "up")
    cli("migrate", "down")
    lines = cli.json("history")["data"]["history"]
    assert [(one["action"], one["name"]) for one in lines][-2:] == [
        ("applied", "20260203070900_late"),
        ("taken back", "20260203070900_late"),
    ]
    assert all(one["done_at"] and one["done_by"] and one["tool_version"] for one in lines)
    assert all(isinstance(one["took_ms"], int) for one in lines)
    assert len(cli("history", "--limit", "2")[1].splitlines()) == 2


def test_resolve_writes_what_a_person_found_out(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """Another tool's dirty row is settled either way; a version nobody recorded can be recorded."""
    look.execute("create schema hdb_catalog; create table by_hand ()")
    look.execute("create table hdb_catalog.schema_migrations (version bigint primary key, dirty boolean not null)")
    look.execute("insert into hdb_catalog.schema_migrations values (3, true), (7, true)")
    code, out, err = cli("migrate", "resolve")
    assert (code, out) == (1, "2 found.\n")
    assert "resolve --migration 7 --applied (or --not-applied)" in err
    assert cli("migrate", "up")[0] == 1
    assert cli("migrate", "resolve", "--migration", "3", "--applied")[0] == 0
    assert cli("migrate", "resolve", "--migration", "0007", "--not-applied")[0] == 0
    assert cli("migrate", "resolve", "--migration", "13", "--applied")[0] == 0
    assert cli("migrate", "resolve")[:2] == (1, "1 found.\n")  # 7 is late now
    assert rows(look, "select version, dirty from hdb_catalog.schema_migrations order by 1") == [
        (3, False),
        (13, False),
    ]
    assert [action for action, _, _ in _log(look)] == ["resolved", "resolved", "recorded"]
    code, _, err = cli("migrate", "resolve", "--migration", "3", "--part-done")
    assert (code, "No part of 003_shop was begun" in err) == (1, True)
    assert cli("migrate", "resolve", "--migration", "3")[0] == 2
    assert cli("migrate", "resolve", "--applied")[0] == 2


@pytest.mark.parametrize(("answer", "written"), [("--part-done", 0), ("--part-not-done", 1)])
def test_resolve_settles_a_part(
    cli: Cli, write: Write, look: psycopg.Connection[Any], answer: str, written: int
) -> None:
    """A procedure that was cut off is asked for; the answer decides whether it runs again."""
    look.execute("create table trace (n int); create procedure p() language sql as 'insert into trace values (1)'")
    write({"8_call.sql": "-- nself:no-transaction\nselect 1;\ncall p();\nselect 3;"})
    cli("migrate", "up")
    look.execute("delete from hdb_catalog.schema_migrations where version > 8; truncate trace")
    look.execute(
        "update hdb_catalog.schema_migrations set dirty = true, progress = 'up 2 begun ' || checksum where version = 8"
    )
    look.execute("drop table late; drop table body; drop function f()")
    look.execute("delete from hdb_catalog.schema_migrations where version = 13")
    assert cli("migrate", "up")[0] == 1
    assert cli("migrate", "resolve", "--migration", "8", answer)[0] == 0
    code, out, _ = cli("migrate", "up")
    assert (code, out.splitlines()[0].split()[:2]) == (0, ["applied", "8_call"])
    assert rows(look, "select count(*) from trace") == [(written,)]


def test_two_branches_with_one_version_are_renumbered(
    cli: Cli, write: Write, tmp_path: Path, look: psycopg.Connection[Any]
) -> None:
    """Nothing runs while two files share a version; the pending one gets the next free one, its down with it."""
    cli("migrate", "up", "--to", "0007")
    write({"7_other.up.sql": "create table other ();", "7_other.down.sql": "drop table other;"})
    code, _, err = cli("migrate", "up")
    assert (code, "same version" in err) == (1, True)
    code, _, err = cli("migrate", "resolve")
    assert (code, "same version" in err) == (1, True)
    assert cli("migrate", "resolve", "--renumber", "--dry-run")[0] == 0
    assert (tmp_path / "migrations" / "7_other.up.sql").exists()
    code, out, _ = cli("migrate", "resolve", "--renumber")
    assert (code, len(out.splitlines())) == (0, 4)
    assert cli("migrate", "resolve")[0] == 0
    assert cli("migrate", "up")[1].splitlines()[-1] == "3 migrations applied."
    assert cli("migrate", "down")[0] == 0
    assert "other" not in tables(look)


@pytest.mark.parametrize("text", ["7", "0007", "7_other", "7_other.sql"])
def test_renumbering_does_not_break_what_depends_on_it(cli: Cli, write: Write, tmp_path: Path, text: str) -> None:
    """A pending file that says the version is named with its line, and nothing is renamed."""
    cli("migrate", "up", "--to", "0007")
    write({"7_other.sql": "create table other ();", "9_more.sql": f"-- 7\n-- depends_on: 003, {text}\nselect 9;"})
    code, _, err = cli("migrate", "resolve", "--renumber")
    assert (code, "migrations/9_more.sql:2: 9_more depends on" in err, "depends_on: other" in err) == (1, True, True), (
        err
    )
    assert (tmp_path / "migrations" / "7_other.sql").exists()


def test_renumbering_names_what_depends_on_it(cli: Cli, write: Write) -> None:
    """By its name a file is found after it has moved, too; that it is depended on is said."""
    cli("migrate", "up", "--to", "0007")
    write({"7_other.sql": "create table other ();", "9_more.sql": "-- depends_on: other\nselect 9;"})
    code, out, _ = cli("migrate", "resolve", "--renumber")
    assert (code, out.splitlines()[-1]) == (0, "9_more depends on 7_other (as other): see that it says so still")
    applied = cli.json("migrate", "up")["data"]["migrations"]
    assert [label.split("_", 1)[1] for label in applied][-2:] == ["other", "more"]


def test_of_two_pending_files_the_first_by_name_keeps_its_version(cli: Cli, write: Write, tmp_path: Path) -> None:
    """Neither is applied: the order of their names decides."""
    write({"9_b.sql": "select 'b';", "9_a.sql": "select 'a';"})
    assert cli("migrate", "resolve", "--renumber")[0] == 0
    names = {path.name for path in (tmp_path / "migrations").iterdir()}
    assert ("9_a.sql" in names, "9_b.sql" in names) == (True, False)


def test_reset_state_rebuilds_the_ledger_after_its_word(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """Even dev asks; the old rows go into the log, and the new ones say which files are applied."""
    cli("migrate", "up")
    code, _, err = cli("migrate", "reset-state", "--to", "0007", "--yes")
    assert (code, "--confirm reset-state" in err) == (3, True)
    assert cli("migrate", "reset-state", "--to", "0007", "--confirm", "reset-state")[0] == 0
    assert versions(look) == [3, 7]
    assert "two.t" in tables(look)
    assert [action for action, _, _ in _log(look)] == ["state reset"] * 4 + ["recorded"] * 2
    code, _, err = cli("migrate:reset-state", "--env", "production", "--confirm", "reset-state")
    assert (code, "yes-destroy-production" in err) == (3, True)


@pytest.mark.parametrize(
    "args",
    [
        ("up", "--to", "99"),
        ("down", "--to", "99"),
        ("baseline", "99"),
        ("resolve", "--migration", "99", "--applied"),
        ("reset-state", "--to", "99", "--confirm", "reset-state"),
    ],
)
def test_a_version_that_no_file_has_is_refused(cli: Cli, look: psycopg.Connection[Any], args: tuple[str, ...]) -> None:
    """Wherever a version is given, a slip in it is the same error, and changes nothing."""
    cli("migrate", "up", "--count", "2")
    code, _, err = cli("migrate", *args)
    assert (code, "There is no migration with version 99." in err, "00013, 20260203070900" in err) == (1, True, True)
    assert versions(look) == [3, 7]


def test_create_writes_where_up_reads(cli: Cli, tmp_path: Path, look: psycopg.Connection[Any]) -> None:
    """The new file is in the newest one's style, nself.sum knows it, and `up` applies it."""
    code, out, _ = cli.without_dsn("migrate", "create", "Add prefs", "--sql", "create table prefs (a int);")
    assert code == 0
    path = out.split()[1]
    assert path.startswith("migrations/2026")
    assert path.endswith("_add_prefs.sql")
    assert (tmp_path / "migrations" / "nself.sum").read_text().count("add_prefs") == 1
    assert cli("migrate", "up")[0] == 0
    assert "prefs" in tables(look)
    assert cli.without_dsn("migrate:create", "!!!")[0] == 2


def test_a_down_that_create_left_open_is_not_looked_for(cli: Cli, write: Write) -> None:
    """`down` names the file that holds the TODO; a new version takes that file along."""
    path = cli.without_dsn("migrate", "create", "b", "--sql", "select 'nothing to take back';")[1].split()[1]
    down = path.replace(".sql", ".down.sql")
    assert cli("migrate", "up")[0] == 0
    code, _, err = cli("migrate", "down")
    assert (code, f"{down}:1: The down of" in err, "holds no statement yet" in err) == (1, True, True), err
    assert "Looked for" not in err
    write({"7_c.sql": "create table c ();", "7_c.down.sql": "-- TODO"})
    out = cli("migrate", "resolve", "--renumber")[1]
    assert "migrations/7_c.down.sql is now migrations/" in out


def test_up_in_dev_keeps_the_sums(cli: Cli, write: Write, tmp_path: Path) -> None:
    """`up` in dev records the checksums for git; not in other environments, and not over an edited history."""
    sums = tmp_path / "migrations" / "nself.sum"
    assert cli("migrate", "up", "--env", "staging", "--yes", "--count", "1")[0] == 0
    assert not sums.exists()
    assert cli("migrate", "up", "--count", "1")[0] == 0
    kept = sums.read_text()
    write({"003_shop.sql": "select 'edited';"})
    assert cli("migrate", "up")[0] == 0
    assert sums.read_text() == kept


def test_two_environments_stand_side_by_side(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: psycopg.Connection[Any]
) -> None:
    """`status --env prod` shows the active environment beside the named one, and says when one is unreachable."""
    cli("migrate", "up", "--env", "prod", "--yes", "--count", "2")
    (tmp_path / ".env.production").write_text(f"DATABASE_URL={cli.url}\n")
    (tmp_path / ".env.dev").write_text("DATABASE_URL=postgresql://u:hush@127.0.0.1:1/d\n")
    for name in ("DATABASE_URL", "POSTGRES_URL"):
        monkeypatch.delenv(name, raising=False)
    code, out, err = cli.without_dsn("migrate", "status", "--env", "prod")
    assert (code, "0007_two" in out, "applied" in out) == (0, True, True)
    assert "dev: postgresql://u:***@127.0.0.1:1/d cannot be reached" in out
    assert "hush" not in out + err
    name = f"{look.info.dbname}_beside"
    look.execute(f'create database "{name}"'.encode())
    try:
        url = cli.url.replace(look.info.dbname, name)
        (tmp_path / ".env.dev").write_text(f"DATABASE_URL={url}\n")
        out = cli.without_dsn("migrate", "status", "--env", "prod")[1]
        assert out.splitlines()[0].split() == ["dev", "production"]
        assert out.splitlines()[1].split()[:3] == ["003_shop", "pending", "applied"]
        assert "2 of 4 differ" in out
    finally:
        look.execute(f'drop database "{name}"'.encode())


def test_an_edited_down_is_not_run(cli: Cli, write: Write, look: psycopg.Connection[Any]) -> None:
    """What takes a migration back is compared, too: a down that was changed since is refused until it is accepted."""
    look.execute("create table precious ()")
    cli("migrate", "up")
    write({"20260203070900_late.down.sql": "drop table late; drop table precious;"})
    code, _out, err = cli("migrate", "verify-checksums")
    assert (code, "The down of 20260203070900_late was edited" in err) == (0, True)
    code, _, err = cli("migrate", "down")
    assert (code, "The down of 20260203070900_late was edited" in err) == (1, True)
    assert {"late", "precious"} <= set(tables(look))
    assert cli("migrate", "reset-checksum", "--migration", "20260203070900")[0] == 0
    assert cli("migrate", "down")[0] == 0


def test_another_tools_migrations_are_not_run_again(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """Where our ledger is empty and dbmate's is not, `up` refuses and names the way to take over."""
    look.execute("create table schema_migrations (version varchar(128) primary key)")
    look.execute("insert into schema_migrations values ('003')")
    code, _, err = cli("migrate", "up")
    assert (code, "dbmate has applied 1 of these" in err, "baseline --from dbmate" in err) == (3, True, True)
    assert tables(look) == ["schema_migrations"]
    assert cli("migrate", "baseline", "--from", "dbmate")[0] == 0
    assert cli("migrate", "up")[0] == 0


def test_what_create_left_to_be_written_is_not_applied(cli: Cli, tmp_path: Path) -> None:
    """The TODO of `create` is no migration: applied, it would count as edited once it is written."""
    path = tmp_path / cli.without_dsn("migrate", "create", "later")[1].split()[1]
    code, _, err = cli("migrate", "up")
    assert (code, "is not written yet" in err) == (1, True)
    path.write_text("create table later ();")
    assert cli("migrate", "up")[0] == 0


def test_an_edit_is_not_recorded_over(cli: Cli, write: Write, tmp_path: Path, look: psycopg.Connection[Any]) -> None:
    """On a fresh database an edited file is applied, but nself.sum keeps what it was, and verify stays red."""
    cli("migrate", "up")
    write({"20260203070900_late.sql": "create table late (id bigint);"})
    look.execute("drop schema hdb_catalog cascade; drop table late, body; drop function f(); drop schema two cascade")
    look.execute('drop schema "Odd ""Schema" cascade')
    code, _, err = cli("migrate", "up")
    assert (code, "was edited after it was recorded in nself.sum" in err) == (0, True)
    sums = (tmp_path / "migrations" / "nself.sum").read_text()
    assert cli("migrate", "reset-checksum", "--migration", "20260203070900")[1].startswith("The file is what")
    assert (tmp_path / "migrations" / "nself.sum").read_text() != sums


def test_a_folder_that_cannot_be_written_is_a_warning(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is migrated, and that is what the exit code says."""
    (tmp_path / "migrations" / "nself.sum").mkdir()
    code, out, err = cli("migrate", "up")
    assert (code, out.splitlines()[-1]) == (0, "4 migrations applied.")
    assert "nself.sum" in err


def test_the_production_stamp_outlives_the_rows(cli: Cli) -> None:
    """A production database whose migrations were all taken back is still production."""
    assert cli("migrate", "up", "--env", "production", "--yes", "--no-rehearsal")[0] == 0
    assert cli("migrate", "down", "--all", "--env", "production", "--confirm", "yes-destroy-production")[0] == 0
    code, _, err = cli("migrate", "up")
    assert (code, "migrated as production" in err) == (3, True)


def test_what_stays_does_not_lose_what_it_needs(cli: Cli, write: Write, look: psycopg.Connection[Any]) -> None:
    """`down --to` refuses to take back a migration that a staying one depends on."""
    write({"2_dependent.sql": "-- depends_on: 0007_two\nselect 1;", "2_dependent.down.sql": "select 1;"})
    cli("migrate", "up")
    code, _, err = cli("migrate", "down", "--to", "3")
    assert (code, "2_dependent would stay, and it depends on 0007_two" in err) == (1, True)
    assert 7 in versions(look)


@pytest.mark.parametrize("name", ["public schema_x", "x;drop", "a.b.c", "", '"open', "x" * 70])
def test_a_ledger_table_that_makes_no_sense(cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """DB_MIGRATION_TABLE is a name, or `schema.name`; anything else is refused by exit 2."""
    monkeypatch.setenv("DB_MIGRATION_TABLE", name or " ")
    code, _, err = cli("migrate", "status")
    assert (code, "DB_MIGRATION_TABLE" in err) == (2, True)


def test_a_confirmed_loss_is_the_one_that_was_shown(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, look: psycopg.Connection[Any]
) -> None:
    """Between the header and the lock somebody takes back the migration that was shown: the next one is not taken."""
    from pytest_nself.execute import lock

    cli("migrate", "up", "--env", "staging", "--yes")
    take = lock.runner_lock

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        look.execute("delete from hdb_catalog.schema_migrations where version = 20260203070900")
        return take(*args, **kwargs)

    monkeypatch.setattr("pytest_nself.execute.executor.runner_lock", meanwhile)
    monkeypatch.setattr("pytest_nself.execute.lock.runner_lock", meanwhile)
    code, _, err = cli("migrate", "down", "--env", "staging", "--yes")
    assert (code, "has changed since the plan" in err) == (3, True)
    assert versions(look) == [3, 7, 13]
