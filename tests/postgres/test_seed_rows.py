"""Rows of seeds as upserts: every type, odd names, several schemas, keys of all kinds; each is loaded twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pytest_nself.checks.seeds.compare import READING, compare
from pytest_nself.checks.seeds.expected import declared_rows
from pytest_nself.checks.seeds.idempotence import repeat
from pytest_nself.checks.seeds.trial import rolled_back
from pytest_nself.core.step import Command
from pytest_nself.data.seeds.folder import read_seeds
from pytest_nself.data.seeds.ledger import NO_SEEDS
from pytest_nself.data.seeds.ordering import in_order
from pytest_nself.data.seeds.plan import SeedPlan, plan_seeds, touches_of
from pytest_nself.data.seeds.seed_file import SeedError, SeedFile
from pytest_nself.data.shape.reading import read_shape
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.send import send

EVERY_TYPE = """
create type mood as enum ('sad', 'so "happy"');
create type point3 as (x int, label text);
create domain email as text check (value ~ '@');
create table things (
    id int primary key, n numeric, f float8, b bytea, j json, jb jsonb, d date, tz timestamptz, i interval,
    a text[], aa int[][], m mood, ms mood[], c point3, cs point3[], e email, r int4range, mr datemultirange,
    u uuid, net inet, bits bit(3), ch char(4), v varchar(5), p point, money numeric(6, 2), t time,
    g int generated always as (id * 2) stored);
"""
VALUES: dict[str, Any] = {
    "id": 1,
    "b": "\\x00ff",
    "j": {"b": 1, "a": [1, 2]},
    "jb": {"b": 1.50, "a": None, "%s": "100%"},
    "d": "2024-02-29",
    "tz": "2024-01-01T00:00:00+02:00",
    "i": "1 day 02:03:04",
    "a": ["a", 'b"c', None, "%"],
    "aa": [[1, 2], [3, 4]],
    "m": 'so "happy"',
    "ms": ["sad", 'so "happy"'],
    "c": {"x": 1, "label": "l, (m)"},
    "cs": [{"x": 1, "label": None}],
    "e": "a@b",
    "r": "[1,5)",
    "mr": "{[2024-01-01,2024-02-01)}",
    "u": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
    "net": "10.0.0.1/8",
    "bits": "101",
    "ch": "ab",
    "v": "it's",
    "p": "(1,2)",
    "money": 12.5,
    "t": "12:30",
}


@pytest.fixture
def look(scratch_database: EphemeralDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A connection in autocommit."""
    with closing(scratch_database.connect(autocommit=True)) as connection:
        yield connection


def no_scripts(file: SeedFile, title: str) -> Command:
    raise AssertionError(f"{file} is no script")


def planned(look: psycopg.Connection[Any], root: Path, files: dict[str, str], **asked: Any) -> SeedPlan:
    """The plan for these files."""
    for name, text in files.items():
        (root / "seeds").mkdir(exist_ok=True)
        (root / "seeds" / name).write_text(text)
    seeds = read_seeds(root, root / "seeds")
    seeds.raise_errors()
    shape = read_shape(look)
    order = in_order(seeds.of("dev"), touches_of(shape))
    return plan_seeds(order.files, shape, NO_SEEDS, environment="dev", variables={}.get, scripts=no_scripts, **asked)


def load(look: psycopg.Connection[Any], plan: SeedPlan) -> None:
    for part in plan.parts:
        with look.transaction():
            send(look, part.steps)


def test_every_type(look: psycopg.Connection[Any], tmp_path: Path) -> None:
    """Each value arrives, is the same after a second run, which touches no row, and is found by a comparison."""
    look.execute(EVERY_TYPE)
    text = json.dumps([VALUES])[:-2] + ', "n": 123456789012345678901234567890.10, "f": 1e-300}]'
    plan = planned(look, tmp_path, {"things.json": text})
    load(look, plan)
    row = look.execute("select n::text, f::text, j::text, aa::text, c::text, money::text, g from things").fetchone()
    assert row == (
        "123456789012345678901234567890.10",
        "1e-300",
        '{"b": 1, "a": [1, 2]}',
        "{{1,2},{3,4}}",
        '(1,"l, (m)")',
        "12.50",
        2,
    )
    before = look.execute("select xmin::text, t.* from things t").fetchone()
    load(look, plan)
    assert look.execute("select xmin::text, t.* from things t").fetchone() == before
    with look.transaction():
        look.execute(READING)
        (expected,) = declared_rows([part.file for part in plan.parts], read_shape(look))
        found = compare(look, expected, {}.get, str)
    assert (found.expected, found.missing, found.changed, found.extra) == (1, 0, 0, 0)


