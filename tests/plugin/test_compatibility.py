"""Other versions of pytest, other ways to configure it, and other plugins side by side."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Project

BOTH = """
import os, psycopg, pytest

@pytest.mark.parametrize("n", range(2))
def test_rollback(nself_db, n):
    assert nself_db.execute("select count(*) from users").fetchone() == (0,)
    nself_db.execute("insert into users (name) values ('ada')")
    nself_db.commit()

@pytest.mark.parametrize("n", range(2))
def test_committed(nself_database, n):
    with psycopg.connect(os.environ["DATABASE_URL"]) as app:
        assert app.execute("select count(*) from users").fetchone() == (0,)
        app.execute("insert into users (name) values ('ada')")

@pytest.mark.nself_fixtures("people")
def test_fixtures(nself_db, nself_fixtures):
    assert nself_fixtures["users.ada"].name == "Ada"
"""
PEOPLE = """
tables:
  users:
    ada: {name: Ada}
"""


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    project = make_project()
    project.file("test_it.py", BOTH)
    project.file("fixtures/people.yml", PEOPLE)
    return project


@pytest.fixture(scope="session")
def pytest_8(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pytest 8, to stand before every other on the path."""
    folder = tmp_path_factory.mktemp("pytest-8")
    answer = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--target",
            folder,
            "pytest==8.3.*",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return folder


class TestPytest:
    """pytest itself."""

    @pytest.mark.parametrize("workers", [0, 2])
    def test_8(self, project: Project, pytest_8: Path, workers: int) -> None:
        """pytest 8.3 runs the same tests, alone and with workers."""
        more = ("-n", "2") if workers else ()
        env = {"PYTHONPATH": str(pytest_8)}
        assert "pytest 8.3" in project.passes("--version", env=env)
        said = project.passes(*more, "--strict-markers", "--strict-config", plugins=("xdist",) if more else (), env=env)
        assert "5 passed" in said

    def test_8_says_the_same_of_a_wrong_setting(self, project: Project, pytest_8: Path) -> None:
        """A wrong value is three lines and no traceback in pytest 8 too."""
        project.file("pytest.ini", "[pytest]\nnself_provider = sqlite\n")
        result = project.run(env={"PYTHONPATH": str(pytest_8)})
        assert result.returncode == 4
        assert "To fix: use existing or binaries or embedded or container" in result.stdout
        assert "Traceback" not in result.stdout

    @pytest.mark.parametrize("flags", [(), ("--strict-markers", "--strict-config"), ("-W", "error")])
    def test_strict(self, project: Project, flags: tuple[str, ...]) -> None:
        """Native `[tool.pytest]` with strict = true, strict flags, and warnings as errors: nothing is complained of."""
        (project.root / "pytest.ini").unlink()
        project.file(
            "pyproject.toml",
            """
            [tool.pytest]
            minversion = "9.0"
            strict = true
            nself_provider = "binaries"
            nself_postgres_settings = ["work_mem = 7MB", "maintenance_work_mem = 9MB"]
            nself_extensions = ["citext"]
            nself_lock_timeout = "3"
            nself_keep_failed = "false"
            """,
        )
        project.file(
            "test_settings.py",
            """
            def test_1(nself_db):
                show = [nself_db.execute(f"show {n}").fetchone()[0] for n in ("work_mem", "lock_timeout")]
                assert show == ["7MB", "3s"]
                nself_db.execute("select 'A'::citext")
            """,
        )
        assert "6 passed" in project.passes(*flags)

    def test_ini_options(self, project: Project) -> None:
        """`[tool.pytest.ini_options]`, where every value is a text."""
        (project.root / "pytest.ini").unlink()
        project.file(
            "pyproject.toml",
            """
            [tool.pytest.ini_options]
            nself_postgres_settings = "work_mem = 7MB"
            nself_extensions = "citext, hstore"
            nself_lock_timeout = "3"
            addopts = "--strict-markers --strict-config"
            """,
        )
        project.file(
            "test_settings.py",
            """
            def test_1(nself_db):
                assert nself_db.execute("show work_mem").fetchone() == ("7MB",)
                nself_db.execute("select 'A'::citext, 'a=>1'::hstore")
            """,
        )
        assert "6 passed" in project.passes()

    def test_a_key_that_nobody_knows(self, project: Project) -> None:
        """`[tool.nself]` names what was meant, with the line."""
        project.file("pyproject.toml", '[tool.nself]\nmigratons = "db"\n')
        result = project.run()
        assert result.returncode == 4
        assert "pyproject.toml:2: [tool.nself] has no key 'migratons'." in result.stdout
        assert "you may have meant migrations" in result.stdout


