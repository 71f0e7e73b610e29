"""Pairs of schema files: the migration from each to the other, proven, after which there is nothing left to do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pytest_nself.authoring.importing import Drafted, draft_migration
from pytest_nself.core.finding import Severity
from pytest_nself.execute.files import write_files
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.migration import Migrations
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.schema.validation import read_valid

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

PAIRS: dict[str, tuple[str, str]] = {
    "a type": ("Table t { id int [pk]\n n text }", "Table t { id int [pk]\n n varchar(20) }"),
    "a type that no cast fits": ("Table t { id int [pk]\n n text }", "Table t { id int [pk]\n n int }"),
    "arrays": ("Table t { id int [pk]\n n text[] }", "Table t { id int [pk]\n n varchar(9)[]\n m int[] }"),
    "null and not": ("Table t { id int [pk]\n n text [not null] }", "Table t { id int [pk]\n n text }"),
    "defaults": (
        "Table t { id int [pk]\n n int [default: 1]\n s text [default: 'it\\'s']\n at timestamptz }",
        "Table t { id int [pk]\n n int [default: -2]\n s text\n at timestamptz [default: `now()`] }",
    ),
    "a primary key": ("Table t { a int [pk]\n b int }", "Table t { a int\n b int\n indexes { (a, b) [pk] } }"),
    "unique": (
        "Table t { a int [pk]\n b int [unique] }",
        "Table t { a int [pk]\n b int\n indexes { (b, a) [unique] } }",
    ),
    "counting up": ("Table t { a int [pk] }", "Table t { a int [pk, increment] }"),
    "how far it counts": ("Table t { a int [pk, increment] }", "Table t { a bigint [pk, increment] }"),
    "serial": ("Table t { a serial [pk] }", "Table t { a bigserial [pk] }"),
    "checks": (
        "Table t { a int [pk, check: `a > 0`]\n b int }",
        "Table t { a int [pk]\n b int\n checks { `b > a` [name: 'in_order'] } }",
    ),
    "indexes": (
        "Table t { a int [pk]\n b text\n j jsonb\n indexes { b\n (a, b) [name: 'both'] } }",
        "Table t { a int [pk]\n b text\n j jsonb\n indexes { `lower(b)`\n j [type: gin]\n"
        " (a, b) [name: 'both', type: btree, unique]\n (a DESC) } }",
    ),
    "what a key does": (
        "Table p { id int [pk] }\nTable t { a int [pk, ref: > p.id] }",
        "Table p { id int [pk] }\nTable t { a int [pk] }\nRef: t.a > p.id [delete: cascade, update: set null]",
    ),
    "a key of two columns": (
        "Table p { a int\n b int\n indexes { (a, b) [pk] } }\nTable t { x int\n y int }",
        "Table p { a int\n b int\n indexes { (a, b) [pk] } }\nTable t { x int\n y int }\nRef: t.(x, y) > p.(a, b)",
    ),
    "tables that need each other": (
        "Table a { id int [pk]\n b int }\nTable b { id int [pk]\n a int }",
        "Table a { id int [pk]\n b int [ref: > b.id] }\nTable b { id int [pk]\n a int [ref: > a.id] }",
    ),
    "many to many": (
        "Table a { id int [pk] }\nTable b { id int [pk] }",
        "Table a { id int [pk] }\nTable b { id int [pk] }\nRef: a.id <> b.id",
    ),
    "labels of an enum": (
        "Enum e { a\n b }\nTable t { id int [pk]\n e e [default: 'a']\n many e[] }",
        "Enum e { a\n c\n b }\nTable t { id int [pk]\n e e [default: 'b']\n many e[] }",
    ),
    "an enum and a text": ("Enum e { a\n b }\nTable t { id int [pk]\n e e }", "Table t { id int [pk]\n e text }"),
    "schemas": (
        'Table shop.t { id int [pk] }\nEnum shop."Sort Of" { "it\'s" }',
        'Table shop.t { id int [pk]\n k shop."Sort Of" }\nEnum shop."Sort Of" { "it\'s"\n "not" }\n'
        'Table "Other One"."T" { "a b" int [pk, ref: > shop.t.id] }',
    ),
    "notes": (
        "Table t [note: 'one'] { id int [pk, note: 'two'] }\nEnum e { a }",
        "Table t { id int [pk, note: '''two\n  and more'''] }\nEnum e { a }",
    ),
    "everything and nothing": (
        "Table a { id int [pk]\n b int [ref: > b.id] }\nTable b { id int [pk]\n k e }\nEnum e { x }",
        "Table other { id int [pk] }",
    ),
}


class Folder:
    """A project whose migrations follow its schema file."""

    def __init__(self, root: Path) -> None:
        self.project, self.migrations = TestProject.find(root), root / "migrations"

    def follow(self, text: str) -> Drafted:
        """Draft the migration to this schema, and write it if there is one."""
        schema, _ = read_valid(text, "schema.dbml")
        there = self.migrations.is_dir()
        now = read_migrations(self.migrations) if there else Migrations(str(self.migrations))
        drafted = draft_migration(self.project, schema, now, folder=self.migrations, name="step", now=NOW)
        assert not drafted.findings.at_least(Severity.ERROR)
        if drafted.files is not None:
            assert drafted.problems == ()
            assert drafted.down
            write_files(drafted.files)
        return drafted


@pytest.mark.parametrize("turned", [False, True], ids=["there", "back"])
@pytest.mark.parametrize("pair", PAIRS)
def test_from_one_to_the_other(tmp_path: Path, pair: str, turned: bool) -> None:
    """Each way is proven from its files, and makes what the file says: the next one finds nothing to do."""
    (tmp_path / "pyproject.toml").touch()
    first, second = reversed(PAIRS[pair]) if turned else PAIRS[pair]
    folder = Folder(tmp_path)
    assert folder.follow(first).lines
    assert folder.follow(second).lines
    assert folder.follow(second).lines == ()


AROUND = """-- UP
create table t (id int not null, at date not null, n text, x int) partition by range (at);
create index t_n on t (n);
create table t_1 partition of t for values from ('2020-01-01') to ('2021-01-01') partition by list (id);
create table t_1_1 partition of t_1 for values in (1);
create table p (id int primary key, n text);
create table heir (y int) inherits (p);
create view v as select id, n from p;
comment on view v is 'kept';
create view w as select * from v;
create index p_lower on p (lower(n)) include (id);
create policy mine on p using (n = current_user);
-- DOWN
drop view w;
drop view v;
drop table heir;
drop table p;
drop table t;
"""


def test_what_follows_from_a_change(tmp_path: Path) -> None:
    """Partitions and heirs get what their tables get, views and policies are made anew around a new type; and back."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "001_around.sql").write_text(AROUND, encoding="utf-8")
    first = (
        "Table t { id int [not null]\n at date [not null]\n n text\n x int\n indexes { n [name: 't_n'] } }\n"
        "Table p { id int [pk]\n n text }"
    )
    second = (
        "Table t { id int\n at date\n n varchar(9)\n new int [default: 1]\n indexes { (id, at) [pk]\n new } }\n"
        "Table p { id int [pk]\n n varchar(9) [not null]\n new int }"
    )
    folder = Folder(tmp_path)
    assert folder.follow(first).lines == ()
    there = folder.follow(second)
    said = [str(line) for line in there.lines]
    assert "+ Column: t_1_1.new" in said
    assert "+ Constraint: t_1_1.t_1_1_pkey" in said
    assert "~ Column: heir.n (type text -> character varying(9); not null no -> yes)" in said
    assert "comment on view public.v is 'kept';" in there.up
    assert folder.follow(second).lines == ()
    assert "- Column: t_1_1.new" in [str(line) for line in folder.follow(first).lines]
    assert folder.follow(first).lines == ()
