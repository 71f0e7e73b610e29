"""Tests with the same fixture sets share the rows, loaded once, and see nothing of each other."""

from __future__ import annotations

import pytest

from .conftest import Project, nself

# The number that a sequence gave last tells how often a set was loaded: no rollback gives it back.
SCHEMA = """
-- UP
create table orgs (id uuid primary key, name text not null);
create table users (
    id bigint generated always as identity primary key, org_id uuid references orgs, name text not null unique,
    tags text[], settings jsonb, at timestamptz not null default now()
);
create table posts (id int primary key, author bigint not null references users, reviewer_id bigint references users,
    title text not null);
create table notes (body text);
create sequence loads;
-- DOWN
drop table notes, posts, users, orgs; drop sequence loads;
"""
BASE = """
tables:
  orgs:
    acme: {name: Acme}
  users:
    _defaults: {org: $orgs.acme}
    alice: {name: Alice, tags: [a, b], settings: {theme: dark}}
    bob: {name: Bob}
  notes:
    - {body: !sql "'load ' || nextval('loads')"}
"""
MORE = """
extends: [base]
tables:
  posts:
    hello: {id: 1, author: $users.alice, reviewer: $users.bob, title: Hello}
    lost: {id: 2, author: $users.bob, title: Lost}
"""
LOADS = 'def loads(db):\n    return db.execute("select last_value, is_called from loads").fetchone()\n'


@pytest.fixture
def with_sets(project: Project) -> Project:
    """Tables, the set `base`, and `more`, which extends it."""
    project.file("migrations/001_users.sql", SCHEMA)
    project.file("fixtures/base.yml", BASE)
    project.file("fixtures/more.yml", MORE)
    project.file("helpers.py", LOADS)
    return project


def test_loaded_once(with_sets: Project) -> None:
    """Tests with a set, with one that extends it, and with a fixture that loads it, share one load."""
    with_sets.file(
        "test_it.py",
        """
        import pytest
        from helpers import loads

        base = pytest.mark.nself_fixtures("base")

        @pytest.fixture
        def loaded(nself_fixtures):
            return nself_fixtures.load("base")

        @base
        @pytest.mark.parametrize("number", range(5))
        def test_base(nself_db, nself_fixtures, number):
            assert nself_db.execute("select name from users order by name").fetchall() == [("Alice",), ("Bob",)]
            nself_db.execute("delete from users")
            nself_db.execute("insert into users (name) values ('Left')")
            nself_db.commit()
            assert loads(nself_db) == (1, True)

        @pytest.mark.nself_fixtures("more")
        def test_more(nself_db, nself_fixtures):
            assert nself_fixtures["posts.hello"].author == nself_fixtures["users.alice"].id
            assert nself_db.execute("select count(*) from posts").fetchone() == (2,)
            assert loads(nself_db) == (1, True)

        def test_by_a_fixture(loaded, nself_db):
            assert [user.name for user in loaded["users"]] == ["Alice", "Bob"]
            assert loads(nself_db) == (1, True)

        def test_both(loaded, nself_db):
            assert loaded.load("more", "base")["posts.hello"].title == "Hello"
            assert nself_db.execute("select count(*) from users").fetchone() == (2,)
            assert loads(nself_db) == (1, True)

        def test_async(nself_async_db, loaded):
            import asyncio
            async def body():
                return await (await nself_async_db.execute("select count(*) from users")).fetchone()
            assert asyncio.run(body()) == (2,)
        """,
    )
    assert "9 passed" in with_sets.passes("-p", "no:randomly")


@pytest.mark.parametrize("how", ["share=False", "nself_outer_max_age = 0"])
def test_not_shared(with_sets: Project, how: str) -> None:
    """With share=False, or without any age, each test has a transaction of its own, and its own now()."""
    mark = "share=False" if how == "share=False" else ""
    if not mark:
        with_sets.file("pytest.ini", f"[pytest]\n{how}\n")
    with_sets.file(
        "test_it.py",
        f"""
        import datetime
        import pytest
        from helpers import loads

        pytestmark = pytest.mark.nself_fixtures("base", {mark})

        @pytest.mark.parametrize("number", [1, 2, 3])
        def test_1(nself_db, number):
            assert loads(nself_db) == (number, True)
            assert nself_db.execute("select count(*) from users where at = now()").fetchone() == (2,)
            nself_db.rollback()
            assert nself_db.execute("select count(*) from users where at = now()").fetchone() == (2,)
        """,
    )
    assert "3 passed" in with_sets.passes("-p", "no:randomly")


