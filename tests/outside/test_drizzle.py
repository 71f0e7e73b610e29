"""drizzle's own migrator and ours on one database: what one has applied, the other leaves alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pytest_nself.core.place import Place
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.foreign.ledger import ForeignLedger
from pytest_nself.migrations.foreign.matching import match
from pytest_nself.migrations.foreign.mirror import drizzle_ledger, mirror_applied, mirror_forgotten
from pytest_nself.migrations.foreign.reading import read_foreign
from pytest_nself.migrations.migration import DrizzleEntry, Migration, Migrations

from .packages import npm_folder, run_node

JOURNAL = {"drizzle-orm": "0.45.4", "pg": "8", "postgres": "3"}
FOLDERS = {"drizzle-orm": "1.0.0-rc.5", "pg": "8", "postgres": "3"}

FIRST = 1714566600123
"""The `when` of the first file: milliseconds since 1970."""

TEXTS = (
    'CREATE TABLE "users" (\n\t"id" serial PRIMARY KEY NOT NULL,\n\t"näme" text\n);\n--> statement-breakpoint\n'
    'CREATE TABLE "posts" (\n\t"id" serial PRIMARY KEY NOT NULL\n);',
    "-- Custom SQL migration file, put your code below! --",
    'ALTER TABLE "posts" ADD COLUMN "author" integer;--> statement-breakpoint\n'
    'ALTER TABLE "posts" ADD CONSTRAINT "posts_author_fk" FOREIGN KEY ("author") REFERENCES "public"."users"("id");\n',
    "-- Custom SQL migration file, put your code below! --",
    'CREATE TABLE "tags" ("id" integer);',
)
DOWNS = ("drop table posts, users", "", "alter table posts drop column author", "", "drop table tags")


@dataclass
class Project:
    """A folder as drizzle-kit generates it, with drizzle of the release that reads it, over one database."""

    packages: dict[str, str]
    driver: str
    folder: Path
    database: EphemeralDatabase
    whens: list[int] = field(default_factory=lambda: [FIRST + 60_000 * number for number in range(len(TEXTS))])
    schema: str = "drizzle"

    @property
    def by_folder(self) -> bool:
        return self.packages is FOLDERS

    def path(self, number: int) -> Path:
        if not self.by_folder:
            return self.folder / f"000{number}_step.sql"
        stamp = datetime.fromtimestamp(self.whens[number] / 1000, UTC).strftime("%Y%m%d%H%M%S")
        return self.folder / f"{stamp}_step" / "migration.sql"

    def write(self, *numbers: int) -> Migrations:
        """Write these files; gives the folder as it is to be read."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for number in numbers:
            self.path(number).parent.mkdir(parents=True, exist_ok=True)
            self.path(number).write_text(TEXTS[number], encoding="utf-8")
        if not self.by_folder:
            entries = [
                {"idx": number, "version": "7", "when": self.whens[number], "tag": f"000{number}_step"}
                | {"breakpoints": True}
                for number in numbers
            ]
            (self.folder / "meta").mkdir()
            journal = {"version": "7", "dialect": "postgresql", "entries": entries}
            (self.folder / "meta" / "_journal.json").write_text(json.dumps(journal), encoding="utf-8")
        return Migrations(str(self.folder), tuple(sorted(map(self._read, numbers), key=lambda one: one.version)))

    def _read(self, number: int) -> Migration:
        path = self.path(number)
        raw = path.read_bytes()
        when = self.whens[number]
        entry = DrizzleEntry(sha256(raw).hexdigest(), when - when % 1000 if self.by_folder else when)
        stem = path.parent.name if self.by_folder else path.stem
        version = stem.partition("_")[0]
        place = Place(str(path), 1)
        return Migration(int(version), version, "step", raw.decode(), DOWNS[number], place, drizzle=entry)

    def drizzle(self) -> None:
        """Run drizzle's own migrator."""
        script = Path(__file__).with_name("drizzle_migrate.mjs").read_text(encoding="utf-8")
        dsn = self.database.dsn
        server = {"host": dsn.host, "port": dsn.port, "user": dsn.user, "password": dsn.password}
        address = json.dumps(server | {"database": dsn.dbname})
        run_node(npm_folder(self.packages), script, self.driver, address, str(self.folder), self.schema)

    def apply(self, connection: psycopg.Connection[Any], migrations: Migrations, *chosen: Migration) -> None:
        """What our runner does: each migration's text and drizzle's row in one transaction."""
        for one in chosen:
            with connection.transaction():
                connection.execute(one.up.encode())
                for statement in mirror_applied(one, self.ledger(connection, migrations)):
                    connection.execute(statement.sql.text.encode())

    def take_back(self, connection: psycopg.Connection[Any], migrations: Migrations, *chosen: Migration) -> None:
        for one in chosen:
            with connection.transaction():
                connection.execute((one.down or "").encode())
                for statement in mirror_forgotten(one, self.ledger(connection, migrations)):
                    connection.execute(statement.sql.text.encode())

    def ledger(self, connection: psycopg.Connection[Any], migrations: Migrations) -> ForeignLedger | None:
        return drizzle_ledger(migrations, read_foreign(connection, only=["drizzle"]))


