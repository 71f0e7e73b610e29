"""Rows of a live database as a fixture set: what comes along, what is masked, and that it reads back as the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_nself.checks.target import only_reading
from pytest_nself.core.errors import ConfigError, FixtureError
from pytest_nself.core.names import ObjectRef, quote_identifier, quote_qualified
from pytest_nself.data.capture.masking import Choices, mask
from pytest_nself.data.capture.rows import Captured, capture_rows
from pytest_nself.data.capture.writing import set_text
from pytest_nself.data.generate.plan import generate, plan_rows
from pytest_nself.data.generate.wishes import Wishes
from pytest_nself.data.sets.compiling import compile_sets
from pytest_nself.data.sets.tree import read_yaml_set
from pytest_nself.data.shape.model import Shape
from pytest_nself.data.shape.reading import read_shape
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.send import send

from .hard_schemas import HardSchema, hard_schemas

SHOP = """
create type mood as enum ('fine', 'so-so');
create domain code as text check (value ~ '^[A-Z]+$');
create table orgs (id bigint generated always as identity primary key, slug text not null unique, name text);
create table users (
    id bigint generated always as identity primary key, org_id bigint not null references orgs,
    email text not null unique, name text, phone varchar(12), password text, mood mood, boss_id bigint references users,
    tags text[], prefs jsonb, born date, made timestamptz not null default now(), score numeric(10,3), code code,
    twice int generated always as (length(email) * 2) stored
);
create table posts (id serial primary key, author_id bigint not null references users, title text, meta json);
create table likes (user_id bigint references users, post_id int references posts, primary key (user_id, post_id));
create table lines (a int, b int, note text, primary key (a, b));
create table notes (id int primary key, a int, b int, foreign key (a, b) references lines);
create table log (at timestamptz, said text);
insert into orgs (slug, name) values ('acme', 'Acme'), ('zeta', 'Zeta');
insert into users (org_id, email, name, phone, mood, tags, prefs, born, score, code) values
    (1, 'alice@corp.com', 'Alice Doe', '+49 30 123', 'so-so', '{a,b}', '{"a": 1.50, "b": [true, null]}', '1980-05-06',
     -0.010, 'ABC'),
    (1, 'bob@corp.com', 'Bob Roe', null, null, '{"a b",c}', '{"k": "$users.x"}', null, null, null),
    (2, 'zoe@zeta.com', null, null, null, null, null, null, null, null);