def test_nothing_is_left(with_sets: Project) -> None:
    """What the test before did to rows, settings, roles, locks, temporary tables or objects in Python is gone."""
    with_sets.file(
        "test_it.py",
        """
        import psycopg
        import pytest
        from helpers import loads

        pytestmark = pytest.mark.nself_fixtures("base")

        @pytest.mark.parametrize("number", range(4))
        def test_1(nself_db, nself_fixtures, number):
            alice = nself_fixtures["users.alice"]
            assert (alice.tags, alice.settings) == (["a", "b"], {"theme": "dark"})
            alice.tags.append("left")
            alice.settings["left"] = True
            seen = nself_db.execute(
                "select current_user = session_user, coalesce(current_setting('app.x', true), ''),"
                " to_regclass('made'), (select count(*) from pg_cursors where name = 'c'),"
                " (select count(*) from pg_prepared_statements where name = 'p'),"
                " (select count(*) from pg_locks where locktype = 'advisory'), (select count(*) from users)"
            ).fetchone()
            assert seen == (True, "", None, 0, 0, 0, 2)
            with pytest.raises(psycopg.Error):
                nself_db.execute("select lastval()")
            nself_db.rollback()
            nself_db.row_factory = psycopg.rows.dict_row
            for statement in (
                "set app.x = 'left'", "create temp table made (id int)", "declare c cursor for select 1",
                "prepare p as select 1", "select pg_advisory_xact_lock(1), pg_advisory_lock(2)",
                "delete from users where name = 'Bob'", "set role pg_monitor",
            ):
                nself_db.execute(statement)
            if number % 2:
                nself_db.commit()

        def test_2(nself_db):
            assert loads(nself_db) == (1, True)
        """,
    )
    assert "5 passed" in with_sets.passes("-p", "no:randomly")


def test_a_test_that_breaks_it(with_sets: Project) -> None:
    """A test that ends the shared transaction fails; the next one has the rows, loaded anew, and nothing else."""
    with_sets.file(
        "test_it.py",
        """
        import pytest
        pytestmark = pytest.mark.nself_fixtures("base")

        def test_1(nself_db):
            nself_db.execute("insert into users (name) values ('Left')")
            nself_db.pgconn.exec_(b"commit")

        def test_2(nself_db):
            assert nself_db.execute("select name from users order by name").fetchall() == [("Alice",), ("Bob",)]

        def test_3(nself_db):
            nself_db.execute("select pg_terminate_backend(pg_backend_pid())")

        def test_4(nself_db):
            assert nself_db.execute("select name from users order by name").fetchall() == [("Alice",), ("Bob",)]

        def test_5(nself_db):
            nself_db.pgconn.send_query(b"select pg_sleep(60)")

        def test_6(nself_db):
            assert nself_db.execute("select name from users order by name").fetchall() == [("Alice",), ("Bob",)]
        """,
    )
    said = with_sets.fails("-p", "no:randomly")
    assert "1 failed, 5 passed, 1 error" in said