class TestPlugins:
    """Plugins that people have besides."""

    def test_as_installed(self, project: Project) -> None:
        """Found through its entry point, with every plugin of this environment loaded: xdist, randomly, django, …"""
        project.file("pytest.ini", "[pytest]\nasyncio_default_fixture_loop_scope = function\n")
        env = project.environment()
        del env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--strict-markers", "-W", "error"]
        result = subprocess.run(
            [*command, "-n", "2"], cwd=project.root, env=env, capture_output=True, text=True, check=False
        )
        assert "5 passed" in result.stdout, result.stdout
        for plugin in ("nself", "xdist", "randomly", "django", "asyncio", "anyio", "postgresql"):
            assert f"{plugin}-" in result.stdout
        alone = subprocess.run(command, cwd=project.root, env=env, capture_output=True, text=True, check=False)
        assert "5 passed" in alone.stdout, alone.stdout

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_randomly(self, project: Project, seed: int) -> None:
        """In any order."""
        assert "5 passed" in project.passes("-p", "randomly", "-p", "no:xdist", f"--randomly-seed={seed}")

    @pytest.mark.parametrize("mode", ["auto", "strict"])
    def test_asyncio(self, project: Project, mode: str) -> None:
        """nself_async_db under pytest-asyncio; each test may have a loop of its own."""
        mark = "" if mode == "auto" else "@pytest.mark.asyncio"
        project.file("pytest.ini", "[pytest]\nasyncio_default_fixture_loop_scope = function\n")
        project.file(
            "test_async.py",
            f"""
            import pytest
            @pytest.mark.parametrize("n", range(3))
            {mark}
            async def test_1(nself_async_db, n):
                cursor = await nself_async_db.execute("select count(*) from users")
                assert await cursor.fetchone() == (0,)
                await nself_async_db.execute("insert into users (name) values ('ada')")
                await nself_async_db.commit()
                async with nself_async_db.transaction():
                    await nself_async_db.execute("insert into users (name) values ('bob')")
            """,
        )
        said = project.passes(f"--asyncio-mode={mode}", "-W", "error", plugins=("asyncio",))
        assert "8 passed" in said

    def test_anyio(self, project: Project) -> None:
        """Under anyio: on asyncio it works, on trio the error says what to do."""
        project.file(
            "test_async.py",
            """
            import pytest
            @pytest.mark.anyio
            @pytest.mark.parametrize("anyio_backend", ["asyncio"])
            async def test_works(nself_async_db, anyio_backend):
                await nself_async_db.execute("insert into users (name) values ('ada')")
                await nself_async_db.commit()

            @pytest.mark.anyio
            @pytest.mark.parametrize("anyio_backend", ["trio", ("trio", {})], ids=["trio", "options"])
            async def test_trio(nself_async_db, anyio_backend):
                pass
            """,
        )
        said = project.fails(plugins=("anyio",))
        assert "6 passed" in said
        assert "2 errors" in said
        assert "nself_async_db does not work under trio." in said
        assert "anyio_backend = 'asyncio'" in said

    def test_django_without_settings(self, project: Project) -> None:
        """pytest-django is installed and the project has no Django: it does not matter."""
        assert "5 passed" in project.passes("-W", "error", plugins=("pytest_django.plugin",))

    def test_pytest_postgresql(self, project: Project) -> None:
        """pytest-postgresql's fixtures and options stand beside ours; its own variables are not ours."""
        said = project.passes("--fixtures", plugins=("pytest_postgresql.plugin",))
        assert "postgresql_proc" in said
        assert "nself_db" in said
        assert "5 passed" in project.passes("-W", "error", plugins=("pytest_postgresql.plugin",))


class TestPytester:
    """Runs inside a run: what a plugin's own tests do."""

    INNER = """
    pytest_plugins = ["pytester"]
    INNER = '''
    import os, psycopg
    def test_1(nself_db, nself_database):
        assert nself_db.execute("select to_regclass('users')").fetchone() == (None,)
        with psycopg.connect(os.environ["DATABASE_URL"]) as app:
            assert app.info.dbname == nself_database.dsn.dbname
    '''
    def test_outer_before(nself_database):
        with nself_database.connect() as connection:
            connection.execute("insert into users (name) values ('ada')")
    def test_inner(pytester, nself_db, nself_database):
        import os
        before = dict(os.environ)
        nself_db.execute("insert into users (name) values ('ada')")
        pytester.makepyfile(INNER)
        result = getattr(pytester, HOW)("-p", "pytest_nself.plugin", "-p", "no:cacheprovider")
        result.assert_outcomes(passed=1)
        changed = {n for n in {*before, *os.environ} if before.get(n) != os.environ.get(n)}
        assert changed <= {"PYTEST_CURRENT_TEST"}
        assert nself_db.execute("select count(*) from users").fetchone() == (1,)
        assert os.environ["DATABASE_URL"] == nself_database.dsn.url()
    def test_outer_after(nself_database):
        with nself_database.connect() as connection:
            assert connection.execute("select count(*) from users").fetchone() == (0,)
    """

    @pytest.mark.parametrize("how", ["runpytest_inprocess", "runpytest_subprocess"])
    @pytest.mark.parametrize("workers", [0, 2])
    def test_inner_runs(self, project: Project, how: str, workers: int) -> None:
        """A run inside a test has a server of its own, and leaves the outer one's databases and variables alone."""
        project.file("conftest.py", "")
        project.file("test_it.py", self.INNER.replace("HOW", repr(how)))
        more = ("-n", str(workers)) if workers else ()
        said = project.passes(*more, plugins=("xdist",) if workers else ())
        assert "3 passed" in said


def test_the_environment_of_these_tests() -> None:
    """This file's claims are about pytest 9 where nothing else is said."""
    assert int(pytest.__version__.split(".")[0]) >= 9
    assert os.environ.get("PYTEST_CURRENT_TEST")
