"""What a failed test tells its author."""

from __future__ import annotations

from .conftest import Project


def test_a_lock_timeout_names_who_holds_the_lock(project: Project) -> None:
    """A test that waits too long for a lock shows the blocker's pid, its locks and its query."""
    project.file("pytest.ini", "[pytest]\nnself_lock_timeout = 0.2\n")
    project.file(
        "test_it.py",
        """
        def test_1(nself_database):
            first, second = nself_database.connect(), nself_database.connect()
            first.execute("lock table users in access exclusive mode")
            pid = first.info.backend_pid
            print("BLOCKER", pid)
            second.execute("select count(*) from users")
        """,
    )
    said = project.fails("-W", "ignore")
    pid = next(line.split()[1] for line in said.splitlines() if line.startswith("BLOCKER"))
    section = said.split("nself: who holds locks")[1]
    assert f"pid {pid}, idle in transaction, holds AccessExclusiveLock on users: lock table users" in section


def test_connecting_while_imported_says_how(project: Project) -> None:
    """An app that connects at import, from a conftest or a test module, is told of nself_start = early."""
    project.file("app.py", "import os, psycopg\nconnection = psycopg.connect(os.environ['DATABASE_URL'])\n")
    project.file("test_it.py", "import app\ndef test_1(nself_db):\n    pass\n")
    said = project.run().stdout
    assert "nself_start = early" in said
    assert "1 error" in said
    project.file("conftest.py", "import app\n")
    assert "nself_start = early" in project.run().stdout
    assert "1 passed" in project.passes("--nself-start=early")


def test_a_clone_takes_the_roles_of_its_test_along(project: Project) -> None:
    """A role that a test made in its clone is gone in the next test; clones made ahead are as fresh as others."""
    project.file(
        "test_it.py",
        """
        import pytest
        @pytest.mark.parametrize("n", range(4))
        def test_1(nself_clone, n):
            with nself_clone.connect() as connection:
                assert connection.execute("select count(*) from users").fetchone() == (0,)
                connection.execute("create role visitor login")
                connection.execute("grant select on users to visitor")
                connection.execute("alter table users add column age int")
        """,
    )
    assert "4 passed" in project.passes()


def test_the_same_error_is_told_once(project: Project) -> None:
    """When no server can be had, the first test says why and what to do, the others only that."""
    project.file(
        "test_it.py",
        "import pytest\n@pytest.mark.parametrize('n', range(3))\ndef test_1(nself_db, n):\n    pass\n",
    )
    said = project.run("--nself-provider=container", env={"DOCKER_HOST": "unix:///nowhere.sock"}).stdout
    assert "3 errors" in said
    assert said.count("No database for this test") >= 2