def test_as_a_role(with_sets: Project) -> None:
    """Rows of every tenant are there, and the test acts as its role, in each of the tests that share them."""
    with_sets.file("pytest.ini", "[pytest]\nnself_role = app\n")
    with_sets.file(
        "migrations/002_role.sql",
        """
        -- UP
        grant select, insert, update, delete on orgs, users, posts, notes to app;
        grant select on sequence loads to app;
        alter table users enable row level security;
        create policy own on users using (name = current_setting('app.name', true));
        -- DOWN
        drop policy own on users;
        alter table users disable row level security;
        """,
    )
    with_sets.file(
        "test_it.py",
        """
        import pytest
        from helpers import loads
        pytestmark = pytest.mark.nself_fixtures("base")

        @pytest.mark.parametrize("number", range(3))
        def test_1(nself_db, nself_fixtures, number):
            assert nself_db.execute("select session_user::text, current_user::text").fetchone() == ("app", "app")
            assert nself_db.execute("select name from users").fetchall() == []
            nself_db.execute("set app.name = 'Alice'")
            assert nself_db.execute("select name from users").fetchall() == [("Alice",)]
            assert nself_fixtures["users.bob"].name == "Bob"
            assert loads(nself_db) == (1, True)
            assert nself_fixtures.ref("users.bob").org.name == "Acme"
            assert nself_fixtures.refresh()["users.bob"].name == "Bob"
            assert nself_db.execute("select current_user::text").fetchone() == ("app",)
        """,
    )
    assert "3 passed" in with_sets.passes("-p", "no:randomly")


PLACES = pytest.mark.parametrize("place", ["nself_db", "nself_database", "nself_clone"])


@PLACES
def test_keys_are_followed(with_sets: Project, place: str) -> None:
    """ref() leads from a row along its keys, wherever the rows are: to labelled rows, and to others."""
    with_sets.file(
        "test_it.py",
        f"""
        import pytest
        from pytest_nself import FixtureError
        pytestmark = pytest.mark.nself_fixtures("more")

        def test_1({place}, nself_fixtures):
            sets = nself_fixtures
            hello = sets.ref("posts.hello")
            assert hello.author == sets["users.alice"]
            assert hello["author"] == sets["users.alice"].id
            assert (hello.author.name, hello.author.org.name, hello.title) == ("Alice", "Acme", "Hello")
            assert hello.reviewer.name == "Bob"
            assert hello.reviewer_id == sets["users.bob"].id
            assert hello.posts_reviewer_id_fkey.name == "Bob"
            assert sets.ref("posts.lost").reviewer is None
            with pytest.raises(FixtureError, match="reviewer"):
                hello.reviewr
            with pytest.raises(AttributeError):
                hello.title = "x"
            with pytest.raises(FixtureError, match="is a table"):
                sets.ref("posts")
            with pytest.raises(KeyError):
                sets.ref("posts.helo")
        """,
    )
    assert "1 passed" in with_sets.passes()


@PLACES
def test_rows_are_read_again(with_sets: Project, place: str) -> None:
    """refresh() shows what the test has made of the rows; without it they are as they were loaded."""
    with_sets.file(
        "test_it.py",
        f"""
        import contextlib
        import pytest
        from pytest_nself import FixtureError
        pytestmark = pytest.mark.nself_fixtures("more")

        def test_1({place}, nself_fixtures):
            with contextlib.nullcontext({place}) if "{place}" == "nself_db" else {place}.connect() as db:
                db.execute("update users set name = 'Alicia' where name = 'Alice'")
                db.execute("delete from posts where title = 'Lost'")
                db.commit() if "{place}" != "nself_db" else None
                assert nself_fixtures["users.alice"].name == "Alice"
                nself_fixtures.refresh()
                assert nself_fixtures["users.alice"].name == "Alicia"
                assert [post.title for post in nself_fixtures["posts"]] == ["Hello"]
                assert nself_fixtures["notes"][0].body.startswith("load ")
                with pytest.raises(FixtureError):
                    nself_fixtures["posts.lost"]
                db.rollback()
                assert nself_fixtures.refresh()["users.alice"].name == (
                    "Alice" if "{place}" == "nself_db" else "Alicia"
                )
        """,
    )
    assert "1 passed" in with_sets.passes()


