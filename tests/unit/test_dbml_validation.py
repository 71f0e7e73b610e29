"""What the parts of a schema.dbml say of each other."""

from __future__ import annotations

import pytest

from pytest_nself.core.finding import Findings, Severity
from pytest_nself.schema.problems import SchemaError
from pytest_nself.schema.validation import check_schema, missing_targets, read_valid, validate


def findings(text: str) -> Findings:
    return validate(text, "f").findings


@pytest.mark.parametrize(
    ("text", "second", "first"),
    [
        ("Table t { a int }\nTable t { a int }", "f:2:1", "f:1:1"),
        ("Table t { a int }\nTable public.t { a int }", "f:2:1", "f:1:1"),
        ("Table t { a int\n  a text }", "f:2:3", "f:1:11"),
        ("Enum e { a }\nEnum e { b }", "f:2:1", "f:1:1"),
        ("Enum e { a\n  a }", "f:2:3", "f:1:10"),
        ("Enum e { a }\nTable e { a int }", "f:2:1", "f:1:1"),
        ("Table a as x { a int }\nTable b as x { a int }", "f:2:1", "f:1:1"),
        ("Table a as b { a int }\nTable b { a int }", "f:1:1", "f:2:1"),
        ("TablePartial p { a int }\nTablePartial p { a int }", "f:2:1", "f:1:1"),
        ("TablePartial p { a int }\nTable t { ~p\n  ~p }", "f:3:3", "f:2:11"),
        ("TableGroup g { }\nTableGroup g { }", "f:2:1", "f:1:1"),
        ("Table t { a int }\nTableGroup g { t }\nTableGroup h { t }", "f:3:16", "f:2:16"),
        ("Note n { 'x' }\nNote n { 'x' }", "f:2:1", "f:1:1"),
        ("Table t { a int\n indexes { a [name: 'i']\n a [name: 'i', unique] } }", "f:3:2", "f:2:12"),
        (
            "Table t { a int\n indexes { a [name: 'i'] } }\nTable u { a int\n indexes { a [name: 'i'] } }",
            "f:4:12",
            "f:2:12",
        ),
        ("Table t { a int\n checks { `a > 0` [name: 'c']\n `a > 1` [name: 'c'] } }", "f:3:2", "f:2:11"),
        ("Table t { a int\n b int [ref: > t.a] }\nRef: t.b > t.a", "f:3:1", "f:2:14"),
        ("Table t { a int }\nTable u { a int }\nRef: t.a > u.a\nRef: u.a < t.a", "f:4:1", "f:3:1"),
        ("Table t { a int\n b int }\nRef r: t.a > t.b\nTable u { a int }\nRef r: t.a > u.a", "f:5:1", "f:3:1"),
        ("Table t { a int }\nrecords t(a) { 1 }\nrecords t(a) { 2 }", "f:3:1", "f:2:1"),
    ],
)
def test_what_is_there_twice_names_both_places(text: str, second: str, first: str) -> None:
    """A duplicate is one error at the second place, and tells the first."""
    (finding,) = findings(text)
    assert (finding.severity, str(finding.place)) == (Severity.ERROR, second)
    assert finding.message.endswith(f"the first is at {first}")


