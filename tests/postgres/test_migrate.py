"""Migrations on a real server: files in, a migrated database out; and the command line over it."""

from __future__ import annotations

import io
import json
import signal
import subprocess  # processes of their own are the claim
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from nself_cli.main import run
from pytest_nself.core.errors import MigrationError
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.executor import execute
from pytest_nself.execute.migrate import MigrationFailed, migrate_up
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.ledger import EMPTY_LEDGER, LedgerTable, read_ledger
from pytest_nself.migrations.migration import CHECKSUM_ALGORITHM, Migrations
from pytest_nself.migrations.planner import plan_down, plan_up
from pytest_nself.migrations.status import status

Write = Callable[[dict[str, str]], Migrations]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write migration files; gives what is read from the folder then."""

    def write_files(files: dict[str, str]) -> Migrations:
        for name, text in files.items():
            path = tmp_path / "migrations" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, newline="")
        return read_migrations(tmp_path / "migrations")

    return write_files


@pytest.fixture
def look(scratch_database: EphemeralDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A second connection, to see what is committed."""
    with closing(scratch_database.connect(autocommit=True)) as connection:
        yield connection


def _all(look: psycopg.Connection[Any], query: str) -> list[Any]:
    return look.execute(query.encode()).fetchall()


def _tables(look: psycopg.Connection[Any]) -> list[str]:
    query = (
        "select case schemaname when 'public' then '' else schemaname || '.' end || tablename from pg_catalog.pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema', 'hdb_catalog') order by 1"
    )
    return [row[0] for row in _all(look, query)]


def _versions(look: psycopg.Connection[Any]) -> list[int]:
    return [row[0] for row in _all(look, "select version from hdb_catalog.schema_migrations order by version")]


# Every layout, quoted names, several schemas, CRLF, a byte order mark, and bodies that hold the marks.
FILES = {
    "003_shop.sql": (
        '\ufeff-- UP:\r\ncreate schema "Odd ""Schema";\r\ncreate table "Odd ""Schema"."T;1" ("a b" text);\r\n'
        '-- DOWN:\r\ndrop schema "Odd ""Schema" cascade;\r\n'
    ),
    "0007_two.up.sql": "begin;\ncreate schema two;\ncreate table two.t (id int);\ncommit;\n",
    "0007_two.down.sql": "drop schema two cascade",
    "00013_body/up.sql": (
        "create function f() returns text language plpgsql as $body$\nbegin\n  -- DOWN\n  return '\n-- DOWN\n';\n"
        "end $body$;\ncreate table body as select f() as text -- no semicolon, and a comment"
    ),
    "00013_body/down.sql": "drop table body; drop function f();",
    "20260203070900_late.sql": "create table late (id int primary key);\ninsert into late values (1), (2);\n",
    "20260203070900_late.down.sql": "drop table late;",
}