def test_wrong_names_are_told_in_short(with_sets: Project) -> None:
    """A label, a key or a table that there is none of: the line of the test and what was meant, no frames of ours."""
    with_sets.file(
        "test_it.py",
        """
        import pytest
        pytestmark = pytest.mark.nself_fixtures("more")

        def test_1(nself_fixtures):
            nself_fixtures["users.alise"]

        def test_2(nself_fixtures):
            nself_fixtures.ref("posts.hello").auhtor

        def test_3(nself_db, nself_fixtures):
            nself_fixtures.refresh()
            assert False
        """,
    )
    said = with_sets.fails("-p", "no:randomly")
    assert 'Did you mean "users.alice"' in said
    assert 'Did you mean "author"' in said
    assert "pytest_nself/" not in said
    assert "last SQL" not in said


def test_a_row_that_is_gone(with_sets: Project) -> None:
    """A key that leads to a row which the test has deleted is told."""
    with_sets.file(
        "fixtures/sql.sql",
        "insert into users (name) overriding system value values ('Cid');\n",
    )
    with_sets.file("fixtures/late.yml", "tables:\n  posts:\n    one: {id: 7, author: '$users[name=Cid]', title: One}\n")
    with_sets.file(
        "test_it.py",
        """
        import pytest
        from pytest_nself import FixtureError

        @pytest.mark.nself_fixtures("sql", "late")
        def test_1(nself_db, nself_fixtures):
            assert nself_fixtures.ref("posts.one").author.name == "Cid"
            nself_db.execute("alter table posts drop constraint posts_author_fkey")
            nself_db.execute("delete from users")
            with pytest.raises(FixtureError, match="not there"):
                nself_fixtures.ref("posts.one").author
        """,
    )
    assert "1 passed" in with_sets.passes()


def test_a_test_changed_the_tables(with_sets: Project) -> None:
    """A set that a test loads after it has changed the tables is loaded into what they are then, and for it alone."""
    with_sets.file("fixtures/aged.yml", "tables:\n  users:\n    old: {name: Old, age: 90}\n")
    with_sets.file(
        "test_it.py",
        """
        import pytest
        from pytest_nself import FixtureError

        @pytest.mark.parametrize("number", [1, 2])
        def test_1(nself_db, nself_fixtures, number):
            if number == 1:
                nself_fixtures.load("base")
            nself_db.execute("alter table users add column age int")
            assert nself_fixtures.load("aged")["users.old"].age == 90

        def test_2(nself_clone, nself_fixtures):
            with nself_clone.connect() as db:
                db.execute("alter table users add column age int")
            assert nself_fixtures.load("aged")["users.old"].age == 90

        @pytest.mark.nself_fixtures("base")
        def test_3(nself_db, nself_fixtures):
            with pytest.raises(FixtureError, match="age"):
                nself_fixtures.load("aged")
        """,
    )
    assert "4 passed" in with_sets.passes("-p", "no:randomly")


def test_a_set_that_makes_tables(with_sets: Project) -> None:
    """Tables that a `.sql` set makes take the rows of sets behind it, and are gone with the set."""
    with_sets.file("fixtures/made.sql", "create table made (id int primary key, note text);\n")
    with_sets.file("fixtures/in-made.yml", "extends: [made]\ntables:\n  made:\n    one: {id: 1, note: One}\n")
    with_sets.file(
        "test_it.py",
        """
        import pytest

        @pytest.mark.nself_fixtures("in-made")
        @pytest.mark.parametrize("number", [1, 2])
        def test_1(nself_db, nself_fixtures, number):
            assert nself_fixtures["made.one"].note == "One"
            nself_db.execute("delete from made")
            assert nself_fixtures.refresh()["made"] == ()

        def test_2(nself_db):
            assert nself_db.execute("select to_regclass('made')").fetchone() == (None,)
        """,
    )
    assert "3 passed" in with_sets.passes("-p", "no:randomly")


