"""The app's settings: which variables name the worker's database, when, and that they are put back."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from .conftest import Project

TRAPS = {
    "PGSERVICE": "nowhere",
    "PGSERVICEFILE": "/nonexistent",
    "PGOPTIONS": "-c default_transaction_read_only=on",
    "PGSSLMODE": "verify-full",
    "PGHOSTADDR": "203.0.113.9",
    "PGPASSFILE": "/nonexistent",
    "PGTARGETSESSIONATTRS": "standby",
    "PGAPPNAME": "trap",
    "PGCLIENTENCODING": "LATIN1",
    "PGCONNECT_TIMEOUT": "1",
    "POSTGRES_SSLMODE": "verify-full",
}
THEIRS = {
    "DATABASE_URL": "postgresql://app@db.example/app",
    "POSTGRES_URL": "postgresql://app@db.example/app",
    "POSTGRES_HOST": "db.example",
    "POSTGRES_PORT": "6543",
    "POSTGRES_DB": "app",
    "POSTGRES_DATABASE": "app",
    "POSTGRES_USER": "app",
    "POSTGRES_PASSWORD": "hunter2",
    "PGHOST": "db.example",
    "PGPORT": "6543",
    "PGDATABASE": "app",
    "PGUSER": "app",
    "PGPASSWORD": "hunter2",
}
APP = """
import os
SEEN = {name: value for name, value in os.environ.items() if name.startswith(("PG", "POSTGRES_", "DATABASE_URL"))}
"""


def test_every_name_is_set_before_the_app_is_imported(project: Project) -> None:
    """An app imported by the root conftest sees one database under all names; connections by each of them work."""
    project.file("app.py", APP)
    project.file("conftest.py", "import app\n")
    project.file(
        "test_it.py",
        """
        import os, psycopg
        from app import SEEN

        def test_one_database(nself_database):
            dsn = nself_database.dsn
            parts = {"HOST": dsn.host, "PORT": str(dsn.port), "USER": dsn.user, "PASSWORD": dsn.password}
            expected = {"DATABASE_URL": dsn.url(), "POSTGRES_URL": dsn.url(), "PGDATABASE": dsn.dbname,
                        "POSTGRES_DB": dsn.dbname, "POSTGRES_DATABASE": dsn.dbname}
            for name, value in parts.items():
                expected |= {f"POSTGRES_{name}": value, f"PG{name}": value}
            assert SEEN == expected
            assert dsn.host == "127.0.0.1"

        def test_by_each_name(nself_database):
            for address in (SEEN["DATABASE_URL"], ""):
                with psycopg.connect(address) as connection:
                    assert connection.execute("select current_database()").fetchone() == (SEEN["PGDATABASE"],)
        """,
    )
    assert "2 passed" in project.passes(env=THEIRS | TRAPS)


def test_other_variables_are_no_traps(project: Project) -> None:
    """PG* variables meant for another server neither reach our connections nor the app's; psql-like tools agree."""
    project.file(
        "test_it.py",
        """
        import os, psycopg, subprocess, sys
        CODE = "import psycopg; print(psycopg.connect('').execute('show server_version_num').fetchone()[0])"
        def test_1(nself_db, nself_server, nself_clone, nself_database):
            assert not [name for name in os.environ if name in TRAPS]
            with nself_clone.connect() as connection:
                connection.execute("create table free_to_write ()")
            said = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout
            assert said.strip() == str(nself_server.version)
        """.replace("TRAPS", repr(sorted(TRAPS))),
    )
    assert "1 passed" in project.passes(env=TRAPS)


def test_everything_is_put_back(project: Project) -> None:
    """After pytest.main() returns the environment is what it was, to the letter."""
    project.file("test_it.py", "import os\ndef test_1(nself_db):\n    assert os.environ['PGHOST'] == '127.0.0.1'\n")
    code = textwrap.dedent(
        """
        import json, os, pytest, sys
        before = dict(os.environ)
        code = pytest.main(["-q", "-p", "no:cacheprovider", "-p", "pytest_nself.plugin"])
        print()
        changed = sorted(name for name in {*before, *os.environ} if before.get(name) != os.environ.get(name))
        print(json.dumps([int(code), changed]))
        """
    )
    env = project.environment(**THEIRS, **TRAPS, NSELF_EXPORT="EXTRA", EXTRA="mine")
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=project.root, env=env, capture_output=True, text=True, check=True
    )
    assert json.loads(result.stdout.splitlines()[-1]) == [0, []]


