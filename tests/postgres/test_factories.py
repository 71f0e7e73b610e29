"""Factories over tables: what is declared, what is made, what refers to what."""

from __future__ import annotations

import enum
import gc
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import factory
import psycopg
import pytest
from pytest_factoryboy import register

from pytest_nself import FixtureError, NselfFactory, creating
from pytest_nself.data.factories.batch import Batch
from pytest_nself.data.factories.finders import finders
from pytest_nself.data.factories.ground import ground_or_none, standing_on
from pytest_nself.data.sets.rows import Row
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.sandbox.creating import Creating

Connection = psycopg.Connection[Any]

_TABLES = """
create type role as enum ('admin', 'member', 'guest');
create table org (
    id bigint generated always as identity primary key, slug text not null unique check (slug ~ '^[a-z-]{3,}$')
);
create table person (
    id serial primary key,
    email text not null unique check (email = lower(email) and email like '%@%'),
    role role not null,
    org_id bigint not null references org,
    manager_id integer references person,
    tags text[] not null default '{}',
    data jsonb not null default '{}',
    balance numeric(9, 2) not null check (balance >= 0),
    age integer check (age >= 18)
);
create table profile (person_id integer primary key references person, bio text not null check (bio <> ''));
create table post (
    id uuid primary key default gen_random_uuid(),
    author_id integer not null references person,
    title text not null,
    published boolean not null,
    published_at timestamptz,
    check (published = (published_at is not null))
);
create table membership (
    org_id bigint not null references org, person_id integer not null references person, note text,
    primary key (org_id, person_id)
);
create table owner (
    id integer primary key, person_id integer references person, org_id bigint references org,
    check (num_nonnulls(person_id, org_id) = 1)
);
create schema "Odd";
create table "Odd"."My Table" ("the Key" integer primary key, "select" text not null check ("select" in ('a', 'b')));
"""


class Role(enum.Enum):
    """As an application has it."""

    ADMIN = "admin"
    GUEST = "guest"


class OrgFactory(NselfFactory):
    """Nothing declared."""

    class Meta:
        table = "org"


@register
class PersonFactory(NselfFactory):
    """Some declared, a trait, and a parent that is not declared."""

    class Meta:
        table = "person"

    class Params:
        boss = factory.Trait(role="admin", age=50)

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    role = "member"


@register
class PostFactory(NselfFactory):
    """A parent of its own each time, and a value that depends on it."""

    class Meta:
        table = "post"

    author = factory.SubFactory(PersonFactory)
    title = factory.LazyAttribute(lambda post: f"by {post.author.email}")


class MembershipFactory(NselfFactory):
    """Two parents, none declared."""

    class Meta:
        table = "membership"


class OwnerFactory(NselfFactory):
    """One of two parents, as a check says."""

    class Meta:
        table = "owner"


class ProfileFactory(NselfFactory):
    """A parent that each row must have for itself."""

    class Meta:
        table = "profile"


@pytest.fixture
def connection(scratch_database: EphemeralDatabase) -> Iterator[Connection]:
    """A transaction with the tables, in which factories work."""
    with scratch_database.connect() as connection:
        connection.autocommit = False
        connection.execute(_TABLES.encode())
        with creating(connection):
            yield connection
        connection.rollback()