def test_a_look_from_outside_waits_for_nothing(with_sets: Project) -> None:
    """Checks that are collected as tests, and an app at the committed database, do not wait for the shared rows."""
    with_sets.file("pytest.ini", "[pytest]\nnself_checks = fk_index rls\nnself_lock_timeout = 2\n")
    with_sets.file(
        "test_it.py",
        """
        import os, psycopg, pytest

        @pytest.mark.nself_fixtures("base")
        def test_1(nself_db):
            nself_db.execute("delete from notes")

        def test_2(nself_database):
            with nself_database.connect() as db:
                db.execute("insert into orgs values (gen_random_uuid(), 'App')")

        @pytest.mark.nself_fixtures("base")
        def test_3(nself_audit, nself_fixtures):
            nself_audit("fk-without-index")

        @pytest.mark.nself_fixtures("base")
        def test_4(nself_db):
            with psycopg.connect(os.environ["DATABASE_URL"]) as app:
                assert app.execute("select count(*) from orgs").fetchone() == (0,)
        """,
    )
    said = with_sets.run("-p", "no:randomly").stdout
    assert "test_it.py" not in said
    assert "lock" not in said.lower()


def test_a_failure_about_time(with_sets: Project) -> None:
    """A failed test whose now() was older than it is told so; one that fails over something else is not."""
    with_sets.file(
        "test_it.py",
        """
        import datetime, time
        import pytest
        pytestmark = pytest.mark.nself_fixtures("base")

        def test_1(nself_db):
            time.sleep(0.1)

        def test_2(nself_db):
            start = datetime.datetime.now(datetime.timezone.utc)
            assert nself_db.execute("select now()").fetchone()[0] >= start

        def test_3(nself_db):
            assert nself_db.execute("select 1").fetchone() == (2,)
        """,
    )
    said = with_sets.fails("-p", "no:randomly")
    second, third = said.split("_ test_2 _")[1].split("_ test_3 _")
    assert "ms old when this test began" in second
    assert "ms old" not in third


def test_in_workers(with_sets: Project) -> None:
    """Under xdist each worker loads for itself."""
    with_sets.file(
        "test_it.py",
        """
        import pytest
        from helpers import loads

        @pytest.mark.nself_fixtures("base")
        @pytest.mark.parametrize("number", range(20))
        def test_1(nself_db, number):
            nself_db.execute("insert into users (name) values ('Left')")
            assert loads(nself_db) == (1, True)
        """,
    )
    assert "20 passed" in with_sets.passes("-n", "2", plugins=("xdist", "xdist.looponfail"))


def test_a_kept_database(with_sets: Project) -> None:
    """The database of a failed test is kept with the rows it shared."""
    with_sets.file(
        "test_it.py",
        """
        import pytest
        pytestmark = pytest.mark.nself_fixtures("base")

        def test_1(nself_db):
            pass

        def test_2(nself_db, request):
            nself_db.execute("insert into users (name) values ('Mine')")
            assert False

        def test_3(nself_db, nself_server):
            assert nself_db.execute("select count(*) from users").fetchone() == (2,)
            with nself_server.connect("nself_main_rollback") as kept:
                names = kept.execute("select name from users order by name").fetchall()
            assert names == [("Alice",), ("Bob",), ("Mine",)]
        """,
    )
    try:
        said = with_sets.fails("--nself-keep-failed", "-p", "no:randomly")
    finally:
        nself(with_sets, "db", "test-server", "stop")
    assert "1 failed, 2 passed" in said


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ("7", "names 7, which is no text"),
        ('"base", shared=False', "has no argument shared"),
        ('"basse"', "base"),
        ('"circle"', "in a circle"),
    ],
)
def test_what_a_marker_cannot_say(with_sets: Project, marker: str, told: str) -> None:
    """A marker with something else than names of sets, or with an unknown name, fails its tests in three lines."""
    with_sets.file("fixtures/circle.yml", "extends: [circle2]\ntables: {notes: [{body: a}]}\n")
    with_sets.file("fixtures/circle2.yml", "extends: [circle]\ntables: {notes: [{body: a}]}\n")
    with_sets.file(
        "test_it.py",
        f"import pytest\n@pytest.mark.nself_fixtures({marker})\ndef test_1(nself_db):\n    pass\n"
        "@pytest.mark.nself_fixtures('base')\ndef test_2(nself_db):\n    pass\n",
    )
    said = with_sets.fails()
    assert told in said
    assert "1 passed, 1 error" in said
    assert "site-packages" not in said
