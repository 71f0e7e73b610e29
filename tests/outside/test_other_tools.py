"""Other migration tools apply files for real; their ledgers are read and matched with the same files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from pytest_nself.core.place import Place
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.foreign.ledger import ForeignLedger, ForeignRow
from pytest_nself.migrations.foreign.matching import match
from pytest_nself.migrations.foreign.reading import read_foreign
from pytest_nself.migrations.migration import Migration, Migrations

from .conftest import missing
from .packages import npm_folder, run_node


@pytest.fixture
def connection(nself_clone: EphemeralDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the database that the tool migrates."""
    with closing(nself_clone.connect(autocommit=True)) as connection:
        yield connection


def _url(database: EphemeralDatabase) -> str:
    """An address that Go's drivers read: a socket's folder stands in the query."""
    dsn = database.dsn
    account = f"{quote(dsn.user, safe='')}:{quote(dsn.password, safe='')}"
    where = f"?host={quote(dsn.host, safe='')}&port={dsn.port}&sslmode=disable"
    return f"postgres://{account}@/{dsn.dbname}{where}"


def _write(folder: Path, files: dict[str, str]) -> Migrations:
    """Write migration files; gives the folder as it is to be read."""
    migrations = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        version, _, rest = path.stem.partition("_")
        migrations.append(Migration(int(version), version, rest, text, None, Place(str(path), 1)))
    return Migrations(str(folder), tuple(sorted(migrations, key=lambda one: one.version)))