def _count(connection: Connection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_a_row_is_created_with_all_that_it_needs(connection: Connection) -> None:
    """What is declared is there, the rest is valid, and the parent that nothing is declared for is made."""
    person = PersonFactory(role=Role.GUEST, data={"a": [1]}, tags=["x", "y"], balance=Decimal("3.50"))
    assert (person.role, person.data, person.tags, person.balance) == ("guest", {"a": [1]}, ["x", "y"], Decimal("3.50"))
    assert person.email.endswith("@example.com")
    assert person.manager_id is None
    assert connection.execute("select id from org").fetchall() == [(person.org_id,)]


def test_a_parent_that_is_there_is_used(connection: Connection) -> None:
    """The second row refers to the same row as the first."""
    assert PersonFactory().org_id == PersonFactory().org_id
    assert _count(connection, "org") == 1


def test_declared_parents(connection: Connection) -> None:
    """A SubFactory, its overrides, a row, and a key; each by the column's stem or its name."""
    org = OrgFactory(slug="acme")
    post = PostFactory(author__org=org, author__boss=True)
    author = connection.execute("select id, email, role, org_id, age from person").fetchone()
    assert author == (post.author_id, post.title.removeprefix("by "), "admin", org.id, 50)
    person = PersonFactory(org_id=org.id, manager=post.author_id)
    assert (person.org_id, person.manager_id) == (org.id, post.author_id)
    assert PersonFactory(manager_id=person).manager_id == person.id


def test_rows_are_read_only_rows(connection: Connection) -> None:
    """As those of fixture sets, with the class named after the factory."""
    person = PersonFactory()
    assert isinstance(person, Row)
    assert type(person).__name__ == "Person"
    with pytest.raises(AttributeError):
        person.email = "other"
    assert isinstance(PostFactory().id, UUID)


def test_values_fit_together_with_what_is_declared(connection: Connection) -> None:
    """A check about two columns holds, whichever of them is declared."""
    assert PostFactory(published=False).published_at is None
    assert PostFactory(published=True).published_at is not None
    assert PostFactory(published_at=None).published is False


def test_one_of_two_parents(connection: Connection) -> None:
    """A check that wants exactly one key filled gets that, and a parent is made for it."""
    for number in range(6):
        owner = OwnerFactory()
        assert (owner.person_id is None) != (owner.org_id is None), number


def test_a_parent_for_each_row(connection: Connection) -> None:
    """Where the foreign key is unique, the row that is there cannot be used again."""
    first, second = ProfileFactory(), ProfileFactory()
    assert first.person_id != second.person_id
    assert len(ProfileFactory.create_batch(60)) == 60
    assert _count(connection, "profile") == 62


def test_rows_that_need_each_other(connection: Connection) -> None:
    """Keys that must be, in a circle, are checked at the end; afterwards they are checked at once again."""
    connection.execute(
        """
        create table hen (id integer primary key, egg_id integer not null);
        create table egg (id integer primary key, hen_id integer not null references hen deferrable);
        alter table hen add foreign key (egg_id) references egg deferrable initially deferred;
        """
    )

    class Hen(NselfFactory):
        class Meta:
            table = "hen"

    with standing_on(Creating(connection)):
        hen = Hen()
    connection.execute("set constraints all immediate")
    assert connection.execute("select id from egg where id = %s", [hen.egg_id]).fetchone() == (hen.egg_id,)


def test_a_trigger_that_minds_some_rows(connection: Connection) -> None:
    """The next row is tried, alone and in a batch."""
    connection.execute(
        """
        create table picky (id integer primary key, number integer not null);
        create function mind() returns trigger language plpgsql as $$ begin
            if new.number % 3 = 0 then raise exception 'not by three: %', new.number; end if;
            return new;
        end $$;
        create trigger mind before insert on picky for each row execute function mind();
        """
    )

    class Picky(NselfFactory):
        class Meta:
            table = "picky"

    with standing_on(Creating(connection)):
        rows = [Picky() for _ in range(5)] + list(Picky.create_batch(60))
    assert len({one.id for one in rows}) == 65
    assert all(one.number % 3 for one in rows)


def test_a_check_that_few_rows_break(connection: Connection) -> None:
    """A row that the generator did not foresee as refused is left out; one that was declared so is an error."""
    connection.execute("create table rare (id integer primary key, n integer not null check (n % 97 <> 5))")

    class Rare(NselfFactory):
        class Meta:
            table = "rare"

    with standing_on(Creating(connection)):
        assert len(Rare.create_batch(300)) == 300
        assert len({Rare().id for _ in range(120)}) == 120
        with connection.transaction(force_rollback=True), pytest.raises(FixtureError, match="rare_n_check"):
            Rare(n=5)


def test_keys_that_somebody_else_took(connection: Connection) -> None:
    """The code under test may insert rows in between: keys come from the sequence, and nothing is given twice."""
    OrgFactory()
    taken = connection.execute("insert into org (slug) values ('other-one') returning id").fetchone()
    assert taken is not None
    org = OrgFactory()
    assert org.id > taken[0]
    following = connection.execute("insert into org (slug) values ('the-next') returning id").fetchone()
    assert following is not None
    assert following[0] > org.id


def test_what_somebody_else_inserted_is_made_again(connection: Connection) -> None:
    """A value that is taken meanwhile costs another try, not an error."""
    slugs = [OrgFactory.build().slug for _ in range(3)]
    for slug in slugs:
        connection.execute("insert into org (slug) values (%s) on conflict do nothing", [slug])
    assert len({OrgFactory().slug for _ in range(5)} | set(slugs)) == 5 + len(set(slugs))


def test_many_rows_go_together(connection: Connection) -> None:
    """A batch is one COPY; its rows are read when one is looked at, and are in their order."""
    org = OrgFactory()
    batch = PersonFactory.create_batch(200, org=org, boss=True)
    assert isinstance(batch, Batch)
    assert repr(batch) == "<200 rows>"
    assert _count(connection, "person") == 200
    numbers = [int(one.email.removeprefix("person").partition("@")[0]) for one in batch]
    assert numbers == list(range(numbers[0], numbers[0] + 200))
    assert {(one.org_id, one.role, one.age) for one in batch} == {(org.id, "admin", 50)}
    assert batch[0].id < batch[-1].id
    assert [one.id for one in batch[:2]] == [batch[0].id, batch[1].id]


def test_a_batch_that_was_rolled_back_says_so(connection: Connection) -> None:
    """Rows that are not there any more cannot be read."""
    with connection.transaction(force_rollback=True):
        batch = OrgFactory.create_batch(50)
    with pytest.raises(FixtureError, match=r"50 of 50 rows of public\.org are not there"):
        batch[0]


def test_a_batch_of_children(connection: Connection) -> None:
    """Declarations that need each object by itself are made one by one, as factory_boy does."""
    posts = PostFactory.create_batch(50)
    assert isinstance(posts, list)
    assert len({one.author_id for one in posts}) == 50


def test_after_hooks_run(connection: Connection) -> None:
    """A post-generation hook sees the stored row."""
    seen = []

    class Hooked(OrgFactory):
        @factory.post_generation
        def note(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
            seen.append((self.id, create, extracted))

    org = Hooked(note="x")
    assert seen == [(org.id, True, "x")]
    assert len(Hooked.create_batch(50)) == 50
    assert len(seen) == 51


def test_models_of_ones_own(connection: Connection) -> None:
    """`Meta.model` is called with all columns."""

    class AsDict(NselfFactory):
        class Meta:
            table = "org"
            model = dict

    assert sorted(AsDict()) == ["id", "slug"]


def test_odd_names(connection: Connection) -> None:
    """Schemas, quoted names, columns that are keywords."""

    class Odd(NselfFactory):
        class Meta:
            table = '"Odd"."My Table"'

    row = Odd(**{"the Key": 7})
    assert row["the Key"] == 7
    assert row["select"] in ("a", "b")


def test_build_writes_nothing(connection: Connection) -> None:
    """Built rows have values as Python has them; keys that others give are None."""
    person = PersonFactory.build(tags=["a"])
    assert (person.id, person.org_id, person.tags) == (None, None, ["a"])
    assert isinstance(person.balance, Decimal)
    assert _count(connection, "person") == _count(connection, "org") == 0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: PersonFactory(emial="x"), 'PersonFactory: person has no column "emial".\nDid you mean "email"?'),
        (lambda: PersonFactory(age=3), "public.person refused a row.\n.*person_age_check"),
        (lambda: PersonFactory(org=object()), "org_id cannot take a value of object"),
    ],
)
def test_errors_say_what_to_do(make: Any, says: str, connection: Connection) -> None:
    """Unknown names, values that the server refuses, things that are no rows."""
    with connection.transaction(force_rollback=True), pytest.raises(FixtureError, match=f"(?s){says}"):
        make()


