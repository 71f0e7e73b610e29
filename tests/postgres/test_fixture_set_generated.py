"""Generated rows of fixture sets: they join the set, bring no more rows than asked for, and refer to what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.data.generate.make import Maker
from pytest_nself.data.shape.reading import read_shape
from pytest_nself.database.database import EphemeralDatabase

from .set_stage import Stage

SCHEMA = """
create type role as enum ('admin', 'member');
create table orgs (id serial primary key, name text not null);
create table users (
    id integer generated always as identity primary key, org_id integer not null references orgs,
    boss_id integer references users, email text unique not null, role role not null,
    age integer not null check (age between 18 and 99), made_at timestamptz not null default now()
);
create table posts (id bigserial primary key, author_id integer not null references users, title text not null);
create table members (
    org_id integer references orgs, user_id integer references users, note text, primary key (org_id, user_id)
);
create table profiles (user_id integer primary key references users, bio text not null);
create table plain (id serial primary key, name text, org_id integer not null default 1 references orgs);
"""


@dataclass(frozen=True)
class Made:
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    parents: Sequence[tuple[ObjectRef, Made]] = ()


class Recorder:
    """Makes orgs and plain rows, numbered; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, int, Mapping[str, str | None]]] = []

    def rows(
        self, ref: ObjectRef, count: int, *, start: int = 0, given: Mapping[str, str | None] | None = None
    ) -> Made:
        self.asked.append((ref.name, count, start, dict(given or {})))
        columns = ("id", "name")
        return Made(columns, tuple((str(start + n + 1), f"{ref.name} {start + n}") for n in range(count)))


@pytest.fixture
def stage(scratch_database: EphemeralDatabase, tmp_path: Path) -> Iterator[Stage]:
    with scratch_database.connect() as connection:
        connection.execute(SCHEMA.encode())
        connection.commit()
        found = Stage(connection, tmp_path)
        found.maker = Maker(connection, read_shape(connection))
        yield found
        connection.rollback()


def test_generated_rows_join_the_set(stage: Stage) -> None:
    """They have labels and keys of their own, the set's values, and others may refer to them."""
    rows = stage.load("""
        tables:
          orgs: {acme: {name: Acme}}
          users:
            _defaults: {role: member}
            alice: {email: a@x, age: 30, org: $orgs.acme, role: admin}
            "*": {factory: users, count: 20, label: "u{n}", email: "{label}-{n}@x", boss: $users.alice}
            "*admins": {_like: alice, count: 3, email: "{n}@admins"}
          posts:
            first: {author: $users.u7, title: x}
            "*": {count: 4, author: "$users.u{n}"}
        expect: {users: 24, orgs: 1, posts: 5}
        """)
    alice, first = rows["users.alice"], rows["users.u1"]
    assert [one.email for one in rows["users"]][:3] == ["a@x", "u1-1@x", "u2-2@x"]
    assert (first.boss_id, first.org_id, first.role) == (alice.id, rows["orgs.acme"].id, "member")
    assert [(one.role, one.age) for one in rows["users"]][-3:] == [("admin", 30)] * 3
    assert all(18 <= one.age <= 99 and one.id >= 2**30 for one in rows["users"])
    assert rows["posts.first"].author_id == rows["users.u7"].id
    assert [one.author_id for one in rows["posts"]][1:] == [rows[f"users.u{n}"].id for n in (1, 2, 3, 4)]
    assert stage.one("insert into orgs (name) values ('z') returning id") == 1


def test_generated_rows_refer_to_rows_that_are_there(stage: Stage) -> None:
    """A key that must not be null gets the rows of its table in turn; pairs come once each; others stay null."""
    rows = stage.load("""
        tables:
          orgs: {a: {name: A}, b: {name: B}}
          users: {"*": {count: 3, label: "u{n}"}}
          members: {"*": {count: 6}}
          profiles: {"*": {count: 3}}
        expect: {users: 3, orgs: 2, members: 6, profiles: 3}
        """)
    assert [one.org_id for one in rows["users"]] == [rows["orgs.a"].id, rows["orgs.b"].id, rows["orgs.a"].id]
    assert {one.boss_id for one in rows["users"]} == {None}
    assert len({(one.org_id, one.user_id) for one in rows["members"]}) == 6


