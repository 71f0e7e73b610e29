"""What a template is made from: migrations, commands, functions, preludes, extensions, hooks; and when anew."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Project

COUNTS = """
def test_users(nself_db):
    print("COLUMNS", *[name for (name,) in nself_db.execute(
        "select column_name::text from information_schema.columns where table_name = 'users' order by 1")])
"""
BUILD = """
import os, pathlib, psycopg, sys

def build(url):
    with open("built", "a") as file:
        file.write("x")
    with psycopg.connect(url) as connection:
        connection.execute(pathlib.Path("schema.sql").read_text())

if __name__ == "__main__":
    assert os.environ["PGDATABASE"] in os.environ["DATABASE_URL"]
    assert os.environ["APP_URL"].startswith("postgresql+psycopg://")
    build(os.environ["DATABASE_URL"])
    print("out")
    print("err", file=sys.stderr)
"""


@pytest.fixture
def own(make_project: Callable[..., Project]) -> Project:
    """A project that brings its own way to build, with a cache of its own."""
    project = make_project()
    (project.root / "migrations" / "001_users.sql").unlink()
    (project.root / "migrations").rmdir()
    project.file("test_it.py", COUNTS)
    project.file("build.py", BUILD)
    project.file("schema.sql", "create table users (id int);\n")
    project.file("pytest.ini", "[pytest]\nnself_cache = cache\nnself_export = APP_URL=postgresql+psycopg\n")
    return project


def recipe(project: Project, way: str, inputs: str = '["schema.sql", "*.py"]') -> None:
    """Say in pyproject.toml how the database is built."""
    if way == "command":
        said = f"command = {json.dumps([sys.executable, 'build.py'])}"
    elif way == "command line":
        said = f'command = "{sys.executable} build.py"'
    else:
        said = 'callable = "build:build"'
    project.file("pyproject.toml", f"[tool.nself.recipe]\n{said}\ninputs = {inputs}\n")


def built(project: Project) -> int:
    """How often the recipe ran."""
    path = project.root / "built"
    return len(path.read_text()) if path.exists() else 0


class TestOwnRecipe:
    """`[tool.nself.recipe]`: any command, or a function."""

    @pytest.mark.parametrize("way", ["command", "command line", "callable"])
    def test_built_once_and_again_when_an_input_changes(self, own: Project, way: str) -> None:
        """The second run takes the kept template; a changed input makes a new one; the summary says which."""
        recipe(own, way)
        first = own.passes("-rP", "-v")
        assert "COLUMNS id" in first
        assert "built anew" in first
        assert "nself: binaries (PATH), recipe " in first
        second = own.passes("-rP")
        assert "cached data folder" in second
        assert built(own) == 1
        own.file("schema.sql", "create table users (id int, name text);\n")
        assert "COLUMNS id name" in own.passes("-rP")
        assert built(own) == 2

    @pytest.mark.parametrize("inputs", ["[]", '["alembic/*.py"]'])
    def test_without_inputs(self, own: Project, inputs: str) -> None:
        """Inputs that match no file are an error: a change would go unseen."""
        recipe(own, "command", inputs)
        said = own.fails()
        assert "[tool.nself.recipe] inputs match no file." in said
        assert built(own) == 0

    def test_unclear(self, own: Project) -> None:
        """Neither or both of command and callable, and words that nobody knows, are refused."""
        own.file("pyproject.toml", '[tool.nself.recipe]\ncomand = "make"\ninputs = ["schema.sql"]\n')
        said = own.fails()
        assert "[tool.nself.recipe] says not clearly how the database is built." in said
        assert "unknown: comand" in said

    @pytest.mark.parametrize("way", ["command", "callable"])
    def test_a_failure_is_told_once(self, own: Project, way: str) -> None:
        """The command's output (or the function's error) is in one report; the next test fails in a line."""
        recipe(own, way)
        own.file("schema.sql", "create tabel users (id int);\n")
        own.file("test_it.py", COUNTS + "\ndef test_more(nself_db): pass\n")
        said = own.fails()
        assert 'syntax error at or near "tabel"' in said
        if way == "command":
            assert "The recipe's command failed with exit code 1." in said
        else:
            assert "The recipe build:build failed." in said
        assert "No database for this test: The recipe" in said
        # On a CI machine pytest repeats each whole message in its closing list.
        reports = said.partition("short test summary info")[0]
        assert reports.count("LINE 1: create tabel") == 1

    def test_a_command_that_is_not_there(self, own: Project) -> None:
        """The error names the program."""
        own.file("pyproject.toml", '[tool.nself.recipe]\ncommand = "no-such-tool up"\ninputs = ["schema.sql"]\n')
        assert "no-such-tool cannot be run." in own.fails()

    def test_a_function_that_is_not_there(self, own: Project) -> None:
        """The error says how a function is named."""
        own.file("pyproject.toml", '[tool.nself.recipe]\ncallable = "build:up"\ninputs = ["schema.sql"]\n')
        assert "callable names 'build:up', which cannot be had." in own.fails()

    def test_roles(self, own: Project) -> None:
        """A recipe that creates roles works on our own server, again and again, kept or built anew."""
        recipe(own, "callable")
        own.file(
            "schema.sql",
            "create role reader; create role writer in role reader; create table users (id int); "
            "grant select on users to reader; alter role writer set work_mem = '6MB';",
        )
        own.file(
            "test_it.py",
            """
            def test_1(nself_db):
                nself_db.execute("set role writer")
                assert nself_db.execute("select count(*) from users").fetchone() == (0,)
            """,
        )
        own.passes()
        own.passes()
        assert built(own) == 1
        schema = own.root / "schema.sql"
        schema.write_text(schema.read_text() + "select 1;")
        own.passes()
        assert built(own) == 2


class TestMigrations:
    """The folder of migrations, and the cache that is keyed by it."""

    def test_a_changed_migration_makes_a_new_template(self, project: Project, tmp_path: Path) -> None:
        """Unchanged files are a hit; a changed, a new and a deleted one are not."""
        env = {"NSELF_CACHE": str(tmp_path / "cache")}
        project.file("test_it.py", COUNTS)
        assert "built anew" in project.passes(env=env)
        assert "cached data folder" in project.passes(env=env)
        project.file("migrations/001_users.sql", "create table users (id int, name text, age int);\n")
        said = project.passes("-rP", env=env)
        assert "built anew" in said
        assert "COLUMNS age id name" in said
        new = project.file("migrations/002_more.sql", "alter table users add column email text;\n")
        assert "COLUMNS age email id name" in project.passes("-rP", env=env)
        new.unlink()
        said = project.passes("-rP", env=env)
        assert "COLUMNS age id name" in said
        assert "cached data folder" in said

    @pytest.mark.parametrize("damage", ["short", "missing", "manifest"])
    def test_a_damaged_cache_is_mended(self, project: Project, tmp_path: Path, damage: str) -> None:
        """A file that a power cut left empty, or that somebody deleted: the folder is built anew."""
        cache = tmp_path / "cache"
        env = {"NSELF_CACHE": str(cache)}
        project.file("test_it.py", COUNTS)
        project.passes(env=env)
        (kept,) = cache.glob("migrated-*/")
        victim = kept / "data" / "global" / "pg_control"
        if damage == "short":
            victim.write_bytes(b"")
        elif damage == "missing":
            victim.unlink()
        else:
            (kept / "nself.json").write_text("{")
        assert "built anew" in project.passes(env=env)
        assert victim.stat().st_size > 0
        assert "cached data folder" in project.passes(env=env)

    def test_no_migrations(self, own: Project) -> None:
        """Without a folder and without a recipe the database is empty, and works."""
        own.file("test_it.py", "def test_1(nself_db):\n    assert nself_db.execute('select 1').fetchone() == (1,)\n")
        assert "nself: binaries (PATH), no migrations" in own.passes("-v")


class TestPrelude:
    """SQL that stands in for what a platform provides."""

    def test_runs_before_migration_1(self, project: Project) -> None:
        """Roles, schemas and functions of the prelude are there when the first migration runs."""
        project.file(
            "stubs/auth schema.sql", "create schema auth; create role platform; create type auth.kind as enum ('a');\n"
        )
        project.file("stubs/more.sql", "create function auth.uid() returns int language sql return 7;\n")
        project.file(
            "migrations/002_uses.sql",
            "create table uses (kind auth.kind, uid int default auth.uid()); grant select on uses to platform;\n",
        )
        project.file("pyproject.toml", '[tool.nself]\nprelude = ["stubs/auth schema.sql", "stubs/more.sql"]\n')
        project.file(
            "test_it.py",
            """
            def test_1(nself_db):
                assert nself_db.execute("insert into uses values ('a') returning uid").fetchone() == (7,)
            """,
        )
        project.passes()

    def test_an_error_has_its_line(self, project: Project) -> None:
        """A prelude that fails is one report with file and line."""
        project.file("stubs.sql", "select 1;\n\ncreate tabel x ();\n")
        project.file("pytest.ini", "[pytest]\nnself_prelude = stubs.sql\n")
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        assert "stubs.sql:3: The prelude failed." in project.fails()

    def test_a_file_that_is_not_there(self, project: Project) -> None:
        """The error names file and setting."""
        project.file("pytest.ini", "[pytest]\nnself_prelude = stubs.sql\n")
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        said = project.fails()
        assert "stubs.sql cannot be read." in said
        assert "correct the setting prelude" in said


class TestExtensions:
    """Extensions asked for by settings and by migrations."""

    @pytest.mark.parametrize("way", ["ini", "variable", "table"])
    def test_created_before_migration_1(self, project: Project, way: str) -> None:
        """POSTGRES_EXTENSIONS (a comma list), ini and `[tool.nself]` name extensions that migrations then use."""
        project.file("migrations/002_uses.sql", "create table t (email citext, tags hstore);\n")
        project.file(
            "test_it.py", "def test_1(nself_db):\n    nself_db.execute(\"insert into t values ('A', 'a=>1')\")\n"
        )
        env = {}
        if way == "ini":
            project.file("pytest.ini", "[pytest]\nnself_extensions = citext, hstore\n")
        elif way == "table":
            project.file("pyproject.toml", '[tool.nself]\nextensions = ["citext", "hstore"]\n')
        else:
            env = {"POSTGRES_EXTENSIONS": "citext,hstore"}
        project.passes(env=env)

    def test_a_missing_one_names_the_provider_that_has_it(self, project: Project) -> None:
        """The wheel has no pgcrypto: said before the first migration runs, with the file and the way out."""
        project.file("migrations/002_crypto.sql", 'create extension if not exists "pgcrypto";\n')
        project.file("migrations/000_never.sql", "do $$ begin raise exception 'this ran'; end $$;\n")
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        said = project.fails("--nself-provider", "embedded")
        assert "This server has no extension pgcrypto." in said
        assert "002_crypto.sql" in said
        assert "use the provider binaries, which has them here: nself_provider = binaries" in said
        assert "this ran" not in said

    def test_a_missing_one_of_the_setting(self, project: Project) -> None:
        """An extension that nobody has: the setting is named, and the ways out."""
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        said = project.fails(env={"POSTGRES_EXTENSIONS": "no_such_thing"})
        assert "This server has no extension no_such_thing." in said
        assert "asked for by the setting extensions" in said


class TestHook:
    """pytest_nself_template_ready: rows that every test shall find."""

    def test_rows_are_in_every_database(self, project: Project) -> None:
        """What the hook put into the template is in the rolled-back, the committed and the cloned database, once."""
        project.file(
            "conftest.py",
            """
            def pytest_nself_template_ready(database):
                with database.connect() as connection:
                    connection.execute("insert into users (name) values ('ada')")
            """,
        )
        project.file(
            "test_it.py",
            """
            def names(connection):
                return [name for (name,) in connection.execute("select name from users order by 1")]
            def test_rollback(nself_db):
                assert names(nself_db) == ["ada"]
                nself_db.execute("delete from users")
            def test_committed(nself_database):
                with nself_database.connect() as connection:
                    assert names(connection) == ["ada"]
                    connection.execute("delete from users")
            def test_committed_again(nself_database):
                with nself_database.connect() as connection:
                    assert names(connection) == ["ada"]
            def test_clone(nself_clone):
                with nself_clone.connect() as connection:
                    assert names(connection) == ["ada"]
            """,
        )
        assert "4 passed" in project.passes()
        assert "4 passed" in project.passes("-n", "2", plugins=("xdist",))

    def test_an_error_in_it(self, project: Project) -> None:
        """The hook's error is one report; every other test fails in a line; nothing is tried again."""
        project.file(
            "conftest.py",
            """
            def pytest_nself_template_ready(database):
                print("CALLED")
                raise LookupError("no rows today")
            """,
        )
        project.file("test_it.py", "def test_1(nself_db): pass\ndef test_2(nself_db): pass\n")
        said = project.fails("-s")
        assert "A hook pytest_nself_template_ready failed." in said
        assert "LookupError: no rows today" in said
        assert said.count("CALLED") == 1
        assert "No database for this test: A hook pytest_nself_template_ready failed." in said


def test_a_change_behind_a_link_is_seen(own: Project) -> None:
    """A migration that stands behind a symbolic link is a part of the fingerprint."""
    shared = own.root / "shared"
    shared.mkdir()
    (shared / "up.sql").write_text("create table linked (id int);\n")
    (own.root / "migrations").mkdir(exist_ok=True)
    (own.root / "migrations/777_linked").symlink_to(shared)
    own.file("test_it.py", "def test_1(nself_db):\n    nself_db.execute('select id from linked')\n")
    own.passes()
    (shared / "up.sql").write_text("create table linked (id int, age int);\n")
    own.file("test_it.py", "def test_1(nself_db):\n    nself_db.execute('select age from linked')\n")
    own.passes()