def test_an_unknown_table(connection: Connection) -> None:
    """Did you mean …"""

    class Wrong(NselfFactory):
        class Meta:
            table = "persn"

    with pytest.raises(FixtureError, match=r'Wrong: there is no table "persn"\.\nDid you mean "person"'):
        Wrong()


def test_without_a_database() -> None:
    """What is declared can be built; nothing can be created, and why is said."""
    assert PersonFactory.build(role="guest").role == "guest"
    with pytest.raises(FixtureError, match="PersonFactory has no database to create rows in"):
        PersonFactory()


def test_the_innermost_ground_counts(connection: Connection) -> None:
    """A block of its own stands above the one around it; a finder is asked only where no block is."""
    outer = ground_or_none()
    before = list(finders)
    finders.append(lambda: pytest.fail("asked, although a block is there"))
    try:
        with standing_on(Creating(connection)) as inner:
            assert ground_or_none() is inner
        assert ground_or_none() is outer
    finally:
        finders[:] = before


def test_many_tests_one_after_the_other(connection: Connection) -> None:
    """Each ground begins anew after a rollback: the same rows can be made again."""
    emails = []
    for _ in range(3):
        with connection.transaction(force_rollback=True), standing_on(Creating(connection)):
            emails.append(OrgFactory().slug)
    gc.collect()
    assert len(set(emails)) == 1


def test_pytest_factoryboy_gives_fixtures(connection: Connection, request: pytest.FixtureRequest) -> None:
    """`register` works: the row, its parts, and the factory are fixtures."""
    post = request.getfixturevalue("post")
    person = request.getfixturevalue("person")
    assert post.author_id == person.id
    assert request.getfixturevalue("person_factory") is PersonFactory
    assert request.getfixturevalue("post__title") is not None
