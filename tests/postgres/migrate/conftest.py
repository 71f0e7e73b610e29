"""What the tests on migrations share: a folder of files, a look at the database, and the command line over both."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from nself_cli.main import run
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.migration import Migrations

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


def rows(look: psycopg.Connection[Any], query: str) -> list[Any]:
    return look.execute(query.encode()).fetchall()


def tables(look: psycopg.Connection[Any]) -> list[str]:
    query = (
        "select case schemaname when 'public' then '' else schemaname || '.' end || tablename from pg_catalog.pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema', 'hdb_catalog') order by 1"
    )
    return [row[0] for row in rows(look, query)]


def versions(look: psycopg.Connection[Any]) -> list[int]:
    return [row[0] for row in rows(look, "select version from hdb_catalog.schema_migrations order by version")]


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


NSELF = (sys.executable, "-c", "from nself_cli.main import main; main()", "db")


class Cli:
    """`nself db migrate …` in a project's folder on the scratch database."""

    def __init__(self, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self._capsys = capsys

    def __call__(self, *args: str) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        return self.without_dsn(*args, "--dsn", self.url)

    def without_dsn(self, *args: str) -> tuple[int, str, str]:
        """The same, for a command that finds its database by itself, or needs none."""
        code = run(["db", *args])
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
