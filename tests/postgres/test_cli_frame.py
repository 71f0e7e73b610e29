"""The command line on a real server and a real terminal: environments, old spellings, progress."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pytest_nself.database.database import EphemeralDatabase

from ..cli.terminal import on_a_terminal  # noqa: TID252 - the tests are no installed package

NSELF = (sys.executable, "-c", "from nself_cli.main import main; main()")
Run = Callable[..., subprocess.CompletedProcess[str]]
_FOREIGN = ("NSELF_", "ENV", "NODE_ENV", "PG", "POSTGRES_", "DATABASE_URL", "DB_")


@pytest.fixture
def project(scratch_database: EphemeralDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three migrations, and staging's database in a file; no variable of the process chooses anything."""
    for name in os.environ:
        if name.startswith(_FOREIGN):
            monkeypatch.delenv(name)
    (tmp_path / "migrations").mkdir()
    for number in (1, 2, 3):
        text = f"-- UP\ncreate table t{number} (a int);\n-- DOWN\ndrop table t{number};\n"
        (tmp_path / "migrations" / f"00{number}_t{number}.sql").write_text(text)
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://nobody@127.0.0.1:1/nothing\n")
    (tmp_path / ".env.staging").write_text(f"export DATABASE_URL='{scratch_database.dsn.url()}'\r\n")
    return tmp_path


@pytest.fixture
def nself(project: Path) -> Run:
    """Run `nself db …` as a shell does, with further variables."""

    def run(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*NSELF, "db", *args],
            cwd=project,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def look(scratch_database: EphemeralDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A second connection, to see what is committed."""
    with closing(scratch_database.connect(autocommit=True)) as connection:
        yield connection


def _tables(look: psycopg.Connection[Any]) -> list[str]:
    query = "select tablename::text from pg_catalog.pg_tables where schemaname = 'public' order by 1"
    return [name for (name,) in look.execute(query.encode()).fetchall()]


def test_old_spellings(nself: Run, look: psycopg.Connection[Any]) -> None:
    """`ENVIRONMENT=staging nself db migrate:up --force` works as it did: --force answers what staging asks."""
    done = nself("migrate:up", ENVIRONMENT="staging")
    assert (done.returncode, "say --yes" in done.stderr) == (3, True)
    assert _tables(look) == []
    assert nself("migrate:up", "--force", ENVIRONMENT="staging").returncode == 0
    assert _tables(look) == ["t1", "t2", "t3"]
    assert nself("migrate:down", "2", "--force", ENV="staging").returncode == 0
    assert _tables(look) == ["t1"]
    assert "002_t2" in nself("migrate:status", NODE_ENV="staging").stdout
    done = nself("migrate", "up", "--steps", "1", "--yes", "--show-sql", NSELF_ENV="staging")
    assert (done.returncode, "create table t2 (a int);" in done.stderr) == (0, True)
    assert _tables(look) == ["t1", "t2"]


def test_dev_is_not_staging(nself: Run) -> None:
    """Without a word it is dev, whose database nobody serves here: exit 4, and the address's origin is named."""
    done = nself("migrate", "status")
    assert done.returncode == 4
    assert "The address comes from DATABASE_URL in .env:1 (environment dev)" in done.stderr


def test_the_direct_address_is_preferred(nself: Run, project: Path, scratch_database: EphemeralDatabase) -> None:
    """Migrations go past the pool that DATABASE_URL names."""
    (project / ".env").write_text(
        f"DATABASE_URL=postgresql://pool@127.0.0.1:1/x\nDATABASE_URL_DIRECT={scratch_database.dsn.url()}\n"
    )
    done = nself("migrate", "up")
    assert done.returncode == 0, done.stderr
    assert "(from DATABASE_URL_DIRECT in .env:2)" in done.stderr


def test_what_an_orm_adds_to_a_url_does_no_harm(nself: Run, scratch_database: EphemeralDatabase) -> None:
    """libpq would refuse `schema` and `pgbouncer`; they are left out, and it is said."""
    url = scratch_database.dsn.url()
    url += f"{'&' if '?' in url else '?'}schema=public&pgbouncer=true&connection_limit=1"
    done = nself("migrate", "status", DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert "schema, pgbouncer, connection_limit means nothing to PostgreSQL" in done.stderr


def test_a_connection_string_of_psql(nself: Run, scratch_database: EphemeralDatabase) -> None:
    """--dsn takes host=… dbname=… ."""
    assert nself("migrate", "status", "--dsn", scratch_database.dsn.conninfo()).returncode == 0


def test_on_a_terminal(project: Path, look: psycopg.Connection[Any]) -> None:
    """The question is answered, progress is shown while it runs, and nothing of it is left on the last lines."""
    (project / "migrations" / "004_slow.sql").write_text(
        "-- UP\nselect pg_catalog.pg_sleep(0.3);\n-- DOWN\nselect 1;\n"
    )
    ended = on_a_terminal([*NSELF, "db", "migrate", "up", "--env", "staging"], b"yes\n", project)
    assert ended.code == 0, ended.shown
    assert "\r4/4 004_slow" in ended.shown
    assert ended.shown.endswith("4 migrations applied.\n")
    assert " \rapplied  001_t1" in ended.shown
    assert _tables(look) == ["t1", "t2", "t3"]
    quiet = on_a_terminal([*NSELF, "db", "migrate", "down", "--env", "staging", "--yes", "-q"], b"", project)
    assert quiet.shown == "1 migration taken back.\n"


def test_ctrl_c_at_the_question(project: Path, look: psycopg.Connection[Any]) -> None:
    """Nothing is done, and that is said."""
    ended = on_a_terminal([*NSELF, "db", "migrate", "up", "--env", "staging"], b"\x03", project)
    assert (ended.code, "Nothing was done." in ended.shown) == (130, True)
    assert _tables(look) == []