def test_odd_names_and_schemas(look: psycopg.Connection[Any], tmp_path: Path) -> None:
    """Names with blanks, quotes, dots and per cent signs; tables of two schemas with one name."""
    look.execute('create schema "My App"; create table "My App"."User ""%s"" T" ("a.b" int primary key, "c%d" text)')
    look.execute("create schema other; create table other.t (id int primary key); create table t (id int primary key)")
    files = {
        "odd.json": json.dumps({'"My App"."User ""%s"" T"': [{'"a.b"': 1, "c%d": "x"}]}),
        "other.t.json": '[{"id": 1}]',
        "t.json": '[{"id": 2}]',
    }
    plan = planned(look, tmp_path, files)
    load(look, plan)
    load(look, plan)
    assert look.execute('select * from "My App"."User ""%s"" T"').fetchall() == [(1, "x")]
    assert look.execute("select (select id from other.t), (select id from t)").fetchone() == (1, 2)
    look.execute("drop table t")
    (tmp_path / "seeds/t.json").unlink()
    with look.transaction():
        look.execute(READING)
        for one in declared_rows([part.file for part in plan.parts if part.file.name != "t.json"], read_shape(look)):
            found = compare(look, one, {}.get, str)
            assert (found.missing, found.changed) == (0, 0)
    look.execute("create schema third; create table third.t (id int)")
    with pytest.raises(SeedError, match="the name of several tables"):
        planned(look, tmp_path, {"t.json": '[{"id": 1}]'})


def test_the_choice_of_the_key(look: psycopg.Connection[Any], tmp_path: Path) -> None:
    """The primary key, else the smallest unique one that all rows give; never partial, deferrable or null ones."""
    look.execute(
        "create table k (id int primary key, a int, b int, c int, d int);"
        "alter table k add unique (a, b), add unique (c), add unique (d) deferrable;"
        "create unique index part on k (d) where d > 0"
    )
    cases = {
        '[{"id": 1, "c": 1}]': "k_pkey",
        '[{"a": 1, "b": 1, "c": 1}]': "k_c_key",
        '[{"a": 1, "b": 1, "c": null}]': "k_a_b_key",
        '[{"a": 1, "d": 1}]': None,
    }
    for text, name in cases.items():
        (part,) = planned(look, tmp_path, {"k.json": text}).parts
        (one,) = part.upserts
        assert (one.key.name if one.key else None) == name


def test_a_key_of_an_expression(look: psycopg.Connection[Any], tmp_path: Path) -> None:
    """Where there is no other key it is one: rows are found again by it, and compared."""
    look.execute(
        "create table p (id int generated always as identity primary key, email text not null, name text);"
        "create unique index on p (lower(email))"
    )
    plan = planned(look, tmp_path, {"p.json": '[{"email": "Ada@x", "name": "Ada"}, {"email": "bob@x", "name": "Bob"}]'})
    assert plan.parts[0].keys == {"public.p": "found again by p_lower_idx (lower(email))"}
    load(look, plan)
    look.execute("update p set name = 'x' where id = 1")
    load(look, plan)
    assert look.execute("select email, name from p order by id").fetchall() == [("Ada@x", "Ada"), ("bob@x", "Bob")]
    look.execute("update p set email = upper(email), name = 'x' where id = 2")
    with look.transaction():
        look.execute(READING)
        (expected,) = declared_rows([part.file for part in plan.parts], read_shape(look))
        found = compare(look, expected, {}.get, str)
    assert (found.missing, found.changed, found.key) == (0, 1, "lower(email)")


