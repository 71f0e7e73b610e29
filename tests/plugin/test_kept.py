"""What is kept at the user's wish: a warm server between runs, and the databases of failed tests."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from .conftest import Project, nself
from .test_survival import until

COUNT = """
import os, psycopg, pytest

@pytest.mark.parametrize("n", range(3))
def test_rollback(nself_db, n):
    assert nself_db.execute("select count(*) from users").fetchone() == (0,)
    nself_db.execute("insert into users (name) values ('ada')")

@pytest.mark.parametrize("n", range(3))
def test_committed(nself_database, nself_server, n):
    with psycopg.connect(os.environ["DATABASE_URL"]) as app:
        assert app.execute("select count(*) from users").fetchone() == (0,)
        app.execute("insert into users (name) values ('ada')")
    with open("pids", "a") as file:
        file.write(f"{nself_server.pid}\\n")
"""


@pytest.fixture
def own_project(project: Project) -> Iterator[Project]:
    """A project whose servers are ended after the test."""
    # Not below pytest's own temporary folder: other runs of pytest close that to the server's user.
    data = Path(tempfile.mkdtemp(prefix="kept-"))
    data.chmod(0o711)
    project.file("pytest.ini", f"[pytest]\nnself_data_root = {data}\n")
    yield project
    nself(project, "db", "test-server", "stop")
    shutil.rmtree(data, ignore_errors=True)


class TestWarmServer:
    """`nself_reuse` and `nself db test-server`."""

    def test_runs_share_it(self, own_project: Project) -> None:
        """Two runs, one of them with workers, work on one server and leave no database behind."""
        own_project.file("test_it.py", COUNT)
        own_project.passes("--nself-reuse")
        own_project.passes("--nself-reuse", "-n", "2", plugins=("xdist",))
        assert len(set((own_project.root / "pids").read_text().split())) == 1
        status = nself(own_project, "db", "test-server", "status", "--json")
        assert '"what": "test server"' in status.stdout

    def test_a_changed_migration_replaces_it(self, own_project: Project) -> None:
        """The kept server never serves an old schema."""
        own_project.file("test_it.py", COUNT)
        own_project.passes("--nself-reuse")
        own_project.file("migrations/002_more.sql", "alter table users add column age int;\n")
        own_project.file("test_it.py", "def test_1(nself_db):\n    nself_db.execute('select age from users')\n")
        own_project.passes("--nself-reuse")

    def test_start_and_stop_by_hand(self, own_project: Project) -> None:
        """`start` makes it ready, a run joins it, `stop` ends it."""
        own_project.file("test_it.py", COUNT)
        started = nself(own_project, "db", "test-server", "start")
        assert started.returncode == 0, started.stderr
        assert "is ready" in started.stdout
        assert "cached data folder" in own_project.passes("--nself-reuse")
        assert "stopped the test server" in nself(own_project, "db", "test-server", "stop").stdout
        assert "no test server" in nself(own_project, "db", "test-server", "status").stdout

    def test_a_server_of_somebody_else_is_not_ours_to_keep(self, project: Project) -> None:
        """With the provider `existing` the setting is refused, with the way out."""
        project.file("test_it.py", COUNT)
        result = project.run(
            "--nself-reuse", "--nself-dsn", "postgresql://a@127.0.0.1:1/b", "--nself-provider=existing"
        )
        assert result.returncode == 4
        assert "cannot be kept" in result.stdout


class TestFailedDatabases:
    """`--nself-keep-failed`."""

    def test_what_the_failed_tests_saw_is_there(self, own_project: Project) -> None:
        """Each failed test's rows can be seen through the printed psql line, while passing tests keep nothing."""
        own_project.file(
            "test_it.py",
            """
            import psycopg
            def test_rollback(nself_db):
                nself_db.execute("insert into users (name) values ('rolled back')")
                assert not nself_db.execute("select 1").fetchone()

            def test_aborted(nself_db):
                nself_db.execute("insert into users (name) values ('before the error')")
                nself_db.commit()
                nself_db.execute("select no_such_column")

            def test_committed(nself_database):
                with nself_database.connect() as connection:
                    connection.execute("insert into users (name) values ('committed')")
                assert False

            def test_clone(nself_clone):
                with nself_clone.connect() as connection:
                    connection.execute("insert into users (name) values ('cloned')")
                assert False

            def test_fine(nself_db, nself_database):
                assert nself_db.execute("select count(*) from users").fetchone() == (0,)
                with nself_database.connect() as connection:
                    assert connection.execute("select count(*) from users").fetchone() == (0,)
            """,
        )
        said = own_project.fails("--nself-keep-failed")
        assert "4 failed, 1 passed" in said
        assert "select no_such_column" in said
        lines = [line.split(None, 1)[1] for line in said.splitlines() if line.strip().startswith("psql ")]
        urls = [shlex.split(line)[0] for line in lines]
        assert len(urls) == 4
        found = []
        for url in urls:
            with psycopg.connect(url) as connection:
                found += [row[0] for row in connection.execute("select name from users").fetchall()]
        assert sorted(found) == ["before the error", "cloned", "committed", "rolled back"]
        assert "failed tests" in nself(own_project, "db", "test-server", "stop").stdout

    def test_nothing_is_kept_when_all_pass(self, own_project: Project) -> None:
        """The flag costs a passing run nothing: no server stays."""
        own_project.file("test_it.py", COUNT)
        own_project.passes("--nself-keep-failed")
        root = (own_project.root / "pytest.ini").read_text().split("= ")[1].strip()
        assert until(lambda: not list(Path(root).glob("nself-*/run-*")))


def test_a_failed_test_shows_its_last_sql_and_the_servers_log(project: Project) -> None:
    """The report of a failed test has its last statement, also after an error, and what the server logged meanwhile."""
    project.file(
        "test_it.py",
        """
        def test_before(nself_db):
            nself_db.execute("do $$ begin raise warning 'not of this test'; end $$")

        def test_1(nself_db):
            nself_db.execute("do $$ begin raise warning 'look here'; end $$")
            nself_db.execute("select 1 / 0 as boom")

        def test_2(nself_db):
            nself_db.execute("select 42 as answer")
            assert False
        """,
    )
    said = project.fails("-p", "no:randomly")
    first, second = said.split("test_2")[0], said.split("test_2", 1)[1]
    assert "nself: last SQL" in first
    assert "select 1 / 0 as boom" in first
    assert "look here" in first
    assert "not of this test" not in said
    assert "select 42 as answer" in second


def test_a_hook_on_the_template_and_a_warm_server(own_project: Project) -> None:
    """What pytest_nself_template_ready put into the template is there once in every run, also with a warm server."""
    own_project.file(
        "conftest.py",
        """
        def pytest_nself_template_ready(database):
            with database.connect() as connection:
                connection.execute("insert into users (name) values ('of the hook')")
        """,
    )
    own_project.file(
        "test_it.py",
        "def test_1(nself_db):\n    assert nself_db.execute('select count(*) from users').fetchone() == (1,)\n",
    )
    own_project.passes("--nself-reuse")
    own_project.passes("--nself-reuse")