def test_each_worker_has_its_own(project: Project) -> None:
    """Under xdist DATABASE_URL names the worker's own database, at import already."""
    project.file("app.py", APP)
    project.file("conftest.py", "import app\n")
    project.file(
        "test_it.py",
        """
        import os, pathlib, psycopg, pytest
        from app import SEEN
        @pytest.mark.parametrize("n", range(8))
        def test_1(nself_database, worker_id, n):
            assert SEEN["DATABASE_URL"] == nself_database.dsn.url()
            with psycopg.connect(SEEN["DATABASE_URL"]) as connection:
                name = connection.execute("select current_database()").fetchone()[0]
            assert name == SEEN["PGDATABASE"]
            pathlib.Path(f"{worker_id}-{name}").touch()
        """,
    )
    assert "8 passed" in project.passes("-n", "2", plugins=("xdist",), env=THEIRS | TRAPS)
    names = {path.name.partition("-")[::2] for path in project.root.glob("gw*-nself_*")}
    assert len({worker for worker, _ in names}) == len({name for _, name in names}) == len(names)


def test_export(project: Project) -> None:
    """nself_export: a whole URL, one part of it, and URLs for a driver."""
    project.file(
        "pytest.ini",
        """
        [pytest]
        nself_export =
            APP_DB
            APP_HOST=host
            APP_PORT = port
            APP_NAME=dbname
            APP_USER=user
            APP_PASSWORD=password
            APP_ASYNC=postgresql+asyncpg
        """,
    )
    project.file(
        "test_it.py",
        """
        import os
        def test_1(nself_database):
            dsn, seen = nself_database.dsn, os.environ
            assert seen["APP_DB"] == dsn.url() == seen["DATABASE_URL"]
            assert (seen["APP_HOST"], seen["APP_PORT"], seen["APP_NAME"]) == (dsn.host, str(dsn.port), dsn.dbname)
            assert (seen["APP_USER"], seen["APP_PASSWORD"]) == (dsn.user, dsn.password)
            assert seen["APP_ASYNC"] == dsn.url("postgresql+asyncpg")
        """,
    )
    project.passes()


def test_export_by_variable(project: Project) -> None:
    """NSELF_EXPORT takes the same, separated by commas or blanks."""
    project.file(
        "test_it.py",
        """
        import os
        def test_1(nself_database):
            assert os.environ["APP_DB"] == nself_database.dsn.url()
            assert os.environ["APP_HOST"] == nself_database.dsn.host
            assert os.environ["APP_USER"] == nself_database.dsn.user
        """,
    )
    project.passes(env={"NSELF_EXPORT": "APP_DB, APP_HOST=host APP_USER=user"})


def test_export_of_what_we_do_not_know(project: Project) -> None:
    """A part that does not exist stops the run with what there is."""
    project.file("pytest.ini", "[pytest]\nnself_export = APP=hostname\n")
    result = project.run()
    assert result.returncode == 4
    assert "nself_export cannot give APP the value 'hostname'." in result.stdout
    assert "url, host, port, user, password, dbname" in result.stdout


def test_an_app_that_binds_its_engine_at_import(project: Project) -> None:
    """A SQLAlchemy engine made while the app is imported is on the worker's committed database."""
    project.file("app.py", "import os, sqlalchemy\nengine = sqlalchemy.create_engine(os.environ['APP_URL'])\n")
    project.file("conftest.py", "import app\n")
    project.file("pytest.ini", "[pytest]\nnself_export = APP_URL=postgresql+psycopg\n")
    project.file(
        "test_it.py",
        """
        import app, pytest, sqlalchemy
        @pytest.mark.parametrize("n", range(2))
        def test_1(nself_database, n):
            with app.engine.begin() as connection:
                assert connection.execute(sqlalchemy.text("select count(*) from users")).scalar() == 0
                connection.execute(sqlalchemy.text("insert into users (name) values ('ada')"))
        """,
    )
    assert "2 passed" in project.passes()