@pytest.fixture(
    params=[
        pytest.param((JOURNAL, "node-postgres"), id="0.45-node-postgres"),
        pytest.param((JOURNAL, "postgres-js"), id="0.45-postgres-js"),
        pytest.param((FOLDERS, "node-postgres"), id="1.0-node-postgres"),
        pytest.param((FOLDERS, "postgres-js"), id="1.0-postgres-js"),
    ]
)
def project(request: pytest.FixtureRequest, tmp_path: Path, nself_clone: EphemeralDatabase) -> Project:
    """A project of either drizzle, with either driver."""
    packages, driver = request.param
    return Project(packages, driver, tmp_path / "drizzle", nself_clone)


@pytest.fixture
def older(tmp_path: Path, nself_clone: EphemeralDatabase) -> Project:
    """A project with a journal."""
    return Project(JOURNAL, "node-postgres", tmp_path / "drizzle", nself_clone)


@pytest.fixture
def connection(nself_clone: EphemeralDatabase) -> Iterator[psycopg.Connection[Any]]:
    """Our connection; every statement outside a transaction commits."""
    with closing(nself_clone.connect(autocommit=True)) as connection:
        yield connection


def _rows(connection: psycopg.Connection[Any], schema: str = "drizzle") -> list[Any]:
    """drizzle's rows to the last byte, and which transaction wrote them."""
    query = f'select t.xmin::text, t::text from "{schema}".__drizzle_migrations t order by t.id'
    return connection.execute(query.encode()).fetchall()


def _shape(connection: psycopg.Connection[Any]) -> list[Any]:
    """Columns with defaults and constraints, as the server prints them."""
    columns = (
        "select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,"
        " pg_catalog.pg_get_expr(d.adbin, d.adrelid) from pg_catalog.pg_attribute a"
        " left join pg_catalog.pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)"
        " where a.attrelid = 'drizzle.__drizzle_migrations'::regclass and a.attnum > 0 order by a.attnum"
    )
    constraints = (
        "select conname, pg_catalog.pg_get_constraintdef(oid) from pg_catalog.pg_constraint"
        " where conrelid = 'drizzle.__drizzle_migrations'::regclass order by conname"
    )
    return [connection.execute(query.encode()).fetchall() for query in (columns, constraints)]


def test_drizzle_has_nothing_to_do_after_us(project: Project, connection: psycopg.Connection[Any]) -> None:
    """Applied by us, drizzle's migrator runs nothing, and its table stays as it is."""
    migrations = project.write(0, 1, 2, 3, 4)
    project.apply(connection, migrations, *migrations)
    before = _rows(connection)
    assert len(before) == 5
    project.drizzle()
    assert _rows(connection) == before


def test_we_have_nothing_to_do_after_drizzle(project: Project, connection: psycopg.Connection[Any]) -> None:
    """Applied by drizzle, its table says that every file is applied."""
    migrations = project.write(0, 1, 2, 3, 4)
    project.drizzle()
    (ledger,) = read_foreign(connection)
    adoption = match(migrations, ledger)
    assert adoption.applied == migrations.migrations
    assert (adoption.unknown, adoption.findings) == ((), ())