def test_parents_are_made_where_there_are_none(stage: Stage) -> None:
    """Without any row to refer to, parents are made, too; their keys are no numbers that a sequence gives."""
    rows = stage.load('tables: {posts: {"*": {count: 5, label: "p{n}"}}}')
    assert len(rows["posts"]) == 5
    assert all(one.id >= 2**30 for table in ("orgs", "users", "posts") for one in rows[table])
    assert stage.one("select count(*) from posts join users on users.id = author_id join orgs on orgs.id = org_id") == 5
    assert stage.one("insert into orgs (name) values ('z') returning id") == 1


def test_generated_rows_are_the_same_each_time(stage: Stage) -> None:
    """What is compiled again is the same, to the byte."""
    stage.write('tables: {orgs: {a: {name: A}}, users: {"*": {count: 7, label: "u{n}"}}}', "one.yml")
    first = stage.compile("one").message
    stage.maker = Maker(stage.connection, read_shape(stage.connection))
    assert stage.compile("one").message == first


def test_a_maker_is_asked_for_rows_behind_those_it_made(stage: Stage) -> None:
    """Several "*" of one table, in one set or in several, get different rows; what holds for all rows is told."""
    stage.maker = recorder = Recorder()
    stage.write('tables: {orgs: {"*": {count: 2}, "*b": {count: 3, name: same}}}', "one.yml")
    stage.write('extends: one\ntables: {orgs: {"*": {count: 1, name: "{n}", label: "o{n}"}}}', "two.yml")
    rows = stage.send(stage.compile("two")).rows
    assert [(count, start, given) for _, count, start, given in recorder.asked] == [
        (2, 0, {}),
        (3, 2, {"name": "same"}),
        (1, 5, {"name": "1"}),
    ]
    assert [one.name for one in rows["orgs"]] == ["orgs 0", "orgs 1", "same", "same", "same", "1"]


def test_a_key_with_a_default_has_it(stage: Stage) -> None:
    """A foreign key with a default keeps it, and no parent is made for it."""
    stage.maker = Recorder()
    stage.connection.execute("insert into orgs (name) values ('first')")
    rows = stage.load('tables: {plain: {"*": {count: 2}}}')
    assert [one.org_id for one in rows["plain"]] == [1, 1]


def test_a_factory_is_called_like_its_table(stage: Stage) -> None:
    """A factory of another table cannot make these rows."""
    stage.write('tables: {posts: {"*": {factory: users}}}')
    with pytest.raises(FixtureError, match="factory: users does not make rows of posts") as caught:
        stage.compile("basic")
    assert stage.place(caught.value) == "basic.yml:1:18"


EXAMPLE = """
create table organisations (id serial primary key, slug text unique);
create table app_users (
    id uuid primary key default gen_random_uuid(), email text not null unique, role text not null,
    active boolean not null, created_at timestamptz not null
);
create table app_posts (
    id bigint generated always as identity primary key, author_id uuid not null references app_users,
    parent_id bigint references app_posts, title text not null, tags text[], at timestamptz
);
create table app_members (
    user_id uuid references app_users, org_id integer references organisations, primary key (user_id, org_id)
);
insert into organisations (slug) values ('acme');
"""


