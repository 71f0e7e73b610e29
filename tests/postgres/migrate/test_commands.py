"""`nself db migrate up`, `down` and `status` on a real database."""

from __future__ import annotations

import json
import signal
import subprocess  # processes of their own are the claim
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from .conftest import NSELF, Cli, Write, rows, versions


def test_cli_up_status_down(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """Up applies, status shows, down takes back one; old spellings do the same."""
    assert cli("migrate", "up", "--count", "3")[1].splitlines()[-1] == "3 migrations applied."
    shown = cli.json("migrate", "status")["data"]["migrations"]
    assert [(row["name"], row["state"]) for row in shown] == [
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
    assert versions(look) == [3]
    assert cli.json("migrate", "up", "--to", "0007")["data"]["migrations"] == ["0007_two"]
    assert cli.json("migrate", "down", "--to", "3")["data"]["migrations"] == ["0007_two"]


def test_cli_dry_run_is_what_runs(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """The dry run writes nothing, not even a ledger; its SQL, sent by itself, is the same migration. The text
    begins with what makes psql stop at the first error, and the database that is meant is named beside it."""
    plan = cli.json("migrate", "up", "--dry-run")["data"]
    assert rows(look, "select 1 from pg_catalog.pg_namespace where nspname = 'hdb_catalog'") == []
    code, out, err = cli("migrate", "up", "--dry-run")
    assert (code, out) == (0, "\n\n".join(["\\set ON_ERROR_STOP on", *plan["sql"]]) + "\n")
    assert f"dev: {look.info.dbname} on " in err
    look.execute("\n\n".join(plan["sql"]).encode())
    assert versions(look) == [3, 7, 13, 20260203070900]
    assert cli("migrate", "up")[1] == "Nothing is pending.\n"


def test_cli_verbose_and_quiet(cli: Cli) -> None:
    """-v prints each statement as it is sent, with its place; -q only the last line."""
    _, out, err = cli("migrate", "up", "--count", "1", "-v")
    assert "migrations/003_shop.sql:2:1" in err
    assert 'create table "Odd ""Schema"."T;1"' in err
    assert out.splitlines()[0].startswith("applied  003_shop")
    sent = [line for line in err.splitlines() if line.split("=")[0] in ("set local lock_timeout ", "commit;")]
    assert sent == ["commit;", "set local lock_timeout = 5000;", "commit;"]  # the ledger's, then the migration's
    assert err.splitlines().count("begin isolation level read committed;") == 2
    assert cli("migrate", "up", "-q") == (0, "3 migrations applied.\n", "")


def test_cli_findings_are_said_once(cli: Cli, write: Write) -> None:
    """Also with -v."""
    cli("migrate", "up")
    write({"5_late.sql": "create table five ();"})
    assert cli("migrate", "up", "-v")[2].count("5_late is pending below versions that are applied") == 1


def test_cli_old_show_sql_is_known_to_every_command_on_a_database(cli: Cli) -> None:
    """--show-sql, of earlier releases, is --verbose, also where nothing is sent; create works on files alone."""
    assert cli("migrate", "status", "--show-sql")[0] == 0
    for flag in ("--env", "--dsn", "-v"):
        assert cli.without_dsn("migrate", "create", "x", flag, "dev")[0] == 2


def test_cli_status_counts_what_is_half_way(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """It is neither applied nor pending."""
    cli("migrate", "up", "--count", "3")
    look.execute("update hdb_catalog.schema_migrations set dirty = true where version = 7")
    assert cli("migrate", "status")[1].splitlines()[-1] == "4 migrations, 1 half-way, 1 pending."


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
    assert rows(look, "select distinct environment from hdb_catalog.schema_migrations") == [("production",)]
    code, _, err = cli("migrate", "down", "--env", "prod", "--yes")
    assert (code, "--confirm yes-destroy-production" in err) == (3, True)
    code, _, err = cli("migrate", "down")
    assert (code, "migrated as production" in err) == (3, True)
    assert versions(look) == [3, 7]
    assert cli("migrate", "down", "--env", "prod", "--confirm", "yes-destroy-production")[0] == 0
    assert versions(look) == [3]


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
        while not rows(look, sleeping) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"2 of 5 migrations of this run are done (the last is 0007_two); 8_slow is rolled back" in err
    assert rows(look, sleeping) == []
    assert versions(look) == [3, 7]


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
    assert len(versions(look)) == 34


def test_cli_what_hasura_does_not_know_is_said(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """Where Hasura v3 keeps a state in the database, `up` and `status` name the versions that it lacks."""
    look.execute(
        "create schema hdb_catalog; create table hdb_catalog.hdb_version (cli_state jsonb not null);"
        """insert into hdb_catalog.hdb_version values ('{"migrations": {"default": {"3": false}}}')"""
    )
    said = "Hasura's own state does not know"
    assert said not in cli("migrate", "status")[2]
    assert cli("migrate", "baseline", "--from", "hasura-v3")[0] == 0
    assert f"{said} 0007:" in cli("migrate", "up", "--count", "1")[2]
    assert f"{said} 0007:" in cli("migrate", "status")[2]
    look.execute(
        """update hdb_catalog.hdb_version set cli_state = '{"migrations": {"default": {"3": false, "7": false}}}'"""
    )
    assert said not in cli("migrate", "status")[2]