def test_both_take_turns(project: Project, connection: psycopg.Connection[Any]) -> None:
    """drizzle, then we, then drizzle, then we: each goes on where the other stopped, and each file runs once."""
    project.write(0)
    project.drizzle()
    for file in (1, 2), (3, 4):
        migrations = project.write(*range(file[0] + 1))
        ledger = project.ledger(connection, migrations)
        assert ledger is not None
        done = match(migrations, ledger).applied
        assert len(done) == file[0]
        project.apply(connection, migrations, *migrations.migrations[len(done) :])
        migrations = project.write(*range(file[1] + 1))
        project.drizzle()
    (ledger,) = read_foreign(connection)
    assert match(migrations, ledger).applied == migrations.migrations
    assert len(ledger.rows) == 5
    assert match(migrations, ledger).findings == ()


def test_drizzle_applies_again_what_we_took_back(project: Project, connection: psycopg.Connection[Any]) -> None:
    """After our way back the last files are pending for drizzle, and only they."""
    migrations = project.write(0, 1, 2, 3, 4)
    project.drizzle()
    kept = _rows(connection)[:3]
    project.take_back(connection, migrations, *reversed(migrations.migrations[3:]))
    assert _rows(connection) == kept
    assert connection.execute("select to_regclass('tags')::text").fetchone() == (None,)
    project.drizzle()
    assert (len(_rows(connection)), _rows(connection)[:3]) == (5, kept)
    assert connection.execute("select to_regclass('tags')::text").fetchone() == ("tags",)


def test_our_table_is_drizzles(project: Project, connection: psycopg.Connection[Any]) -> None:
    """The table that we make cannot be told from the one that drizzle makes."""
    migrations = project.write(0)
    project.apply(connection, migrations, *migrations)
    ours = _shape(connection)
    connection.execute("drop schema drizzle cascade; drop table posts, users")
    project.drizzle()
    assert _shape(connection) == ours


def test_a_schema_of_the_project(project: Project, connection: psycopg.Connection[Any]) -> None:
    """drizzle's configuration may name another schema: its rows there are found and kept."""
    project.schema = 'Größe "1"'
    project.write(0)
    project.drizzle()
    migrations = project.write(0, 1, 2)
    project.apply(connection, migrations, *migrations.migrations[1:])
    project.drizzle()
    (ledger,) = read_foreign(connection)
    assert (ledger.schema, len(ledger.rows)) == (project.schema, 3)


def test_drizzle_passes_over_what_was_merged_late(older: Project, connection: psycopg.Connection[Any]) -> None:
    """A file with an earlier `when` than the last row never runs under drizzle before 1.0: we say so, by name."""
    older.whens[2] = FIRST - 1
    older.write(0, 1)
    older.drizzle()
    migrations = older.write(0, 1, 2)
    older.drizzle()
    assert len(_rows(connection)) == 2
    (ledger,) = read_foreign(connection)
    adoption = match(migrations, ledger)
    assert [one.label for one in adoption.passed_over] == ["0002_step"]
    assert len(adoption.applied) == 2
    older.apply(connection, migrations, *adoption.passed_over)
    older.drizzle()
    assert len(_rows(connection)) == 3


def test_a_folder_that_moves_to_drizzle_1(older: Project, connection: psycopg.Connection[Any]) -> None:
    """Rows of ours in the older table are understood by drizzle 1.0 when `drizzle-kit up` has moved the files."""
    migrations = older.write(0, 1, 2)
    older.apply(connection, migrations, *migrations)
    newer = Project(FOLDERS, older.driver, older.folder, older.database)
    migrations = newer.write(0, 1, 2)
    (ledger,) = read_foreign(connection)
    assert match(migrations, ledger).applied == migrations.migrations
    newer.drizzle()
    (ledger,) = read_foreign(connection)
    assert [row.key for row in ledger.rows] == [Path(one.place.path).parent.name for one in migrations]
    assert match(migrations, ledger).applied == migrations.migrations
    migrations = newer.write(0, 1, 2, 3, 4)
    newer.apply(connection, migrations, *migrations.migrations[3:])
    before = _rows(connection)
    newer.drizzle()
    assert _rows(connection) == before