def test_everything_at_once(stage: Stage) -> None:
    """Defaults, likes, generated rows, references, expressions, rows that are there, and counts in one set."""
    stage.connection.execute(EXAMPLE.encode())
    stage.maker = Maker(stage.connection, read_shape(stage.connection))
    rows = stage.load("""
        set: basic
        extends: []
        tables:
          app_users:
            _defaults: {active: true, created_at: 2024-01-01T00:00:00Z}
            alice: {email: alice@example.com, role: admin}
            bob:   {_like: alice, email: bob@example.com, role: member}
            "*":   {factory: app_users, count: 20, role: member, label: "u{n}"}
          app_posts:
            hello: {author: $app_users.alice, title: "Hello {label}", tags: [a, b]}
            reply: {author: $app_users.bob, parent: $app_posts.hello, title: Re, at: !sql "now() - interval '1 day'"}
          app_members:
            - {user: $app_users.bob, org: $organisations[slug=acme]}
        expect: {app_users: 22, app_posts: 2}
        """)
    assert rows["app_posts.hello"].title == "Hello hello"
    assert rows["app_posts.reply"].parent_id == rows["app_posts.hello"].id
    assert rows["app_users.u20"].role == "member"
    assert rows["app_members"][0].org_id == 1


def test_what_is_merely_unique_does_not_follow_from_a_label(stage: Stage) -> None:
    """Without a primary key, an id with a default follows from the label; a text that must be given stays missing."""
    stage.connection.execute(
        "create table public_ids (id uuid not null unique default gen_random_uuid());"
        "create table addresses (email text not null unique)"
    )
    rows = stage.load("tables: {public_ids: {a: {}, b: {}}}")
    again = {one.id for one in rows["public_ids"]}
    stage.connection.execute("delete from public_ids")
    assert {one.id for one in stage.load("tables: {public_ids: {a: {}, b: {}}}")["public_ids"]} == again
    with pytest.raises(FixtureError, match='null value in column "email"') as caught:
        stage.load("tables: {addresses: {a: {}}}")
    assert stage.place(caught.value) == "basic.yml:1:22"


HARD = """
create domain currency as text check (value ~ '^[A-Z]{3}$');
create table currencies (code currency primary key, digits smallint not null check (digits between 0 and 4));
create table small_ids (id serial primary key check (id < 1000), name text not null);
create table parts (id integer generated by default as identity, name text not null, primary key (id))
    partition by range (id);
create table parts_low partition of parts for values from (1) to (500);
create table owners (
    id serial primary key, user_id integer references users, org_id integer references orgs,
    check ((user_id is not null) or (org_id is not null))
);
create table tenants (id integer primary key, name text not null);
create table things (
    tenant_id integer not null references tenants, id integer not null, next_id integer, name text not null,
    primary key (tenant_id, id), foreign key (tenant_id, next_id) references things (tenant_id, id),
    check (next_id is distinct from id)
);
"""


def test_keys_that_constraints_narrow(stage: Stage) -> None:
    """Where a check, a domain or a partition says what keys may be, generated rows have keys that fulfil it."""
    stage.connection.execute(HARD.encode())
    stage.maker = Maker(stage.connection, read_shape(stage.connection))
    tables = ("currencies", "small_ids", "parts", "owners", "tenants", "things")
    generated = "".join(f'    {table}: {{"*": {{count: 3, label: "r{{n}}"}}}}\n' for table in tables)
    rows = stage.load(f"tables:\n{generated}")
    assert [len(rows[table]) for table in tables] == [3] * 6
    assert all(len(one.code) == 3 for one in rows["currencies"])
    assert [one.next_id for one in rows["things"]] == [None] * 3
    assert len({one.tenant_id for one in rows["things"]}) == 3


def test_a_key_that_a_check_narrows_is_the_servers(stage: Stage) -> None:
    """A labelled row of one's own whose key has a default and a check gets the default."""
    stage.connection.execute(HARD.encode())
    rows = stage.load("tables: {small_ids: {a: {name: A}, b: {id: 7, name: B}}, parts: {p: {name: P}}}")
    assert [one.id for one in (*rows["small_ids"], *rows["parts"])] == [1, 7, 1]
    stage.write("extends: basic\ntables: {tenants: {t: {name: $small_ids.a}}}", "more.yml")
    with pytest.raises(FixtureError, match=r"\$small_ids\.a names a row whose id is not known") as caught:
        stage.compile("more")
    assert caught.value.remedy == "give small_ids.a its id"