update users set boss_id = case id when 1 then 3 when 2 then 1 end;
insert into posts (author_id, title, meta) values (1, 'Hello: "you"', '{"a":  1}'), (2, '$users.alice', null);
insert into likes values (2, 1), (3, 1), (3, 2);
insert into lines values (1, 2, 'x'); insert into notes values (7, 1, 2);
insert into log values (null, 'started');
"""
KEEP = Choices(keep=("users.email", "users.name", "users.phone", "orgs.name", "users.born"))


@pytest.fixture
def shop(scratch_database: EphemeralDatabase) -> EphemeralDatabase:
    """A few tables with rows."""
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute(SHOP)
    return scratch_database


def captured_of(database: EphemeralDatabase, *queries: str, **more: Any) -> Captured:
    with database.connect(autocommit=True) as connection, only_reading(connection):
        return capture_rows(connection, read_shape(connection), queries, **more)


def counts(captured: Captured) -> dict[str, int]:
    return {ref.name: len(rows) for ref, rows in captured.tables.items() if rows}


def contents(connection: psycopg.Connection[Any], shape: Shape) -> Mapping[ObjectRef, Sequence[Any]]:
    """All rows of all tables, as text, in one order."""
    found = {}
    for table in shape.roots:
        columns = ", ".join(f"{quote_identifier(column.name)}::text" for column in table.columns)
        query = f"select {columns} from {quote_qualified(table.ref.schema, table.ref.name)}"
        found[table.ref] = sorted(connection.execute(query.encode()).fetchall(), key=repr)
    return found


def loaded_again(database: EphemeralDatabase, text: str) -> Mapping[ObjectRef, Sequence[Any]]:
    """What is in the tables when they were emptied and the set was loaded; all is rolled back."""
    with database.connect() as connection:
        shape = read_shape(connection)
        tables = ", ".join(quote_qualified(table.ref.schema, table.ref.name) for table in shape.roots)
        connection.execute(f"truncate {tables} restart identity cascade".encode())
        read = read_yaml_set("s", text, "s.yml")
        compiled = compile_sets([read], shape, project="p")
        connection.execute(compiled.message.encode())
        after = contents(connection, shape)
        connection.rollback()
    return after


def test_parents_come_along(shop: EphemeralDatabase) -> None:
    """All that a row refers to, and what these refer to, circles included; nothing else."""
    assert counts(captured_of(shop, "select * from posts where id = 1")) == {"posts": 1, "users": 2, "orgs": 2}
    assert counts(captured_of(shop, "select * from notes")) == {"notes": 1, "lines": 1}


def test_follow_takes_what_refers_to_the_rows(shop: EphemeralDatabase) -> None:
    """Children and theirs, each with its parents; not the other children of these parents."""
    found = captured_of(shop, "select * from users where email like 'bob%'", follow=True)
    assert counts(found) == {"users": 3, "posts": 2, "likes": 2, "orgs": 2}
    assert counts(captured_of(shop, "select * from orgs where slug = 'acme'")) == {"orgs": 1}


def test_a_join_names_rows_of_several_tables(shop: EphemeralDatabase) -> None:
    """Of each table whose key is among the columns; what an outer join did not find is no row."""
    found = captured_of(
        shop, "select u.id, p.id as post from users u left join posts p on p.author_id = u.id where u.id > 1"
    )
    assert counts(found) == {"users": 3, "posts": 1, "orgs": 2}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select email from users", "public.users lacks id"),
        ("select 1", "None of its columns comes from a table"),
        ("select * from (select count(*) from users) x", "None of its columns"),
    ],
)
def test_a_query_must_say_which_rows_it_means(shop: EphemeralDatabase, query: str, said: str) -> None:
    """Without a key nobody knows."""
    with pytest.raises(FixtureError, match="does not say which rows") as caught:
        captured_of(shop, query)
    assert said in caught.value.cause


@pytest.mark.parametrize(
    "query",
    ["commit; delete from likes", "delete from likes returning *", "select nextval('posts_id_seq')", "drop table log"],
)
def test_the_database_is_only_read(shop: EphemeralDatabase, query: str) -> None:
    """Whatever the query says: one statement, in a transaction that may not write."""
    with pytest.raises((psycopg.Error, FixtureError)):
        captured_of(shop, query)
    with shop.connect() as connection:
        assert connection.execute("select count(*) from likes").fetchone() == (3,)
        assert connection.execute("select is_called, last_value from posts_id_seq").fetchone() == (True, 2)


def test_too_many_rows_are_refused(shop: EphemeralDatabase) -> None:
    """With how many there are."""
    with pytest.raises(FixtureError, match="more than 4 rows"):
        captured_of(shop, "select * from users", limit=4)


def test_what_is_captured_reads_back_as_it_was(shop: EphemeralDatabase) -> None:
    """All tables with all their keys, captured, emptied and loaded, are the same to the last digit."""
    tables = ("orgs", "users", "posts", "likes", "lines", "notes", "log")
    captured = captured_of(shop, *(f"select * from {table}" for table in tables))
    text = set_text("s", captured, mask(captured, KEEP), keep_keys=True)
    with shop.connect() as connection:
        before = contents(connection, read_shape(connection))
    assert loaded_again(shop, text) == before


def test_labels_stand_for_keys_that_a_sequence_gave(shop: EphemeralDatabase) -> None:
    """Readable ones, and references say them; keys that somebody chose stay."""
    captured = captured_of(shop, "select * from likes where user_id = 3", "select * from notes")
    text = set_text("s", captured, mask(captured, KEEP))
    assert "    acme: {slug: acme, name: Acme}" in text
    assert "      org: $orgs.acme" in text
    assert "boss: $users.alice-doe" in text
    assert "{id: 7, notes_a_b_fkey: $lines.line-1}" in text
    assert " id: 1" not in text.replace("{id: 7", "")
    after = {ref.name: rows for ref, rows in loaded_again(shop, text).items()}
    assert len(after["likes"]) == 2
    emails = sorted(row[2] for row in after["users"])
    assert emails == ["alice@corp.com", "bob@corp.com", "zoe@zeta.com"]
    assert min(int(row[0]) for row in after["users"]) > 2**62


def test_what_is_personal_is_made_up(shop: EphemeralDatabase) -> None:
    """The same for the same value, of the same kind, in no label either; and it loads."""
    captured = captured_of(shop, "select * from users")
    masked = mask(captured, Choices())
    text = set_text("s", captured, masked)
    assert masked.done == {
        "public.users.email": "email",
        "public.users.name": "name",
        "public.users.phone": "phone",
        "public.users.born": "birthday",
        "public.orgs.name": "name",
    }
    for word in ("alice", "bob", "doe", "corp.com", "+49", "1980"):
        assert word not in text.lower()
    assert text.count("@example.com") == 3
    assert set_text("s", captured, mask(captured, Choices())) == text
    after = {ref.name: rows for ref, rows in loaded_again(shop, text).items()}
    assert len(after["users"]) == 3
    assert all(len(row[4] or "") <= 12 for row in after["users"])


def test_a_secret_is_refused_until_somebody_says_what_to_do(shop: EphemeralDatabase) -> None:
    """Left out, given a text, or taken; a column of nulls is no secret."""
    mask(captured_of(shop, "select * from users"), KEEP)
    with shop.connect(autocommit=True) as connection:
        connection.execute("update users set password = 'hunter2'")
    captured = captured_of(shop, "select * from users")
    with pytest.raises(FixtureError, match=r"public\.users\.password looks like a secret"):
        mask(captured, KEEP)
    assert "hunter2" not in set_text("s", captured, mask(captured, Choices(leave_out=("users.password",))))
    assert "password: x" in set_text("s", captured, mask(captured, Choices(given={"users.password": "x"})))
    assert "password: hunter2" in set_text("s", captured, mask(captured, Choices(keep=("public.users.password",))))
    with pytest.raises(ConfigError, match=r"no column users\.pasword") as caught:
        mask(captured, Choices(keep=("users.pasword",)))
    assert "users.password" in caught.value.cause
    with pytest.raises(FixtureError, match="cannot be left out"):
        mask(captured, Choices(leave_out=("users.email", "users.password")))


def test_rows_without_a_key(shop: EphemeralDatabase) -> None:
    """They have no labels, and are written as a list."""
    captured = captured_of(shop, "select * from log")
    assert "  log:\n    - {said: started}\n" in set_text("s", captured, mask(captured, Choices()))


VALUES = st.fixed_dictionaries(
    {
        "t": st.none()
        | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
        | st.sampled_from(
            ["$users.x", "$$", "$", "{label}", "{{label}}", "{n}", "null", "yes", "1", "", " a ", "a: b", "# c"]
        ),
        "n": st.none() | st.just(Decimal("NaN")) | st.decimals(allow_nan=False, allow_infinity=False, places=4),
        "f": st.none() | st.floats(),
        "b": st.none() | st.booleans(),
        "y": st.none() | st.binary(max_size=9),
        "d": st.none() | st.dates(),
        "a": st.none() | st.lists(st.none() | st.text("a{}\",\\ 'é$1", max_size=4), max_size=4),
        "j": st.none()
        | st.recursive(
            st.none() | st.booleans() | st.integers() | st.text('ab${}:#"é\\', max_size=6) | st.just("{label}"),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text("ab$<", min_size=1, max_size=3), inner, max_size=3)
            ),
            max_leaves=6,
        ),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(VALUES, min_size=1, max_size=4))
def test_any_value_reads_back(scratch_database: EphemeralDatabase, rows: list[dict[str, Any]]) -> None:
    """Whatever is in the columns: text, numbers, bytes, arrays, JSON."""
    from psycopg.types.json import Json

    table = "create table if not exists t (id int primary key, t text, n numeric, f float8, b bool, y bytea, d date, "
    table += "a text[], j jsonb)"
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute(table)
        connection.execute("truncate t")
        for number, row in enumerate(rows):
            row["j"] = Json(row["j"]) if row["j"] is not None else None
            names = ", ".join(row)
            holes = ", ".join(f"%({name})s" for name in row)
            connection.execute(f"insert into t (id, {names}) values ({number}, {holes})".encode(), row)
        before = contents(connection, read_shape(connection))
    captured = captured_of(scratch_database, "select * from t")
    text = set_text("s", captured, mask(captured, Choices()))
    assert loaded_again(scratch_database, text) == before


@pytest.mark.parametrize("schema", hard_schemas(), ids=lambda schema: schema.name)
def test_rows_of_hard_schemas_read_back(scratch_database: EphemeralDatabase, schema: HardSchema) -> None:
    """All tables of each, with generated rows: the same with their keys, as many with labels in their stead."""
    with scratch_database.connect() as connection:
        schema.load(connection)
        connection.commit()
        shape = read_shape(connection)
        wishes = Wishes(tables=tuple(table.ref for table in shape.roots if not table.insert_triggers), rows=6)
        steps = plan_rows(connection, shape, generate(connection, shape, wishes)).steps
        send(connection, steps)
        connection.commit()
        before = contents(connection, shape)
    keep = tuple(
        ".".join(quote_identifier(part or "") for part in (table.ref.schema, table.ref.name, column.name))
        for table in shape.roots
        for column in table.columns
    )
    queries = [f"select * from {quote_qualified(table.ref.schema, table.ref.name)}" for table in shape.roots]
    captured = captured_of(scratch_database, *queries, limit=100_000)
    masked = mask(captured, Choices(keep=keep))
    assert loaded_again(scratch_database, set_text("s", captured, masked, keep_keys=True)) == before
    again = loaded_again(scratch_database, set_text("s", captured, masked))
    assert {ref: len(rows) for ref, rows in again.items()} == {ref: len(rows) for ref, rows in before.items()}


def test_rows_that_are_alike(scratch_database: EphemeralDatabase) -> None:
    """Without a key there may be two of them, and both are written; named twice they are not written twice."""
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute('create table "odd-name" (a int, b json); create table "a ""b""" (id int primary key)')
        connection.execute("""insert into "odd-name" values (1, '{}'), (1, '{}'), (null, null); """)
        connection.execute("""insert into "a ""b\""" values (1)""")
        before = contents(connection, read_shape(connection))
    query = 'select * from "odd-name"'
    captured = captured_of(scratch_database, query, query, 'select * from "a ""b"""')
    assert counts(captured) == {"odd-name": 3, 'a "b"': 1}
    assert loaded_again(scratch_database, set_text("s", captured, mask(captured, Choices()))) == before


def test_partitions_and_schemas_and_quoted_names(scratch_database: EphemeralDatabase) -> None:
    """Rows go by the table at the top; names that need quotes get them."""
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute(
            """
            create schema "My App";
            create table "My App"."User Table" ("the id" uuid primary key, "e.mail" text, "Select" int);
            create table events (
                id int, at date not null, who uuid references "My App"."User Table", primary key (id, at)
            ) partition by range (at);
            create table events_1 partition of events for values from ('2024-01-01') to ('2025-01-01');
            insert into "My App"."User Table" values ('10000000-0000-4000-8000-000000000001', 'x', 1);
            insert into events values (1, '2024-05-05', '10000000-0000-4000-8000-000000000001');
            """
        )
        before = contents(connection, read_shape(connection))
    captured = captured_of(scratch_database, "select * from events_1")
    text = set_text("s", captured, mask(captured, Choices()))
    assert loaded_again(scratch_database, text) == before