@pytest.mark.parametrize(
    "text",
    [
        "Table a.t { a int }\nTable b.t { a int }",
        "Enum a.e { x }\nEnum b.e { x }",
        "Table a.t { x int\n indexes { x [name: 'i'] } }\nTable b.t { x int\n indexes { x [name: 'i'] } }",
        "TablePartial p { a int\n indexes { a [name: 'i'] } }\nTable t { ~p }\nTable u { ~p }",
        "Table t as t { a int }",
        "Table a.t as t { a int }",
        "Table t { a int }\nTableGroup t { t }\nNote t { 'x' }\nTablePartial t { a int }",
        "Table t { a int\n b int [ref: > t.a] }\nTable u { a int [ref: > t.a] }",
        "Table t { a int [pk]\n b int [pk] }",
        "Table t { a int\n b int\n indexes { (a, b) [pk] } }",
        "Table t { id int [pk]\n parent int [not null, ref: > t.id] }",
    ],
)
def test_what_is_no_duplicate(text: str) -> None:
    """Names are those of their schema, kind and table; composite keys and references to oneself are fine."""
    assert findings(text) == ()


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("Table t { }", "f:1:1", "has no columns"),
        ("Enum e { }", "f:1:1", "has no values"),
        ("Table t { a int\n indexes { b } }", "f:2:12", 'column "b", which an index names'),
        ("Table t { a int }\nTable u { b int [ref: > t.b] }", "f:2:25", 'column "b", which a reference names'),
        ("Table t { a int }\nRef: t.x > t.a", "f:2:6", 'column "x", which a reference names'),
        ("Table t { a int }\nRef: t.a > t.a", "f:2:1", "the two ends of a reference are the same"),
        ("TableGroup g { t }", "f:1:16", 'table "t" of table group "g"'),
        ("records t(a) { 1 }", "f:1:1", 'table "t" of the records'),
        ("Table t { a int }\nrecords t(b) { 1 }", "f:2:1", 'column "b", which the records names'),
        ("Table t { a int }\nrecords t(a) { 1, 2 }", "f:2:16", "2 values for 1 columns"),
        ("Table t { a e [default: e.x] }", "f:1:25", 'enum "e" of a default'),
        ("Enum e { x }\nTable t { a e [default: e.y] }", "f:2:25", 'enum "e" has no value "y"'),
        (
            "Table t { a int [pk]\n b int\n indexes { (a, b) [pk] } }",
            "f:3:12",
            "two primary keys: (a, b), and (a) at f:1:11",
        ),
    ],
)
def test_what_cannot_be(text: str, place: str, message: str) -> None:
    """What is named and not there, and what contradicts itself, is one error at its place."""
    (finding,) = findings(text)
    assert (finding.severity, str(finding.place), message in finding.message) == (Severity.ERROR, place, True), finding


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Table t { a int [pk, null] }", "never null"),
        (
            "Table t { a int\n indexes { a [pk, name: 'PRIMARY'] } }\n"
            "Table u { a int\n indexes { a [pk, name: 'PRIMARY'] } }",
            "is there twice",
        ),
    ],
)
def test_what_other_databases_write_is_a_warning(text: str, message: str) -> None:
    """It can be used, and is told."""
    (finding,) = findings(text)
    assert (finding.severity, message in finding.message) == (Severity.WARNING, True)


def test_missing_targets_are_a_question_to_the_database() -> None:
    """A table that the file does not define is no finding: the caller asks the database, and tells it if it must."""
    text = "Table profiles {\n  id uuid [ref: - auth.users.id]\n  b int [ref: > profile.id]\n}"
    validation = validate(text, "f")
    assert validation.findings == ()
    users, profile = validation.missing
    assert (users.schema, users.table, users.columns, str(users.place)) == ("auth", "users", ("id",), "f:2:19")
    assert users.finding.message == 'table "auth.users", which profiles.id points to, does not exist'
    assert profile.finding.remedy == 'Did you mean "profiles"?'


def test_a_table_of_another_file_is_not_missing() -> None:
    """What `use` names is there, by its alias."""
    text = "use { table a.users as u\n table v } from './x'\nTable t { a int [ref: > u.id]\n b int [ref: > v.id] }"
    validation = validate(text, "f")
    assert (validation.findings.at_least(Severity.ERROR), validation.missing) == ((), ())


def test_columns_of_a_missing_table_are_not_told() -> None:
    """One thing that is missing is told once."""
    validation = validate("Ref: a.x > b.y", "f")
    assert (validation.findings, [one.table for one in validation.missing]) == ((), ["a", "b"])


def test_what_could_not_be_read_is_not_called_missing() -> None:
    """After an error in a column nothing is said of references to it."""
    text = "Table t {\n  id\n}\nTable u { t_id int [ref: > t.id]\n t_id int }"
    validation = validate(text, "f")
    assert [str(one.place) for one in validation.findings] == ["f:2:3", "f:5:2"]
    assert validation.missing == ()


def test_a_partial_that_could_not_be_read_is_not_missed() -> None:
    """The error in its head is the only one."""
    text = "TablePartial 'p' { a int }\nTable t { ~p }\nMetadata Table u { a: 'b' }"
    assert [str(one.place) for one in findings(text)] == ["f:1:14"]


RING = "Table {0} {{ id int [pk]\n {1}_id int [{2}ref: > {1}.id] }}\n"