def _run(*command: str, folder: Path, **environ: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    ended = subprocess.run(
        command, cwd=folder, env=clean | environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def _one(connection: psycopg.Connection[Any]) -> ForeignLedger:
    (ledger,) = read_foreign(connection)
    return ledger


def _beside_python(program: str) -> str:
    """A console script of a package that `.[test]` installs."""
    return str(Path(sys.executable).with_name(program))


def test_dbmate(tmp_path: Path, nself_clone: EphemeralDatabase, connection: psycopg.Connection[Any]) -> None:
    """dbmate's versions are the file names' leading text, zeros included; after its rollback one is gone."""
    dbmate = [_beside_python("dbmate"), "--url", _url(nself_clone), "--migrations-dir", "db", "--no-dump-schema"]
    files = {
        f"{version}_{name}.sql": f"-- migrate:up\ncreate table {name} (i int);\n-- migrate:down\ndrop table {name};\n"
        for version, name in {"0007": "a", "013": "b", "20240501120000": "c"}.items()
    }
    migrations = _write(tmp_path / "db", files)
    _run(*dbmate, "migrate", folder=tmp_path)
    ledger = _one(connection)
    assert (ledger.tool, {row.key for row in ledger.rows}) == ("dbmate", {"0007", "013", "20240501120000"})
    adoption = match(migrations, ledger)
    assert (adoption.applied, adoption.findings) == (migrations.migrations, ())
    _run(*dbmate, "rollback", folder=tmp_path)
    assert match(migrations, _one(connection)).applied == migrations.migrations[:2]


def test_sql_migrate(tmp_path: Path, nself_clone: EphemeralDatabase, connection: psycopg.Connection[Any]) -> None:
    """sql-migrate's rows are file names with the time of their run."""
    if not shutil.which("sql-migrate"):
        missing("sql-migrate is needed to make its table", "apt-get install sql-migrate")
    files = {
        f"{number}_{name}.sql": f"-- +migrate Up\ncreate table {name} (i int);\n-- +migrate Down\ndrop table {name};\n"
        for number, name in enumerate("abc", 1)
    }
    migrations = _write(tmp_path / "m", files)
    dsn = nself_clone.dsn.conninfo()
    config = {"dialect": "postgres", "datasource": f"{dsn} sslmode=disable", "dir": "m"}
    lines = ["development:", *(f"  {name}: {value!r}" for name, value in config.items())]
    (tmp_path / "dbconfig.yml").write_text("\n".join(lines), encoding="utf-8")
    _run("sql-migrate", "up", "-limit=2", folder=tmp_path)
    ledger = _one(connection)
    assert ledger.tool == "sql-migrate"
    assert all(row.applied_at is not None for row in ledger.rows)
    adoption = match(migrations, ledger)
    assert (adoption.applied, adoption.findings) == (migrations.migrations[:2], ())


def test_node_pg_migrate(tmp_path: Path, nself_clone: EphemeralDatabase, connection: psycopg.Connection[Any]) -> None:
    """node-pg-migrate's rows are file names without their ending."""
    migrations = _write(
        tmp_path / "m",
        {
            "1700000000000_first-thing.sql": "-- Up Migration\ncreate table a (i int);",
            "1700000000001_second.sql": "-- Up Migration\ncreate table b (i int);",
        },
    )
    script = (
        "const { runner } = await import('node-pg-migrate');"
        "const [databaseUrl, dir] = process.argv.slice(1);"
        "await runner({ databaseUrl, dir, direction: 'up', migrationsTable: 'pgmigrations', log: () => {} })"
    )
    packages = npm_folder({"node-pg-migrate": "7.9.1", "pg": "8"})
    run_node(packages, script, nself_clone.dsn.url(), str(tmp_path / "m"))
    ledger = _one(connection)
    assert ledger.tool == "node-pg-migrate"
    adoption = match(migrations, ledger)
    assert (adoption.applied, adoption.findings) == (migrations.migrations, ())


def test_alembic(tmp_path: Path, nself_clone: EphemeralDatabase, connection: psycopg.Connection[Any]) -> None:
    """Alembic's revision is read as a note: nothing is taken for applied."""
    (tmp_path / "versions").mkdir()
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = .\n", encoding="utf-8")
    (tmp_path / "env.py").write_text(
        "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine, make_url\n"
        "url = make_url(os.environ['URL']).set(drivername='postgresql+psycopg')\n"
        "with create_engine(url).connect() as connection:\n"
        "    context.configure(connection=connection)\n"
        "    with context.begin_transaction():\n        context.run_migrations()\n",
        encoding="utf-8",
    )
    (tmp_path / "versions" / "1a_first.py").write_text(
        "revision = '1a'\ndown_revision = None\ndef upgrade(): pass\ndef downgrade(): pass\n", encoding="utf-8"
    )
    _run(_beside_python("alembic"), "upgrade", "head", folder=tmp_path, URL=nself_clone.dsn.url())
    ledger = _one(connection)
    assert (ledger.tool, ledger.rows) == ("alembic", (ForeignRow("1a"),))
    adoption = match(_write(tmp_path / "m", {"1_a.sql": "select 1;"}), ledger)
    assert (adoption.applied, [finding.rule for finding in adoption.findings]) == ((), ["adoption-note"])


def test_django(tmp_path: Path, nself_clone: EphemeralDatabase, connection: psycopg.Connection[Any]) -> None:
    """Django's rows are apps and migrations, a note as well."""
    dsn = nself_clone.dsn
    server = {"HOST": dsn.host, "PORT": str(dsn.port), "USER": dsn.user, "PASSWORD": dsn.password, "NAME": dsn.dbname}
    settings = {"ENGINE": "django.db.backends.postgresql", **server}
    (tmp_path / "project.py").write_text(
        f"DATABASES = {{'default': {settings!r}}}\nINSTALLED_APPS = ['django.contrib.contenttypes']\nUSE_TZ = True\n",
        encoding="utf-8",
    )
    command = (_beside_python("django-admin"), "migrate", "--settings=project", "--pythonpath=.")
    _run(*command, folder=tmp_path, PYTHONDONTWRITEBYTECODE="1")
    ledger = _one(connection)
    assert ledger.tool == "django"
    assert ledger.rows[0].key == "contenttypes.0001_initial"
    assert ledger.rows[0].applied_at is not None
