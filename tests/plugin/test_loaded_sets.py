"""Fixture sets are loaded where the test works, and what is wrong with one is told in three lines."""

from __future__ import annotations

import pytest

from .conftest import Project


@pytest.fixture
def with_sets(project: Project) -> Project:
    """A project with a fixture set of two users."""
    project.file("fixtures/pair.yml", "tables:\n  users:\n    ada: {name: Ada}\n    bob: {name: Bob}\n")
    return project


def test_where_the_test_works(with_sets: Project) -> None:
    """A marker's set is in the rolled-back transaction, in the committed database, or in the clone."""
    with_sets.file(
        "test_it.py",
        """
        import pytest
        pytestmark = pytest.mark.nself_fixtures("pair")

        def count(connection):
            return connection.execute("select count(*) from users").fetchone()

        def test_rolled_back(nself_db):
            nself_db.rollback()
            assert count(nself_db) == (2,)

        def test_committed(nself_database):
            with nself_database.connect() as connection:
                assert count(connection) == (2,)

        def test_clone(nself_clone, nself_fixtures):
            with nself_clone.connect() as connection:
                assert count(connection) == (2,)
            assert nself_fixtures["users.ada"].name == "Ada"

        def test_async(nself_async_db):
            import asyncio
            async def body():
                return await (await nself_async_db.execute("select count(*) from users")).fetchone()
            assert asyncio.run(body()) == (2,)

        @pytest.mark.nself_rollback(False)
        def test_by_marker(nself_db):
            assert count(nself_db) == (2,)

        def test_only_marked():
            pass
        """,
    )
    assert "6 passed" in with_sets.passes()


def test_an_unmet_expectation_is_a_warning(with_sets: Project) -> None:
    """A test with a set whose `expect:` is otherwise runs, with a warning that has file and line; others get none."""
    with_sets.file("fixtures/more.yml", "extends: pair\ntables: {users: {eve: {name: Eve}}}\nexpect: {users: 4}\n")
    with_sets.file(
        "test_it.py",
        """
        import warnings
        import pytest
        from pytest_nself import NselfWarning

        @pytest.mark.nself_fixtures("more")
        @pytest.mark.parametrize("time", [1, 2])
        def test_marked(nself_db, time):
            assert nself_db.execute("select count(*) from users").fetchone() == (3,)

        def test_loaded(nself_fixtures):
            with warnings.catch_warnings(record=True) as told:
                nself_fixtures.load("more")
                nself_fixtures.load("pair")
            assert [one.category for one in told] == [NselfWarning]
            assert told[0].filename.endswith("more.yml")
            assert told[0].lineno == 3
            assert 'The fixture set "more" expects 4 rows in users and found 3.' in str(told[0].message)
            assert nself_fixtures["users.eve"].name == "Eve"

        @pytest.mark.nself_fixtures("pair")
        def test_other(nself_db):
            pass
        """,
    )
    said = with_sets.passes()
    assert "4 passed" in said
    assert "2 warnings" in said
    assert "more.yml:3" in said


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ('"pear"', "pair"),
        ("", "The marker nself_fixtures names no set."),
        ('"broken"', "broken.yml:3:27"),
    ],
)
def test_what_is_wrong_is_short(with_sets: Project, marker: str, told: str) -> None:
    """An unknown set, no set, and a set that PostgreSQL refuses: the message, and no frames of ours."""
    with_sets.file("fixtures/broken.yml", "tables:\n  users:\n    ada: {name: Ada, age: 7}\n")
    with_sets.file(
        "test_it.py", f"import pytest\n@pytest.mark.nself_fixtures({marker})\ndef test_1(nself_db):\n    pass\n"
    )
    said = with_sets.fails()
    assert told in said
    assert "site-packages" not in said
    assert len(said.splitlines()) < 25


def test_a_failed_test_is_told_of_the_other_database(project: Project) -> None:
    """When the app was at the committed database and the test, which used nself_db, failed, the report says why."""
    project.file(
        "test_it.py",
        """
        import os, psycopg
        def test_1(nself_db):
            nself_db.execute("insert into users (name) values ('ada')")
            nself_db.commit()
            with psycopg.connect(os.environ["DATABASE_URL"]) as app:
                assert app.execute("select name from users").fetchall() == [("ada",)]

        def test_2(nself_db):
            assert False
        """,
    )
    said = project.fails("-p", "no:randomly")
    first, second = said.split("_ test_2 _")
    assert "nself: two databases" in first
    assert "take nself_database instead of nself_db" in first
    assert "two databases" not in second


def test_no_migrations_is_said_where_a_table_is_missing(project: Project) -> None:
    """Without a migrations folder, an unknown table brings the list of places that were looked at."""
    (project.root / "migrations/001_users.sql").unlink()
    (project.root / "migrations").rmdir()
    project.file("test_it.py", "def test_1(nself_db):\n    nself_db.execute('select * from users')\n")
    said = project.fails()
    assert "nself: no migrations" in said
    assert "hasura/migrations/default" in said


def test_an_app_that_finds_no_address_is_told_why(project: Project) -> None:
    """Where no server can be had, an app that reads DATABASE_URL at import gets the reason beside its KeyError."""
    project.file("app.py", "import os\nURL = os.environ['DATABASE_URL']\n")
    project.file("test_it.py", "import app\ndef test_1(nself_db):\n    pass\n")
    nowhere = {"DOCKER_HOST": "unix:///nowhere.sock"}
    assert "There is no PostgreSQL server" in project.run("--nself-provider=container", env=nowhere).stdout
    project.file("conftest.py", "import app\n")
    assert "There is no PostgreSQL server" in project.run("--nself-provider=container", env=nowhere).stdout