def test_a_circle_with_a_way_in_is_a_warning() -> None:
    """When one key of the circle may be null, rows can be inserted."""
    text = RING.format("a", "b", "not null, ") + RING.format("b", "c", "") + RING.format("c", "a", "not null, ")
    (finding,) = findings(text)
    assert finding.severity is Severity.WARNING
    assert "a.b_id -> b.c_id -> c.a_id -> a.b_id" in finding.message


def test_a_circle_of_required_keys_is_an_error() -> None:
    """No first row can be inserted; the places of the other references are told."""
    text = RING.format("a", "b", "not null, ") + RING.format("b", "a", "not null, ")
    (finding,) = findings(text)
    assert (finding.severity, str(finding.place)) == (Severity.ERROR, "f:2:27")
    assert "f:4:27" in finding.message


def test_a_column_of_the_primary_key_is_required() -> None:
    """Whether it is marked at the column or in the indexes."""
    first = "Table a { id int [pk, ref: > b.id] }\n"
    text = first + "Table b { id int\n a_id int [ref: > a.id]\n indexes { (id, a_id) [pk] } }"
    assert [one.severity for one in findings(text)] == [Severity.ERROR]


@pytest.mark.parametrize(
    "text",
    [
        "Table a { id int\n b int }\nTable b { id int\n a int }\nRef: a.b > b.id [inactive]\nRef: b.a > a.id",
        "Table a { id int\n b int }\nTable b { id int\n a int }\nRef: a.b <> b.id\nRef: b.a > a.id",
        "Table a { id int [ref: > b.id] }\nTable b { id int [ref: > c.id] }\nTable c { id int }",
    ],
)
def test_what_is_no_circle(text: str) -> None:
    """References without a key of their own make none, and a chain is none."""
    assert findings(text) == ()


def test_each_circle_is_told_once() -> None:
    """Two circles are two findings, however many ways run through them."""
    text = "".join(RING.format(one, other, "") for one, other in ("ab", "ba", "xy", "yz", "zx"))
    assert [one.subject.name for one in findings(text)] == ["a", "x"]


def test_a_long_chain_is_no_trouble() -> None:
    """A circle through five thousand tables is found."""
    count = 5000
    text = "".join(f"Table t{n} {{ id int\n r int [ref: > t{(n + 1) % count}.id] }}\n" for n in range(count))
    assert [one.severity for one in findings(text)] == [Severity.WARNING]


def test_a_valid_schema_is_returned_with_its_questions() -> None:
    """`read_valid` gives the schema and the missing targets, and raises all other errors at once."""
    schema, missing = read_valid("Table t { a int [ref: > u.a] }", "f")
    assert (len(schema.tables), len(missing)) == (1, 1)
    assert (check_schema(schema), missing_targets(schema)) == ((), missing)
    with pytest.raises(SchemaError, match="f has 2 errors"):
        read_valid("Table t { a int }\nTable t { a int }\nEnum e { }", "f")


BLOG = """
Table users {
  id uuid [pk, default: `gen_random_uuid()`]
  email varchar(255) [unique, not null]
  role user_role [default: 'user']

  Indexes {
    (email) [unique]
    (role)
  }
}

// Posts
Table posts {
  id uuid [pk]
  author_id uuid [ref: > users.id, not null]  // many-to-one
  parent_id uuid [ref: > posts.id] // threads
  payload jsonb [default: '{"a": true}']
  created_at timestamptz
  search tsvector

  Indexes {
    search                        // full text
    (author_id, created_at DESC)  // newest first
    (payload->>'user_id')
  }
}

Table post_tags {
  post_id uuid [ref: > posts.id]
  tag uuid

  Indexes {
    (post_id, tag) [pk]
    (tag)
  }
}

Enum user_role {
  user
  admin
}

TableGroup content {
  posts
  post_tags
}
"""


def test_a_schema_as_people_write_it() -> None:
    """Enums below their tables, one-item indexes in parentheses, order and JSON paths: nothing is wrong with it."""
    validation = validate(BLOG, "schema.dbml")
    assert (validation.findings, validation.missing) == ((), ())
    posts = validation.schema.tables_by_key()["public", "posts"]
    assert [(item.text, item.expression, item.descending) for index in posts.indexes for item in index.items] == [
        ("search", False, None),
        ("author_id", False, None),
        ("created_at", False, True),
        ("payload->>'user_id'", True, None),
    ]
