"""`nself_make` and factories put valid rows where the test works."""

from __future__ import annotations

import pytest

from .conftest import Project

SCHEMA = """
-- UP
create table orgs (id uuid primary key default gen_random_uuid(), name text not null unique);
create table users (
    id bigint generated always as identity primary key, org_id uuid not null references orgs,
    email text not null unique check (email like '%@%'), role text not null check (role in ('admin', 'member')),
    age int check (age between 18 and 120), tags text[], settings jsonb
);
create table posts (id int primary key, author bigint not null references users, title varchar(20) not null);
create schema shop;
create table shop.orders (id uuid primary key default gen_random_uuid(), buyer_id bigint references users);
-- DOWN
drop schema shop cascade; drop table posts, users, orgs;
"""
SET = "tables:\n  orgs:\n    acme: {name: Acme}\n  users:\n    alice: {email: a@b.c, role: admin, org: $orgs.acme}\n"
PLACES = pytest.mark.parametrize("place", ["nself_db", "nself_database", "nself_clone"])


@pytest.fixture
def shop(project: Project) -> Project:
    """Tables that refer to each other, and the set `base`."""
    project.file("migrations/001_users.sql", SCHEMA)
    project.file("fixtures/base.yml", SET)
    return project


@PLACES
def test_rows(shop: Project, place: str) -> None:
    """A number gives a list, none gives the row; what is given is in it, parents are there, two calls never collide."""
    shop.file(
        "test_it.py",
        f"""
        import contextlib
        import pytest
        from pytest_nself import FixtureError

        @pytest.mark.parametrize("number", [1, 2])
        def test_1({place}, nself_make, number):
            users = nself_make("users", 10, role="admin")
            assert [user.role for user in users] == ["admin"] * 10
            assert len({{user.email for user in users}}) == 10
            more = nself_make("users", 10, role="member", settings={{"a": [1]}}, tags=["x", "y"], age=None)
            assert more[0].settings == {{"a": [1]}} and more[0].tags == ["x", "y"] and more[9].age is None
            one = nself_make("users", email="me@example.com")
            assert (one.email, 18 <= (one.age or 18) <= 120) == ("me@example.com", True)
            assert nself_make("posts").author in [user.id for user in [*users, *more, one]]
            assert nself_make("posts", author=one).author == one.id
            assert nself_make("posts", author=one.id).author == one.id
            assert nself_make("shop.orders", buyer=one).buyer_id == one.id
            assert nself_make("orders", buyer_id=one)["buyer_id"] == one.id
            assert nself_make("users", 0) == []
            with contextlib.nullcontext({place}) if "{place}" == "nself_db" else {place}.connect() as db:
                assert db.execute("select count(*) from users").fetchone() == (21,)
                assert db.execute("select count(*) from posts").fetchone() == (3,)
                db.rollback()
                assert db.execute("select count(*) from users").fetchone() == (21,)
        """,
    )
    assert "2 passed" in shop.passes()


def test_what_is_committed(shop: Project) -> None:
    """In a test that commits the application sees sets and made rows; they are gone in the next test."""
    shop.file(
        "test_it.py",
        """
        import os, psycopg, pytest

        def emails():
            with psycopg.connect(os.environ["DATABASE_URL"]) as app:
                return [email for (email,) in app.execute("select email from users order by id")]

        @pytest.mark.nself_fixtures("base")
        @pytest.mark.nself_rollback(False)
        @pytest.mark.parametrize("number", [1, 2])
        def test_1(nself_db, nself_fixtures, nself_make, number):
            user = nself_make("users", org=nself_fixtures["orgs.acme"])
            assert sorted(emails()) == sorted([user.email, "a@b.c"])
            assert nself_fixtures.ref("users.alice").org.name == "Acme"

        def test_2(nself_dsn, nself_make):
            users = nself_make("users", 3)
            assert sorted(emails()) == sorted(user.email for user in users)

        def test_3(nself_db, nself_make):
            nself_make("users", 3)
            assert emails() == []
        """,
    )
    assert "4 passed" in shop.passes("-W", "error")


def test_beside_a_set(shop: Project) -> None:
    """Rows are made beside those of a set; its rows, and what ref() leads to, can be given."""
    shop.file(
        "test_it.py",
        """
        import pytest

        @pytest.mark.nself_fixtures("base")
        @pytest.mark.parametrize("number", range(3))
        def test_1(nself_db, nself_fixtures, nself_make, number):
            alice = nself_fixtures["users.alice"]
            assert nself_make("posts", 2, author=alice)[1].author == alice.id
            bob = nself_make("users", org=nself_fixtures.ref("users.alice").org)
            assert nself_fixtures.ref(bob).org.name == "Acme"
            assert bob.org_id == nself_fixtures["orgs.acme"].id
            assert nself_db.execute("select count(*) from users").fetchone() == (2,)
            nself_db.commit()
        """,
    )
    assert "3 passed" in shop.passes()


