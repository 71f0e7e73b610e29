"""What is said of a database that cannot be reached, is lost, or may not be used; and how its text is read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from pytest_nself.core.dsn import Dsn
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.server.server import Server

from .conftest import Cli

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
