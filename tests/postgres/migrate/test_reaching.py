"""What is said of a database that cannot be reached, is lost, or may not be used; and how its text is read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from pytest_nself.core.dsn import Dsn
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.server.server import Server

from .conftest import Cli, Write, rows

STAGING = ("--env", "staging")


class Typing(io.StringIO):
    """A terminal at which somebody types yes, after something has happened."""

    def __init__(self, elsewhere: psycopg.Connection[Any], happens: str) -> None:
        super().__init__()
        self.elsewhere, self.happens = elsewhere, happens

    def isatty(self) -> bool:
        return True

    def readline(self, *_: Any) -> str:
        self.elsewhere.execute(self.happens.encode())
        return "yes\n"


@pytest.fixture
def role(scratch_database: EphemeralDatabase, look: psycopg.Connection[Any]) -> Iterator[Dsn]:
    """The scratch database as a role that has no rights in it."""
    name = f"{look.info.dbname}_clerk"
    look.execute(f"create role {name} login password 'hush'".encode())
    yield scratch_database.dsn.replace(user=name, password="hush")
    look.execute(f"drop owned by {name} cascade; drop role {name}".encode())


def test_a_server_that_leaves_during_the_question_is_exit_4(
    cli: Cli, scratch_database: EphemeralDatabase, nself_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody said yes, and the database takes no connection any more: an error of ours, as before the question."""
    closes = f'alter database "{scratch_database.dsn.dbname}" with allow_connections false'
    with nself_server.connect("template1") as elsewhere:
        monkeypatch.setattr("sys.stdin", Typing(elsewhere, closes))
        code, _, err = cli("migrate", "up", *STAGING)
    assert (code, "was lost" in err, "Unexpected" in err) == (4, True, False)


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"dbname": "nowhere_x"}, "create database"), ({"user": "nobody_x"}, "nobody_x"), ({"port": 1}, "start the")],
)
def test_what_is_missing_is_what_is_to_be_made(
    cli: Cli, scratch_database: EphemeralDatabase, changed: dict[str, Any], said: str
) -> None:
    """A database or a role that is not there is named; only where no server answers it is to be started."""
    code, _, err = cli.without_dsn("migrate", "status", "--dsn", scratch_database.dsn.replace(**changed).url())
    remedy = err.partition("To fix: ")[2]
    assert (code, said in remedy, "start the server" in remedy) == (4, True, "port" in changed)


def test_a_role_without_rights_is_told_which(cli: Cli, role: Dsn) -> None:
    """Reading and making the ledger both name the role and the grant; the migration is not said to be rolled back."""
    code, _, err = cli.without_dsn("migrate", "up", "--dsn", role.url())
    assert (code, f"The role {role.user} lacks a right" in err, "grant usage" in err) == (1, True, True)
    assert "003_shop is not started" in err
    assert cli("migrate", "up", "--count", "1")[0] == 0
    code, _, err = cli.without_dsn("migrate", "status", "--dsn", role.url())
    assert (code, f"The role {role.user} lacks a right" in err, f'to "{role.user}"' in err) == (1, True, True)


def test_waiting_for_room_is_said(
    cli: Cli, role: Dsn, look: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that only reads waits for a full server like any other, and says once that it does."""
    look.execute(f"alter role {role.user} connection limit 0".encode())
    monkeypatch.setenv("DB_MIGRATION_LOCK_TIMEOUT", "0.3")
    code, _, err = cli.without_dsn("migrate", "status", "--dsn", role.url())
    assert (code, err.count("no room for a connection: waiting up to 0.3 s")) == (4, 1)


@pytest.mark.parametrize("style", ["German", "SQL, DMY", "Postgres, YMD"])
def test_times_are_read_whatever_the_role_s_date_style(
    cli: Cli, role: Dsn, look: psycopg.Connection[Any], style: str
) -> None:
    """A role's own DateStyle spoils neither status nor history, and its migrations read and write dates with it."""
    look.execute(f"alter role {role.user} superuser; alter role {role.user} set datestyle = {style}".encode())
    for args in (("migrate", "up"), ("migrate", "status"), ("history",), ("migrate", "down")):
        code, out, err = cli.without_dsn(*args, "--dsn", role.url())
        assert (code, "20260203070900_late" in out) == (0, True), err


@pytest.fixture(params=["UTF8", "LATIN1", "SQL_ASCII"])
def other(nself_server: Server, request: pytest.FixtureRequest, scratch_database: EphemeralDatabase) -> Iterator[Dsn]:
    """A database of another encoding. There is no template0 to make it from: an empty one is told its encoding."""
    name = f"{scratch_database.dsn.dbname}_{request.param.lower()}"
    with nself_server.connect("template1") as connection:
        connection.execute(f"create database {name} template nself_template".encode())
        connection.execute(
            "update pg_catalog.pg_database set encoding = pg_catalog.pg_char_to_encoding(%s),"
            " datcollate = 'C', datctype = 'C' where datname = %s",
            (request.param, name),
        )
        yield scratch_database.dsn.replace(dbname=name)
        connection.execute(f"drop database {name} with (force)".encode())


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("option", [{}, {"client_encoding": "latin1"}])
def test_files_are_sent_as_utf_8(
    cli: Cli, write: Write, other: Dsn, alone: bool, option: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the address nor PGCLIENTENCODING nor the database's encoding makes a file unsendable; what the database
    cannot store is its own error, with the line."""
    monkeypatch.setenv("PGCLIENTENCODING", "latin1")
    header = "-- nself:no-transaction\n" if alone else ""
    write({"8_note.sql": f"{header}select 1;\n/* é */ create table note as\nselect '€'::text as said;\n"})
    code, _, err = cli.without_dsn("migrate", "up", "--dsn", other.replace(options=option).url())
    if other.dbname.endswith("latin1"):
        assert (code, f"migrations/8_note.sql:{3 + alone}:9: Failed" in err) == (1, True), err
        assert "22P05" in err
        return
    assert code == 0, err
    with closing(psycopg.connect(other.conninfo(), client_encoding="utf8")) as look:
        assert rows(look, "select pg_catalog.encode(said::bytea, 'hex') from note") == [("e282ac",)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("create table n (a int); insert into n values (1); alter table n add column b int not null;", "default"),
        ("do $$ begin commit; end $$;", "-- nself:no-transaction"),
        ("set transaction read only; create table n ();", "primary server"),
        ("select pg_terminate_backend(pg_backend_pid());", "see why the server ended the connection"),
        ("-- nself:no-transaction\nselect pg_terminate_backend(pg_backend_pid());", "see why the server ended"),
    ],
)
def test_remedies_fit_the_server_s_words(cli: Cli, write: Write, text: str, said: str) -> None:
    """Where correcting the statement is not what helps, something else is said."""
    write({"001_n.sql": text})
    code, _, err = cli("migrate", "up")
    assert (code, said in err.partition("To fix: ")[2], "correct the statement" in err) == (1, True, False), err


def test_rows_of_unknown_time_are_the_oldest(cli: Cli, look: psycopg.Connection[Any]) -> None:
    """They come first, and --limit leaves them out, not the latest."""
    cli("migrate", "up", "--count", "2")
    look.execute("insert into hdb_catalog.schema_migrations (version, dirty) values (1, false), (2, false)")
    names = [one["name"] for one in cli.json("history")["data"]["history"]]
    assert (set(names[:2]), names[2:]) == ({"1", "2"}, ["3_shop", "7_two"])
    assert [one["name"] for one in cli.json("history", "--limit", "1")["data"]["history"]] == ["7_two"]