def test_what_is_wrong(shop: Project) -> None:
    """An unknown table or column has a did-you-mean; a refused row tells why and leaves the transaction usable."""
    shop.file(
        "test_it.py",
        """
        import pytest
        from pytest_nself import FixtureError

        def test_1(nself_db, nself_make):
            with pytest.raises(FixtureError, match='no table "user"') as error:
                nself_make("user")
            assert "users" in str(error.value)
            with pytest.raises(FixtureError, match='no column "emial"') as error:
                nself_make("users", emial="x")
            assert "email" in str(error.value)
            nself_db.execute("create table mine (id int primary key)")
            with pytest.raises(FixtureError, match="refused"):
                nself_make("users", email="nothing")
            assert nself_db.execute("select to_regclass('mine') is not null").fetchone() == (True,)
            assert nself_make("users").role in ("admin", "member")

        def test_2(nself_make):
            nself_make("usres")

        def test_3(nself_db, nself_make):
            nself_db.execute("select 'mine'")
            nself_make("users", email="nothing")
        """,
    )
    said = shop.fails()
    assert "2 failed, 1 passed" in said
    assert "pytest_nself/" not in said
    assert said.count("nself: last SQL") == 1
    assert "select 'mine'" in said.split("nself: last SQL")[1]


def test_rows_of_the_test_itself(shop: Project) -> None:
    """Made rows keep away from those that the test has put there itself, and go with its rollback()."""
    shop.file(
        "test_it.py",
        """
        import pytest

        @pytest.mark.parametrize("number", [1, 2])
        def test_1(nself_db, nself_make, number):
            nself_db.execute("set work_mem = '9MB'")
            first = nself_make("orgs")
            nself_db.rollback()
            assert nself_db.execute("select count(*) from orgs").fetchone() == (0,)
            nself_db.execute("insert into orgs (name) values (%s)", [first.name])
            again = nself_make("orgs", 3)
            assert len({first.name, *(one.name for one in again)}) == 4
            assert nself_db.execute("select count(*) from orgs").fetchone() == (4,)
        """,
    )
    assert "2 passed" in shop.passes()


@PLACES
def test_a_test_changed_the_tables(shop: Project, place: str) -> None:
    """Rows fit tables that the test has made or changed itself; the next test has those of the migrations."""
    shop.file(
        "test_it.py",
        f"""
        import contextlib
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_1({place}, nself_make, number):
            if number > 1:
                nself_make("users")
            with contextlib.nullcontext({place}) if "{place}" == "nself_db" else {place}.connect() as db:
                assert db.execute("select to_regclass('mine')").fetchone() == (None,)
                db.execute("create table mine (id int primary key, user_id bigint not null references users)")
                db.execute("alter table users add column code text not null default '' check (code < 'c')")
                db.execute("alter table users alter column code drop default")
                db.commit()
            assert nself_make("mine").user_id is not None
            assert nself_make("users", code="b").code == "b"
            assert nself_make("users").code < "c"
        """,
    )
    assert "4 passed" in shop.passes()


def test_as_a_role(shop: Project) -> None:
    """Rows are made for every tenant, whatever the tests' role may; the test goes on as its role."""
    shop.file("pytest.ini", "[pytest]\nnself_role = app\n")
    shop.file(
        "migrations/002_role.sql",
        "-- UP\ngrant select on users to app;\nalter table users enable row level security;\n"
        "create policy own on users using (email = current_setting('app.email', true));\n-- DOWN\n"
        "drop policy own on users;\nalter table users disable row level security;\n",
    )
    shop.file(
        "test_it.py",
        """
        def test_1(nself_db, nself_make):
            nself_db.row_factory = __import__("psycopg").rows.dict_row
            user = nself_make("users")
            assert nself_db.execute("select current_user::text as name").fetchone() == {"name": "app"}
            assert nself_db.execute("select count(*) as found from users").fetchone() == {"found": 0}
            nself_db.execute("select set_config('app.email', %s, false)", [user.email])
            assert nself_db.execute("select email from users").fetchone() == {"email": user.email}
        """,
    )
    assert "1 passed" in shop.passes()


def test_in_an_asynchronous_test(shop: Project) -> None:
    """nself_make is a plain call also where the test is asynchronous."""
    shop.file(
        "test_it.py",
        """
        import asyncio

        def test_1(nself_async_db, nself_make):
            async def body():
                nself_make("users", 2)
                first = await (await nself_async_db.execute("select count(*) from users")).fetchone()
                nself_make("users")
                second = await (await nself_async_db.execute("select count(*) from users")).fetchone()
                return first, second
            assert asyncio.run(body()) == ((2,), (3,))
        """,
    )
    assert "1 passed" in shop.passes()


@PLACES
def test_factories_stand_where_the_test_works(shop: Project, place: str) -> None:
    """A factory creates its rows in the running test's database, with no connection given; without one it says so."""
    shop.file(
        "test_it.py",
        f"""
        import contextlib
        import pytest
        from pytest_nself import FixtureError

        @pytest.fixture
        def users():
            from pytest_nself import NselfFactory

            class UserFactory(NselfFactory):
                class Meta:
                    table = "users"
                role = "member"

            return UserFactory

        @pytest.mark.parametrize("number", [1, 2])
        def test_1({place}, users, nself_make, number):
            assert users.create(role="admin").role == "admin"
            assert len(users.create_batch(60)) == 60
            assert nself_make("posts", author=users.create()).id is not None
            with contextlib.nullcontext({place}) if "{place}" == "nself_db" else {place}.connect() as db:
                assert db.execute("select count(*) from users").fetchone() == (62,)

        def test_2({place}, users):
            assert users.create().role == "member"

        def test_3(users):
            with pytest.raises(FixtureError, match="no database"):
                users.create()
        """,
    )
    assert "4 passed" in shop.passes("-p", "no:randomly")
