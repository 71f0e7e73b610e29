"""`--env`: the named environment beside the one that is active, and two names for one database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pytest_nself.server.server import Server

from .conftest import Cli, rows

NOWHERE = "postgresql://u:hush@127.0.0.1:1/d"
STATUS = ("migrate", "status", "--env", "prod")


@pytest.fixture(autouse=True)
def files_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses come from the files."""
    for name in ("DATABASE_URL", "DATABASE_URL_DIRECT", "POSTGRES_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def beside(nself_server: Server, look: psycopg.Connection[Any], cli: Cli) -> Iterator[str]:
    """The URL of a second database."""
    name = f"{look.info.dbname}_beside"
    look.execute(f'create database "{name}" template nself_template'.encode())
    yield cli.url.replace(look.info.dbname, name)
    look.execute(f'drop database "{name}" with (force)'.encode())


def _env(tmp_path: Path, **urls: str) -> None:
    for name, url in urls.items():
        (tmp_path / f".env.{name}").write_text(f"DATABASE_URL={url}\n")


def test_two_environments_stand_side_by_side(cli: Cli, tmp_path: Path, beside: str) -> None:
    """Each version with its state and time in both."""
    cli("migrate", "up", "--env", "prod", "--yes", "--count", "2")
    _env(tmp_path, production=cli.url, dev=beside)
    lines = cli.without_dsn(*STATUS)[1].splitlines()
    assert lines[0].split() == ["dev", "production"]
    assert lines[1].split()[:3] == ["003_shop", "pending", "applied"]
    assert len(lines[1].split()) == 5
    assert lines[-1] == "2 of 4 differ."


@pytest.mark.parametrize("flag", [(), ("--json",)])
def test_one_that_cannot_be_reached(cli: Cli, tmp_path: Path, flag: tuple[str, ...]) -> None:
    """The other one is shown, and which could not be reached; the exit code is 4 if it is the named one."""
    cli("migrate", "up", "--count", "2")
    _env(tmp_path, production=cli.url, dev=NOWHERE)
    code, out, err = cli.without_dsn(*STATUS, *flag)
    assert (code, "0007_two" in out, "hush" in out + err) == (0, True, False)
    assert "postgresql://u:***@127.0.0.1:1/d cannot be reached" in out
    _env(tmp_path, production=NOWHERE, dev=cli.url)
    code, out, err = cli.without_dsn(*STATUS, *flag)
    assert (code, "0007_two" in out, "hush" in out + err) == (4, True, False)
    if flag:
        document = json.loads(out)
        assert (document["ok"], document["data"]["migrations"]) == (False, None)
        assert len(document["data"]["beside"]["migrations"]) == 4
    else:
        assert "production: postgresql://u:***@127.0.0.1:1/d cannot be reached" in out
    _env(tmp_path, production=NOWHERE, dev=NOWHERE)
    assert cli.without_dsn(*STATUS, *flag)[0] == 4


def test_notes_are_said_once(cli: Cli, tmp_path: Path, beside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds for both environments is one note."""
    _env(tmp_path, production=cli.url, dev=beside)
    monkeypatch.setenv("DB_AUTO_MIGRATE", "true")
    _, _, err = cli.without_dsn(*STATUS)
    assert err.count("DB_AUTO_MIGRATE") == 1


def test_env_settles_which_is_meant(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two variables that disagree are no matter where --env decides."""
    _env(tmp_path, dev=cli.url)
    monkeypatch.setenv("ENV", "production")
    monkeypatch.setenv("ENVIRONMENT", "staging")
    code, _, err = cli.without_dsn("migrate", "status", "--env", "dev")
    assert (code, "beside it" in err, "not clear" in err) == (0, False, False)


def test_two_names_for_one_database_are_told(cli: Cli, tmp_path: Path, look: psycopg.Connection[Any]) -> None:
    """Where production has no file of its own and dev's address is used, that is said, once, also before a change."""
    (tmp_path / ".env").write_text(f"DATABASE_URL={cli.url}\n")
    code, out, err = cli.without_dsn(*STATUS)
    assert (code, out.count("003_shop")) == (0, 1)
    assert err.count("Warning: production and dev are one database here") == 1
    _, _, err = cli.without_dsn("migrate", "up", "--env", "prod", "--yes", "--no-rehearsal", "1")
    assert "from DATABASE_URL in .env:1. What is done in it is recorded as production" in err
    assert rows(look, "select environment from hdb_catalog.schema_migrations") == [("production",)]


def test_a_copied_address_is_told(cli: Cli, tmp_path: Path) -> None:
    """A file of its own with dev's address in it is where the correction belongs."""
    _env(tmp_path, production=cli.url, dev=cli.url)
    assert "correct DATABASE_URL in .env.production:1." in cli.without_dsn(*STATUS)[2]


def test_an_address_given_for_the_call_is_no_accident(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the process environment one address for all names is what somebody set for this run."""
    monkeypatch.setenv("DATABASE_URL", cli.url)
    assert "Warning" not in cli.without_dsn(*STATUS)[2]
