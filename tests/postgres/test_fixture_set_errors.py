"""What is wrong with a set, by the compiler or by the server, is told with its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_nself.core.errors import FixtureError
from pytest_nself.database.database import EphemeralDatabase

from .set_schema import SCHEMA, USERS
from .set_stage import Stage


@pytest.fixture
def stage(scratch_database: EphemeralDatabase, tmp_path: Path) -> Iterator[Stage]:
    with scratch_database.connect() as connection:
        connection.execute(SCHEMA.encode())
        connection.commit()
        yield Stage(connection, tmp_path)
        connection.rollback()


WRONG = [
    ("tables: {posts: {p: {author: $users.alic}}, users: {alice: {email: x}}}", '1:30', 'Did you mean "users.alice"'),
    ("tables: {posts: {p: {author: $user.alice}}, users: {alice: {email: x}}}", '1:30', 'Did you mean "users"'),
    ("tables: {posts: {p: {auther: $users.alice}}, users: {alice: {email: x}}}", "1:30", 'Did you mean "author"'),
    ("tables: {posts: {p: {author: $users.alice.emial}}, users: {alice: {email: x}}}", '1:30', 'Did you mean "email"'),
    ("tables: {posts: {p: {author: $orgs.o}}, orgs: {o: {}}}", "1:30", "posts.author refers to users, not to orgs"),
    ("tables: {posts: {p: {author: '$users[emial=x]'}}}", "1:30", 'Did you mean "email"'),
    ("tables: {posts: {p: {author: '$users[x]'}}}", "1:30", "no reference that can be read"),
    ("tables: {lines: {l: {order: 5}}}", "1:29", "tenant_id, order_number"),
    ("tables: {users: {a: {boss: $users.a, boss_id: 5}}}", "1:47", "both say what boss_id is"),
    ("tables: {users: {a: {_like: b}, b: {_like: a}}}", "1:44", "in a circle"),
    ("tables: {users: {a: {_like: c}, b: {}}}", "1:29", '"users.c"'),
    ("tables: {users: {a: {code: $users.b.code}, b: {code: $users.a.code}}}", "1:18", "takes it from this one"),
    ("tables: {users: [{email: '{label}'}]}", "1:26", "row without a label"),
    ("tables: {user_emails: [{email: x}]}", "1:10", "not to views"),
    ("tables: {settings: {s: {name: $memberships.m}}, memberships: {m: {}}}", "1:31", "no key of one column"),
    ("tables: {comments: {c: {commentable_of: $users.a}}, users: {a: {}}}", "1:41", '"commentable_of"'),
    ('tables: {users: {"*": {count: 2}}}', "1:18", "nothing here that makes rows"),
    ("tables: {posts: {p: {tag_ids: [$posts.p.title]}}}", "1:32", "is not known before"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "says"), WRONG)
def test_what_means_nothing_is_told_before_anything_is_sent(stage: Stage, text: str, place: str, says: str) -> None:
    """Unknown rows, tables, columns and keys are errors with their place and what was probably meant."""
    stage.write(text)
    with pytest.raises(FixtureError) as caught:
        stage.compile("basic")
    assert stage.place(caught.value).removeprefix("basic.yml:") == place
    assert says in str(caught.value)


def test_a_label_names_one_row(stage: Stage) -> None:
    """Two sets with the same label for one table are an error that names both places."""
    stage.write("tables: {users: {a: {email: a@x}}}", "one.yml")
    stage.write("extends: one\ntables: {public.users: {a: {email: b@x}}}", "two.yml")
    with pytest.raises(FixtureError) as caught:
        stage.compile("two")
    assert stage.place(caught.value) == "two.yml:2:25"
    assert "one.yml:1:18" in caught.value.cause


def test_errors_in_a_chain_are_those_of_their_set(stage: Stage) -> None:
    """With several sets in one message, and SQL of many statements before, an error is told of the right row."""
    stage.write("insert into orgs (slug) values ('a'); select 1; insert into orgs (slug) values ('b');", "sql.sql")
    stage.write(f"extends: sql\ntables: {{{USERS}}}", "base.yml")
    error = stage.refuses("extends: base\ntables:\n  users:\n    c: {email: c@x}\n    d: {email: b@x}\n")
    assert stage.place(error) == "basic.yml:5:16"
    error = stage.refuses("extends: base\ntables:\n  profiles:\n    - {user_id: 1}\n    - {user_id: x}\n")
    assert stage.place(error) == "basic.yml:5:17"
    stage.write("extends: base\ntables: {orgs: {c: {slug: b}}}", "other.yml")
    with pytest.raises(FixtureError) as caught:
        stage.send(stage.compile("base", "other"))
    assert stage.place(caught.value) == "other.yml:2:27"
    stage.connection.rollback()
    stage.write("extends: base\ntables: {users: {e: {email: e@x}}}", "last.yml")
    stage.write("-- nself: extends=last\nselect 1;\n\ninsert into users (email) values ('a@x');", "late.sql")
    with pytest.raises(FixtureError) as caught:
        stage.send(stage.compile("late"))
    assert stage.place(caught.value) == "late.sql"
    assert '"late"' in caught.value.problem


@pytest.mark.parametrize(
    ("table", "rows", "place"),
    [
        ("v text, unique nulls not distinct (v)", "{v: a}, {v: null}, {v: b}, {v: null}", ""),
        ("v text", "{v: a}, {v: B}, {v: b}", "2:27"),
        (
            "a integer, b date, unique (a, b)",
            "{a: 1, b: 2024-01-01}, {a: 1, b: 2024-01-02}, {a: 1, b: 1 Jan 2024}",
            "2:11",
        ),
        ("v int4range, exclude using gist (v with &&)", "{v: '[1,5)'}, {v: '[7,9)'}, {v: '[3,4)'}", "2:39"),
        ("a integer, b integer, check (a < b)", "{a: 1, b: 2}, {a: 4, b: 3}, {a: 5, b: 6}", "2:21"),
        ("a numeric(4,1), b varchar(3)", "{a: 1, b: abc}, {a: 1000.5}", "2:27"),
    ],
)
def test_errors_of_constraints(stage: Stage, table: str, rows: str, place: str) -> None:
    """Keys over expressions and several columns, exclusions, checks and sizes: the row, or the value, is found."""
    stage.connection.execute(f"create table t ({table})".encode())
    stage.connection.execute("alter table t add column if not exists v text")
    stage.connection.execute("create unique index t_lower on t (lower(v))" if table == "v text" else "select 1")
    stage.connection.commit()
    error = stage.refuses(f"tables:\n  t: [{rows}]\n")
    assert stage.place(error).removeprefix("basic.yml:") == (place or "2:3")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("basic.yml", "tables: {secrets: {a: {name: x}}}\n"),
        ("basic.sql", "insert into secrets (name) values ('x');\n"),
    ],
)
def test_a_role_that_may_not_write_is_told_so(stage: Stage, name: str, text: str) -> None:
    """Where row-level security refuses a row, the advice is about the role, not about the value."""
    role = f"{stage.connection.info.dbname}_guest"
    stage.connection.execute("create table secrets (id int generated always as identity primary key, name text)")
    stage.connection.execute("alter table secrets enable row level security")
    stage.connection.execute(f'create role "{role}"'.encode())
    stage.connection.execute(f'grant all on secrets to "{role}"'.encode())
    stage.write(text, name)
    compiled = stage.compile("basic")
    stage.connection.execute(f'set local role "{role}"'.encode())
    with pytest.raises(FixtureError) as caught:
        stage.send(compiled)
    assert "bypassrls" in caught.value.remedy
    stage.connection.rollback()  # with the role
