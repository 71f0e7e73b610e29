"""Writing a schema.dbml: what is written reads back as it was meant, and is pleasant to read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.finding import Severity
from pytest_nself.schema.model import (
    Check,
    Column,
    ColumnType,
    Comment,
    Directive,
    Endpoint,
    Enum,
    EnumValue,
    Index,
    IndexItem,
    Member,
    Note,
    Project,
    Ref,
    Relation,
    Schema,
    Setting,
    StickyNote,
    Table,
    TableGroup,
    Value,
    ValueKind,
)
from pytest_nself.schema.reader import read_text
from pytest_nself.schema.writer import write_schema

LETTERS = st.characters(exclude_categories=("Cs", "Cc"))
NAMES = st.one_of(
    st.text(LETTERS, min_size=1, max_size=12), st.sampled_from(["id", "note", "ref", "Table", "a b", "é"])
)
LINES = st.text(st.one_of(LETTERS, st.sampled_from("\n '\\\t")), max_size=30)
EXPRESSIONS = st.text(LETTERS.filter(lambda char: char != "`"), min_size=1, max_size=20)
COMMENTS = st.lists(
    st.builds(
        Comment,
        st.text(LETTERS, max_size=20).map(str.strip).filter(lambda one: "*/" not in one and "hasura" not in one),
    ),
    max_size=2,
).map(tuple)
DIRECTIVES = st.lists(
    st.sampled_from([Directive("hasura:permissions admin:*", "hasura", "permissions", "admin:*")]), max_size=2
).map(tuple)
NOTES = st.none() | st.builds(Note, LINES)
NUMBERS = st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,9})?(e-?[0-9]{1,2})?", fullmatch=True)
VALUES = st.one_of(
    st.builds(Value, st.just(ValueKind.STRING), LINES),
    st.builds(Value, st.just(ValueKind.EXPRESSION), EXPRESSIONS),
    st.builds(Value, st.just(ValueKind.NUMBER), NUMBERS),
    st.sampled_from([Value(ValueKind.NULL, "null"), Value(ValueKind.BOOLEAN, "true")]),
    st.builds(Value, st.just(ValueKind.ENUM), NAMES, NAMES, st.none() | NAMES),
)
ARGUMENTS = st.one_of(st.integers(-99, 999).map(str), st.sampled_from(["'it''s'", "Point"]))
TYPES = st.builds(
    ColumnType,
    NAMES,
    st.none() | NAMES,
    st.lists(ARGUMENTS, max_size=2).map(tuple),
    st.lists(st.none() | st.integers(1, 9), max_size=2).map(tuple),
    st.just(True),
) | st.sampled_from([ColumnType("int"), ColumnType("varchar", None, ("255",), (None,)), ColumnType("kind", "app")])
CUSTOM = st.lists(
    st.builds(
        Setting, NAMES.map(lambda one: "k" + one), st.builds(Value, st.just(ValueKind.STRING), LINES), st.just(True)
    ),
    max_size=2,
    unique_by=lambda one: one.key,
).map(tuple)
ORDERS = st.sampled_from([None, True, False])
ITEMS = st.one_of(
    st.builds(IndexItem, NAMES, st.just(False), ORDERS, ORDERS),
    st.builds(IndexItem, st.just("lower(email)"), st.just(True), ORDERS, ORDERS),
)
INDEXES = st.builds(
    Index,
    st.lists(ITEMS, min_size=1, max_size=3).map(tuple),
    name=st.none() | NAMES,
    unique=st.booleans(),
    pk=st.booleans(),
    type=st.none() | st.sampled_from(["btree", "gin", "my method"]),
    where=st.none() | EXPRESSIONS,
    note=NOTES,
    comments=COMMENTS,
)
ACTIONS = st.sampled_from([None, "cascade", "set null", "no action"])


@st.composite
def columns(draw: st.DrawFn, schema: str | None, table: str) -> Column:
    name = draw(NAMES)
    targets = draw(st.lists(st.tuples(NAMES, NAMES, st.none() | NAMES), max_size=2))
    left = Endpoint(table, (name,), schema)
    return Column(
        name,
        draw(TYPES),
        pk=draw(st.booleans()),
        unique=draw(st.booleans()),
        not_null=draw(ORDERS),
        increment=draw(st.booleans()),
        default=draw(st.none() | VALUES),
        checks=draw(st.lists(st.builds(Check, EXPRESSIONS), max_size=2).map(tuple)),
        note=draw(NOTES),
        refs=tuple(
            Ref(left, draw(st.sampled_from(Relation)), Endpoint(t, (c,), s), inline=True) for t, c, s in targets
        ),
        metadata=draw(CUSTOM),
        directives=draw(DIRECTIVES),
        comments=draw(COMMENTS),
    )


@st.composite
def tables(draw: st.DrawFn) -> Table:
    name, schema = draw(NAMES), draw(st.none() | NAMES)
    checks = st.builds(Check, EXPRESSIONS, st.none() | NAMES, comments=COMMENTS)
    return Table(
        name,
        schema,
        columns=tuple(draw(st.lists(columns(schema, name), min_size=1, max_size=3))),
        indexes=tuple(draw(st.lists(INDEXES, max_size=2))),
        checks=tuple(draw(st.lists(checks, max_size=2))),
        note=draw(NOTES),
        settings=draw(st.sampled_from([(), (Setting("headercolor", Value(ValueKind.COLOR, "#79AD51")),)])),
        metadata=draw(CUSTOM),
        directives=draw(DIRECTIVES),
        comments=draw(COMMENTS),
    )


@st.composite
def refs(draw: st.DrawFn) -> Ref:
    count = draw(st.integers(1, 2))
    ends = st.builds(Endpoint, NAMES, st.lists(NAMES, min_size=count, max_size=count).map(tuple), st.none() | NAMES)
    return Ref(
        draw(ends),
        draw(st.sampled_from(Relation)),
        draw(ends),
        draw(st.booleans()),
        draw(st.booleans()),
        name=draw(st.none() | NAMES),
        on_delete=draw(ACTIONS),
        on_update=draw(ACTIONS),
        inactive=draw(st.booleans()),
        note=draw(NOTES),
        comments=draw(COMMENTS),
    )


ENUM_VALUES = st.builds(EnumValue, NAMES, NOTES, comments=COMMENTS)
ENUMS = st.builds(
    Enum, NAMES, st.lists(ENUM_VALUES, min_size=1, max_size=3).map(tuple), st.none() | NAMES, NOTES, comments=COMMENTS
)
MEMBERS = st.lists(st.builds(Member, NAMES, st.none() | NAMES), max_size=2).map(tuple)
PROJECTS = st.builds(
    Project,
    st.none() | NAMES.filter(lambda one: "." not in one),
    st.lists(st.builds(Setting, st.just("k"), VALUES), max_size=1).map(tuple),
    NOTES,
    comments=COMMENTS,
)


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    own = tuple(draw(st.lists(tables(), max_size=3)))
    inline = [ref for table in own for column in table.columns for ref in column.refs]
    return Schema(
        project=draw(st.none() | PROJECTS),
        tables=own,
        enums=tuple(draw(st.lists(ENUMS, max_size=2))),
        refs=(*inline, *draw(st.lists(refs(), max_size=3))),
        groups=tuple(draw(st.lists(st.builds(TableGroup, NAMES, MEMBERS, note=NOTES, metadata=CUSTOM), max_size=2))),
        notes=tuple(draw(st.lists(st.builds(StickyNote, NAMES.filter(lambda one: "." not in one), LINES), max_size=2))),
        comments=draw(COMMENTS),
    )


@given(schemas())
def test_what_is_written_reads_back(schema: Schema) -> None:
    """Any schema that a program makes is read back as it was, whatever letters it holds, and without an error."""
    reading = read_text(write_schema(schema), schema.path)
    assert not reading.findings.at_least(Severity.ERROR)
    assert reading.schema == schema


@given(schemas())
def test_a_schema_that_was_read_is_written_the_same_twice(schema: Schema) -> None:
    """What was written, read and written again is the same text: the places change nothing."""
    once = write_schema(schema)
    assert write_schema(read_text(once, schema.path).schema) == once


SHOP = """// The shop, as of this spring.