CONNECTING = """
import os, psycopg
NAMES = [name for (name,) in psycopg.connect(os.environ["DATABASE_URL"]).execute("select tablename from pg_tables")]
"""


def test_an_app_that_connects_while_imported(project: Project) -> None:
    """With nself_start = early the server and the migrated database are there before the app's conftest."""
    project.file("app.py", CONNECTING)
    project.file("conftest.py", "import app\n")
    project.file("test_it.py", "import app\ndef test_1(nself_database):\n    assert 'users' in app.NAMES\n")
    assert "1 passed" in project.passes("--nself-start", "early")
    assert "1 passed" in project.passes("-n", "2", plugins=("xdist",), env={"NSELF_START": "early"})


@pytest.mark.parametrize("importer", ["conftest.py", "test_it.py"])
def test_an_app_that_connects_too_early_is_told(project: Project, importer: str) -> None:
    """Without it the connection is refused, and the error says which setting helps."""
    project.file("app.py", CONNECTING)
    project.file("test_it.py", "def test_1(nself_database): pass\n")
    path = project.root / importer
    path.write_text("import app\n" + (path.read_text() if path.exists() else ""))
    result = project.run()
    assert result.returncode != 0
    assert "Connection refused" in result.stdout
    assert "nself_start = early" in result.stdout


def test_our_own_settings_are_read_from_what_stood_there(project: Project) -> None:
    """A run inside a run (in a process of its own) is not led astray by what the outer one exported."""
    project.file(
        "test_it.py",
        """
        import os, subprocess, sys
        def test_outer(nself_database):
            words = "-m pytest -q -p no:cacheprovider -p pytest_nself.plugin inner.py".split()
            run = subprocess.run([sys.executable, *words], capture_output=True, text=True)
            assert run.returncode == 0, run.stdout
            assert os.environ["DATABASE_URL"] == nself_database.dsn.url()
        """,
    )
    project.file(
        "inner.py",
        """
        def test_inner(nself_db):
            nself_db.execute("insert into users (name) values ('ada')")
        """,
    )
    assert "1 passed" in project.passes()
    assert "1 passed" in project.passes("-n", "1", plugins=("xdist",))


class TestNothingIsStarted:
    """Whatever needs no server starts none and leaves no folder."""

    def folders(self, data: Path) -> list[Path]:
        return list(data.glob("*/run-*"))

    def test_without_running_tests(self, project: Project, tmp_path: Path) -> None:
        """--collect-only, --setup-plan, --fixtures, --markers and --help list what there is, and start nothing."""
        project.file("test_it.py", "def test_1(nself_db, nself_clone, nself_fixtures): pass\ndef test_2(): pass\n")
        env = {"NSELF_DATA_ROOT": str(tmp_path / "data"), "NSELF_CACHE": str(tmp_path / "cache")}
        assert "2 tests collected" in project.passes("--collect-only", env=env)
        assert "SETUP    F nself_db" in project.passes("--setup-plan", env=env)
        fixtures = project.passes("--fixtures", env=env)
        assert "nself_db -- pytest_nself" in fixtures or "nself_db -- " in fixtures
        assert "@pytest.mark.nself_fixtures(*names, share)" in project.passes("--markers", env=env)
        assert "--nself-provider" in project.passes("--help", env=env)
        assert not self.folders(tmp_path / "data")
        assert not (tmp_path / "cache").exists()

    def test_without_database_tests(self, project: Project, tmp_path: Path) -> None:
        """A run with tests that use no database says nothing of one in its summary."""
        project.file("test_it.py", "import sys\ndef test_2():\n    assert 'psycopg' not in sys.modules\n")
        env = {"NSELF_DATA_ROOT": str(tmp_path / "data"), "NSELF_CACHE": str(tmp_path / "cache")}
        said = project.passes(env=env)
        assert "PostgreSQL" not in said
        assert "1 passed" in project.passes("-n", "2", plugins=("xdist",), env=env)
        assert not (tmp_path / "cache").exists()
        assert not [folder for folder in self.folders(tmp_path / "data") if (folder / "data").exists()]