def test_rows_that_the_role_does_not_see(look: psycopg.Connection[Any], tmp_path: Path) -> None:
    """They are not called missing: it is said that nothing can be told."""
    look.execute("create table h (id int primary key); alter table h enable row level security")
    plan = planned(look, tmp_path, {"h.json": '[{"id": 1}]'})
    load(look, plan)
    (expected,) = declared_rows([part.file for part in plan.parts], read_shape(look))
    with look.transaction(force_rollback=True):
        look.execute("create role seed_reader; grant select on h to seed_reader; set local role seed_reader")
        found = compare(look, expected, {}.get, str)
    assert (found.hidden, [one.rule for one in found.findings]) == (True, ["seed-rows-hidden"])


def test_identity_partitions_and_circles(look: psycopg.Connection[Any], tmp_path: Path) -> None:
    """`generated always` keys, partitioned tables, rows that refer to one another, tables in one file by their keys."""
    look.execute(
        "create table node (id int generated always as identity primary key, parent int references node, name text);"
        "create table leaf (id int primary key, node int not null references node);"
        "create table log (at date, id int, note text, primary key (at, id)) partition by range (at);"
        "create table log24 partition of log for values from ('2024-01-01') to ('2025-01-01');"
        "create table a (id int primary key, b int not null);"
        "create table b (id int primary key, a int not null references a deferrable);"
        "alter table a add foreign key (b) references b deferrable;"
    )
    files = {
        "1_tree.json": json.dumps(
            {
                "leaf": [{"id": 1, "node": 2}],
                "node": [{"id": 1, "parent": 2, "name": "x"}, {"id": 2, "parent": None, "name": "y"}],
            }
        ),
        "2_log.json": '[{"at": "2024-05-05", "id": 1, "note": "n"}]',
        "3_ab.json": '{"a": [{"id": 1, "b": 1}], "b": [{"id": 1, "a": 1}]}',
    }
    plan = planned(look, tmp_path, files)
    shape = read_shape(look)
    with rolled_back(look, shape, tmp_path) as stage:
        repeated = repeat(stage, plan)
        assert repeated.findings == ()
        deltas = {str(delta.table): delta.inserted for one in repeated.first for delta in one.deltas if delta.wrote}
    assert deltas == {"public.node": 2, "public.leaf": 1, "public.log": 1, "public.a": 1, "public.b": 1}
    load(look, plan)
    look.execute("insert into node (name) values ('next')")
    assert look.execute("select max(id) from node").fetchone() == (3,)


def test_rows_with_other_columns(look: psycopg.Connection[Any], tmp_path: Path) -> None:
    """A column that a row leaves out gets its default, and stays as it is where the row is there."""
    look.execute("create table s (k text primary key, v text default 'd', w int)")
    plan = planned(look, tmp_path, {"s.json": '[{"k": "a", "v": "1"}, {"w": 2, "k": "b"}, {"k": "c"}]'})
    load(look, plan)
    look.execute("update s set w = 9, v = 'app' where k = 'c'")
    look.execute("update s set v = 'app' where k = 'a'")
    load(look, plan)
    rows = look.execute("select k, v, w from s order by k").fetchall()
    assert rows == [("a", "1", None), ("b", "d", 2), ("c", "app", 9)]


def test_many_rows(look: psycopg.Connection[Any], tmp_path: Path) -> None:
    """They go in statements of some hundred; an error late in the file has its line."""
    look.execute("create table many (id int primary key, v int check (v < 4999))")
    text = "[\n" + ",\n".join(f'{{"id": {n}, "v": {n}}}' for n in range(4999)) + "\n]"
    plan = planned(look, tmp_path, {"many.json": text})
    load(look, plan)
    assert look.execute("select count(*) from many").fetchone() == (4999,)
    plan = planned(look, tmp_path, {"many.json": text.replace('"v": 4500}', '"v": "x"}')})
    with rolled_back(look, read_shape(look), tmp_path) as stage:
        (tried,) = stage.run(plan)
    assert tried.failure is not None
    assert str(tried.failure.place).endswith("many.json:4502:19")