Project shop {
  database_type: 'PostgreSQL'
}

use {
  table tenants as t
} from './tenants'

// Who buys.
Table app.users as U [headercolor: #3498DB, "team": 'people'] { // people
  ~stamped
  id         bigint       [pk, increment]
  // checked by the app
  email      varchar(255) [unique, not null] // hasura:permissions user:select[email]
  "the role" app.role     [not null, default: app.role.member, note: '''
    What they may do.
      Nothing more.
  ''']

  parent_id  bigint       [null, check: `parent_id <> id`, ref: > app.users.id]
  // hasura:relationship orders[user_id->id]

  // for search
  indexes {
    (email, "the role" DESC) [unique, name: 'u']
    `lower(email)` [type: gin, where: `parent_id is null`] // small
  }

  checks {
    `email like '%@%'` [name: 'mail']
  }

  Note: 'All of them'
}

TablePartial stamped {
  created_at timestamptz [not null, default: `now()`]
}

// loose, between two

Enum app.role {
  admin
  // the rest
  member [note: 'default']
}

Ref fk_friends: app.friends.(a_id, b_id) <> app.users.(id, parent_id) [delete: cascade, color: #fff]

Records app.users(id, email) {
  1, 'a@b'
  2, 3
}

TableGroup people [color: #123] {
  app.users
  Note: 'Who'
}

Note hint {
  'Look.'
}

DiagramView v { tables { * } }

Metadata Column app.users.email {
  sort: 5
}
"""


def meant(text: str) -> Schema:
    return read_text(text, "f").schema


def test_a_file_is_kept() -> None:
    """Comments, directives, aliases, notes, blank lines among columns and the order of the file all stay."""
    text = write_schema(meant(SHOP))
    assert meant(text) == meant(SHOP)
    moved = "\nMetadata Column app.users.email {\n  sort: 5\n}\n"
    expected = SHOP.replace(moved, "").replace("  Note: 'All of them'\n}\n", "  Note: 'All of them'\n}\n" + moved)
    assert text == expected


def test_what_a_partial_brings_is_written_once() -> None:
    """A table with partials says its own part alone, and the schema is the same."""
    text = """TablePartial base [headercolor: #fff, "k": 'v'] {
  id int [pk, ref: > t.id]
  indexes {
    id [name: 'by_id']
  }
  Note: 'from the partial'
}

Table t [headercolor: #000] {
  ~base
  a int
}
"""
    schema = meant(text)
    again = write_schema(schema)
    assert again.count("by_id") == again.count("from the partial") == 1
    assert meant(again) == schema


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("one line", "'one line'"),
        ("it's", r"'it\'s'"),
        ("two\nlines", "'''\n    two\n    lines\n  '''"),
        ("  all\n  indented", r"'  all\n  indented'"),
        ("ends\n", r"'ends\n'"),
        ("'''\n\\", "'''\n    \\'''\n    \\\\\n  '''"),
    ],
)
def test_notes_are_long_where_they_have_lines(text: str, written: str) -> None:
    """Three quotes hold several lines; what these would lose stands on one line with escapes."""
    table = Table("t", columns=(Column("a", ColumnType("int")),), note=Note(text))
    assert f"  Note: {written}\n" in write_schema(Schema(tables=(table,)))


@pytest.mark.parametrize(
    ("item", "written"),
    [
        (IndexItem("email"), "email"),
        (IndexItem("lower(email)", True), "`lower(email)`"),
        (IndexItem("time", False, True, False), "(`time DESC NULLS LAST`)"),
        (IndexItem("a b", False, True), '("a b" DESC)'),
    ],
)
def test_the_order_in_an_index_is_dbml_where_it_can_be(item: IndexItem, written: str) -> None:
    """`time DESC` stands in backticks, as every reader of DBML takes it; a quoted name cannot."""
    table = Table("t", columns=(Column("a", ColumnType("int")),), indexes=(Index((item,)),))
    assert f"    {written}\n" in write_schema(Schema(tables=(table,)))


def test_what_is_new_follows_its_kind() -> None:
    """A table without a place stands behind the last one that has one; nothing else moves."""
    schema = meant("Table a {\n  id int\n}\n\n// end\n\nNote n {\n  'x'\n}\n")
    new: dict[str, Any] = {"columns": (Column("id", ColumnType("int")),)}
    text = write_schema(replace(schema, tables=(*schema.tables, Table("b", **new)), enums=(Enum("e"),)))
    heads = [line for line in text.splitlines() if line and not line.startswith((" ", "}"))]
    assert heads == ["Enum e {", "Table a {", "Table b {", "// end", "Note n {"]


def test_nothing_is_an_empty_file() -> None:
    """A schema that says nothing has no text."""
    assert write_schema(Schema()) == ""