def test_all_layouts_go_up_and_down(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """A folder that mixes layouts is applied by number, recorded, and taken back without a trace."""
    migrations = write(FILES)
    report = migrate_up(migrations, scratch_database, environment="dev")
    assert report.done
    assert _tables(look) == ['Odd "Schema.T;1', "body", "late", "two.t"]
    assert _all(look, "select text from body") == [("\n-- DOWN\n",)]
    assert _all(
        look, "select version, name, checksum_algorithm, environment, dirty from hdb_catalog.schema_migrations"
    ) == [
        (version, name, CHECKSUM_ALGORITHM, "dev", False)
        for version, name in ((3, "shop"), (7, "two"), (13, "body"), (20260203070900, "late"))
    ]
    assert {row.state.value for row in status(migrations, read_ledger(look))} == {"applied"}
    plan = plan_down(migrations, read_ledger(look), everything=True)
    assert execute(plan, scratch_database, accept=plan.hazards).done
    assert (_tables(look), _versions(look)) == ([], [])


def test_again_is_nothing(scratch_database: EphemeralDatabase, write: Write) -> None:
    """A second run has nothing to do and sends nothing."""
    migrations = write(FILES)
    migrate_up(migrations, scratch_database)
    assert migrate_up(migrations, scratch_database).results == ()


def test_a_failing_migration_leaves_nothing_behind(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """The failing file is undone as a whole, the ones before stay, the ones after are not begun; the line is named."""
    migrations = write(
        {
            "1_a.sql": "create table a ();",
            "2_b.sql": "-- UP\ncreate table b (id int primary key);\ninsert into b values (1);\n\ninsert into b\n"
            "values (1);\ncreate table c ();\n-- DOWN\ndrop table b;\n",
            "3_d.sql": "create table d ();",
        }
    )
    with pytest.raises(MigrationFailed) as caught:
        migrate_up(migrations, scratch_database)
    error = caught.value
    assert isinstance(error, MigrationError)
    assert str(error.place).endswith("2_b.sql:5:1")
    for part in ("23505", "Key (id)=(1) already exists", "1 of 3", "the last is 1_a", "2_b is rolled back", "1 more"):
        assert part in str(error)
    assert (_tables(look), _versions(look)) == (["a"], [1])
    write({"2_b.sql": "create table b ();"})
    assert migrate_up(read_migrations(Path(migrations.folder)), scratch_database).done
    assert (_tables(look), _versions(look)) == (["a", "b", "d"], [1, 2, 3])


def test_a_deferred_violation_fails_its_migration(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """What would only show at the commit is part of the migration: nothing stays, and the file is named."""
    migrations = write({"1_a.sql": "create table t (a int unique initially deferred);\ninsert into t values (1), (1);"})
    with pytest.raises(MigrationFailed) as caught:
        migrate_up(migrations, scratch_database)
    assert str(caught.value.place).endswith("1_a.sql")
    assert _tables(look) == []


def test_no_migration_sees_what_another_did_to_the_session(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """Role, search_path, settings and temporary tables end with the migration, and the ledger row is written as us."""
    migrations = write(
        {
            "1_a.sql": "select pg_catalog.set_config('search_path', '', false);"
            " set role pg_monitor; set work_mem = '1MB';"
            " create temporary table x (); reset role; set session authorization pg_monitor;",
            "2_b.sql": "create temporary table x ();\ncreate table b as select current_user::text as u,"
            " current_setting('work_mem') as w, current_setting('search_path') as s;",
        }
    )
    migrate_up(migrations, scratch_database)
    expected = _all(look, "select current_user::text, current_setting('work_mem'), current_setting('search_path')")
    assert _all(look, "select u, w, s from b") == expected


def test_outside_a_transaction(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """`nself:no-transaction` runs its statements one by one; a failure says what is half-way."""
    migrations = write(
        {
            "1_a.sql": "create table t (a int);\ninsert into t values (1), (1);",
            "2_b.sql": "-- nself:no-transaction\ncreate index concurrently i on t (a);\n"
            "create unique index concurrently u on t (a);\n",
        }
    )
    with pytest.raises(MigrationFailed) as caught:
        migrate_up(migrations, scratch_database)
    assert str(caught.value.place).endswith("2_b.sql:3:1")
    assert "2_b is half-way: run it again" in caught.value.cause
    assert {row.label: row.state.value for row in status(migrations, read_ledger(look))} == {
        "1_a": "applied",
        "2_b": "half-way",
    }


def test_hasuras_ledger_is_adopted(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """A ledger of two columns keeps its rows, gets our columns, and its versions count as applied."""
    look.execute("create schema hdb_catalog")
    look.execute("create table hdb_catalog.schema_migrations (version bigint primary key, dirty boolean not null)")
    look.execute("insert into hdb_catalog.schema_migrations values (1, false)")
    migrations = write({"1_a.sql": "create table a ();", "2_b.sql": "create table b ();"})
    assert [row.state.value for row in status(migrations, read_ledger(look))] == ["applied", "pending"]
    assert migrate_up(migrations, scratch_database).done
    assert (_tables(look), _versions(look)) == (["b"], [1, 2])


def test_a_prepared_schema_does_not_matter(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """A plan from the empty ledger works where hdb_catalog is there already."""
    look.execute("create schema hdb_catalog")
    assert execute(plan_up(write({"1_a.sql": "select 1;"}), EMPTY_LEDGER), scratch_database).done


def test_another_table(scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]) -> None:
    """The ledger can stand elsewhere, under a name that needs quotes."""
    migrate_up(write({"1_a.sql": "select 1;"}), scratch_database, table=LedgerTable("public", 'My "Ledger'))
    assert _tables(look) == ['My "Ledger', 'My "Ledger_log']


def test_reading_the_ledger_leaves_the_transaction_alone(scratch_database: EphemeralDatabase) -> None:
    """Reading begins no transaction that stays, and ends none that was open."""
    with scratch_database.connect() as connection:
        assert not read_ledger(connection).exists
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        connection.execute("create table a ()")
        read_ledger(connection)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS


def test_every_failing_file_of_a_folder_stops_it(scratch_database: EphemeralDatabase, write: Write) -> None:
    """A folder with a stray file is not applied in part."""
    with pytest.raises(MigrationError, match="stray"):
        migrate_up(write({"1_a.sql": "select 1;", "stray.sql": "select 1;"}), scratch_database)


# The command line.

NSELF = (sys.executable, "-c", "from nself_cli.main import main; main()", "db")


class Cli:
    """`nself db migrate …` in a project's folder on the scratch database."""

    def __init__(self, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self._capsys = capsys

    def __call__(self, *args: str) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        code = run(["db", *args, "--dsn", self.url])
        out, err = self._capsys.readouterr()
        return code, out, err

    def json(self, *args: str) -> dict[str, Any]:
        """The document that --json prints, after a look at its envelope."""
        code, out, _ = self(*args, "--json")
        document: dict[str, Any] = json.loads(out)
        assert list(document) == ["schema", "command", "env", "ok", "data", "findings", "error"]
        assert document["ok"] is (code == 0)
        return document


@pytest.fixture
def cli(
    scratch_database: EphemeralDatabase,
    write: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cli:
    """A project with four migrations, and nobody at the terminal."""
    write(FILES)
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for name in ("NSELF_ENV", "ENV", "ENVIRONMENT", "NODE_ENV"):
        monkeypatch.delenv(name, raising=False)
    return Cli(scratch_database.dsn.url(), capsys)


def test_cli_up_status_down(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """Up applies, status shows, down takes back one; old spellings do the same."""
    assert cli("migrate", "up", "--count", "3")[1].splitlines()[-1] == "3 migrations applied."
    rows = cli.json("migrate", "status")["data"]["migrations"]
    assert [(row["name"], row["state"]) for row in rows] == [
        ("003_shop", "applied"),
        ("0007_two", "applied"),
        ("00013_body", "applied"),
        ("20260203070900_late", "pending"),
    ]
    assert cli("migrate", "status", "--exit-code")[0] == 1
    assert cli("migrate:up")[1].splitlines()[-1] == "1 migration applied."
    assert cli("migrate", "status", "--exit-code")[0] == 0
    assert cli("migrate", "up")[1] == "Nothing is pending.\n"
    assert cli.json("migrate", "down")["data"]["migrations"] == ["20260203070900_late"]
    assert cli.json("migrate:down", "2")["data"]["migrations"] == ["00013_body", "0007_two"]
    assert _versions(look) == [3]
    assert cli.json("migrate", "up", "--to", "0007")["data"]["migrations"] == ["0007_two"]
    assert cli.json("migrate", "down", "--to", "3")["data"]["migrations"] == ["0007_two"]


def test_cli_dry_run_is_what_runs(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """The dry run writes nothing, not even a ledger; its SQL, sent by itself, is the same migration."""
    plan = cli.json("migrate", "up", "--dry-run")["data"]
    assert _all(look, "select 1 from pg_catalog.pg_namespace where nspname = 'hdb_catalog'") == []
    code, out, _ = cli("migrate", "up", "--dry-run")
    assert (code, out) == (0, "\n\n".join(plan["sql"]) + "\n")
    look.execute(out.encode())
    assert _versions(look) == [3, 7, 13, 20260203070900]
    assert cli("migrate", "up")[1] == "Nothing is pending.\n"


def test_cli_verbose_and_quiet(cli: Cli) -> None:
    """-v prints each statement as it is sent, with its place; -q only the last line."""
    _, out, err = cli("migrate", "up", "--count", "1", "-v")
    assert "migrations/003_shop.sql:2:1" in err
    assert 'create table "Odd ""Schema"."T;1"' in err
    assert out.splitlines()[0].startswith("applied  003_shop")
    assert cli("migrate", "up", "-q") == (0, "3 migrations applied.\n", "")


def test_cli_failure_is_exit_1_with_the_line(cli: Cli, write: Write) -> None:
    """A failing statement is exit 1, with file and line on stderr, and in the document's error."""
    write({"8_wrong.sql": "select 1;\nselect wrong;"})
    code, out, err = cli("migrate", "up")
    assert (code, out) == (1, "")
    assert "Error: migrations/8_wrong.sql:2:8: Failed to apply 8_wrong.\nERROR 42703" in err
    assert "2 of 5 migrations of this run are done (the last is 0007_two)" in err
    document = cli.json("migrate", "up")
    assert document["error"]["place"] == "migrations/8_wrong.sql:2:8"
    assert document["command"] == "db migrate up"


def test_cli_a_stray_file_is_an_error(cli: Cli, write: Write) -> None:
    """Nothing runs from a folder with errors; status shows what can be shown, and fails with --exit-code."""
    write({"stray.sql": "select 1;"})
    code, _, err = cli("migrate", "up")
    assert code == 1
    assert "stray.sql is not part of a migration" in err
    assert cli("migrate", "status")[0] == 0
    assert [one["subject"] for one in cli.json("migrate", "status", "--exit-code")["findings"]] == ["stray.sql"]


def test_cli_guards(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """Dev does not ask; staging and production do, and without a terminal they exit 3 and name the flag."""
    for env, flag in (("staging", "--yes"), ("production", "--yes")):
        code, _, err = cli("migrate", "up", "--env", env)
        assert (code, flag in err) == (3, True)
    assert cli("migrate", "up", "--env", "prod", "--yes", "--count", "2")[0] == 0
    assert _all(look, "select distinct environment from hdb_catalog.schema_migrations") == [("production",)]
    code, _, err = cli("migrate", "down", "--env", "prod", "--yes")
    assert (code, "--confirm yes-destroy-production" in err) == (3, True)
    code, _, err = cli("migrate", "down")
    assert (code, "migrated as production" in err) == (3, True)
    assert _versions(look) == [3, 7]
    assert cli("migrate", "down", "--env", "prod", "--confirm", "yes-destroy-production")[0] == 0
    assert _versions(look) == [3]


@pytest.mark.parametrize(("typed", "code"), [("yes\n", 0), ("y\n", 3), ("", 3)])
def test_cli_asks_on_a_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch, typed: str, code: int) -> None:
    """On a terminal the question is asked, and only the whole word is a yes."""

    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return typed

    monkeypatch.setattr("sys.stdin", Terminal())
    got, _, err = cli("migrate", "up", "--env", "staging")
    assert got == code
    assert "Type yes to go on:" in err


def test_cli_unreachable_is_exit_4(cli: Cli) -> None:
    """No server at the address: exit 4, and no password in the message."""
    cli.url = "postgresql://u:hush@127.0.0.1:1/d"
    code, out, err = cli("migrate", "status")
    assert (code, out) == (4, "")
    assert "127.0.0.1:1" in err
    assert "hush" not in err


def test_ctrl_c_says_what_is_done(cli: Cli, write: Write, tmp_path: Path, look: psycopg.Connection[Any]) -> None:
    """Ctrl-C in mid statement ends it on the server too: exit 130, what is committed stays, and it is said."""
    write({"8_slow.sql": "create table slow ();\nselect pg_catalog.pg_sleep(60);"})
    with subprocess.Popen(
        [*NSELF, "migrate", "up", "--dsn", cli.url], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        sleeping = (
            "select 1 from pg_catalog.pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
        )
        deadline = time.monotonic() + 30
        while not _all(look, sleeping) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"2 of 5 migrations of this run are done (the last is 0007_two); 8_slow is rolled back" in err
    assert _all(look, sleeping) == []
    assert _versions(look) == [3, 7]


def test_two_runs_at_once_apply_everything_once(
    cli: Cli, write: Write, tmp_path: Path, look: psycopg.Connection[Any]
) -> None:
    """Of two processes one waits for the other, and then does what is left: nothing."""
    for version in range(100, 130):
        write({f"{version}_t.sql": f"create table t{version} (); select pg_catalog.pg_sleep(0.005);"})
    runs = [
        subprocess.Popen(
            [*NSELF, "migrate", "up", "--json", "--dsn", cli.url],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    outputs = [run.communicate(timeout=60) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], outputs
    applied = [version for out, _ in outputs for version in json.loads(out)["data"]["migrations"]]
    assert len(applied) == len(set(applied)) == 34
    assert len(_versions(look)) == 34
