"""A schema.dbml on a real server: what it makes, and where its errors are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from pytest_nself.authoring.desired import build_schema, desired_catalog
from pytest_nself.catalog.fact import Catalog
from pytest_nself.catalog.read import introspect
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.schema.ddl import schema_statements
from pytest_nself.schema.model import Schema
from pytest_nself.schema.reader import read_schema
from pytest_nself.schema.validation import check_schema

Db = psycopg.Connection[Any]
MARK = "¦"
"""In a text of these tests: an error is expected exactly here."""


@pytest.fixture
def db(scratch_database: EphemeralDatabase) -> Iterator[Db]:
    """A connection to an empty database."""
    with closing(scratch_database.connect(autocommit=True, prepare_threshold=None)) as connection:
        yield connection


def unmarked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its marks, and where they were: lines and columns counted from 1."""
    places = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        while MARK in lines[number]:
            places.append((number + 1, lines[number].index(MARK) + 1))
            lines[number] = lines[number].replace(MARK, "", 1)
        assert MARK not in lines[number], line
    return "\n".join(lines), places


def built(db: Db, text: str, elsewhere: Catalog | None = None) -> Findings:
    return build_schema(db, read_schema(text, "f"), elsewhere, lambda path: text)


def errors(findings: Findings) -> list[Finding]:
    return list(findings.at_least(Severity.ERROR))


def at(finding: Finding) -> tuple[int | None, int | None]:
    assert finding.place is not None
    return finding.place.line, finding.place.column


BLOG = """
// A blog.
Table people {
  id uuid [pk, default: `gen_random_uuid()`]
  mail varchar(255) [unique, not null]
  active boolean [default: true]
  rank people_rank [default: 'reader']
  since timestamp [default: `now()`]

  Indexes {
    (mail) [unique]
    (since)
  }
}

Table articles {
  id uuid [pk, default: `gen_random_uuid()`]
  slug varchar(255) [unique, not null]
  body text
  words tsvector
  author uuid [ref: > people.id, not null]
  section uuid [ref: > sections.id]
  price decimal(10,2) [default: 0]
  extra jsonb [default: '{"theme": "light", "on": true}']

  Indexes {
    words // full text
    (author, since DESC)
    (extra->>'theme')
  }
  since timestamptz
}

Table sections {
  id uuid [pk]
  parent uuid [ref: > sections.id] // nested
}

Table article_tags {
  article uuid [ref: > articles.id]
  tag varchar(20)
  Indexes {
    (article, tag) [pk]
    (tag)
  }
}

Enum people_rank {
  reader
  writer
}

TableGroup all_of_it {
  people
  articles
}
"""

HARD = {
    "a circle of references": "Table a { id int [pk]\n b int [ref: > b.id] }\nTable b { id int [pk, ref: > a.id] }",
    "a table that points to itself": "Table a { id int [pk]\n up int [ref: > a.id]\n next int [ref: - a.id] }",
    "references of several columns": """
        Table s.a { x int\n y text\n indexes { (x, y) [pk] } }
        Table b { p int\n q text }
        Ref: b.(p, q) > s.a.(x, y) [delete: cascade, update: set null]
    """,
    "a reference to a unique index": """
        Table a { x int\n y int\n indexes { (x, y) [unique] } }
        Table b { p int\n q int }
        Ref: a.(x, y) < b.(p, q)
    """,
    "schemas and enums with upper case": """
        Enum "Shop"."State" { "On"
          "Off" }
        Table "Shop"."Order Items" {
          "Id" int [pk, increment]
          "State" "Shop"."State" [default: "Shop"."State"."On"]
          states "Shop"."State"[] [default: '{On,Off}']
          more "Shop.State[]"
          "user" text
          indexes { "State"
            ("user", "State" desc) }
        }
        Table "Order" { item int [ref: > "Shop"."Order Items"."Id"] }
    """,
    "quotes and line ends in notes and labels": """
        Enum e { "it's"
          "a \\"b\\""
          "back\\\\slash"
          Note: 'it\\'s "one"' }
        Table t [note: 'table\\'s'] {
          a e [default: e."it's", note: 'a\\nb']
          b e [default: "back\\\\slash"]
          c text [default: 'it\\'s \\\\']
          indexes { a [note: 'index\\'s'] }
        }
    """,
    "words of SQL as names": "Table select { order int [pk]\n check text [unique]\n indexes { (order, check) } }",
    "names of 63 bytes": f"""
        Table {"t" * 63} {{ {"a" * 63} int [pk]\n {"b" * 63} int [unique, check: `{"b" * 63} > 0`]
          {"b" * 62}c int [unique, ref: > {"t" * 63}.{"a" * 63}]
          indexes {{ {"b" * 63}\n {"b" * 62}c }} }}
    """,
    "letters beyond ASCII": 'Table größen { größe int [pk]\n "名前" text [unique, note: "é"]\n indexes { "名前" } }',
    "many to many": """
        Table s.a { id serial [pk] }
        Table b { x int\n y smallserial\n indexes { (x, y) [pk] } }
        Table c { id uuid [pk, ref: <> s.a.id] }
        Table d { id int [pk]
 other int [unique] }
        Ref: d.id <> d.other
        Ref: s.a.id <> d.id [delete: cascade]
        Ref: s.a.id <> b.x [inactive]
        Ref: b.(x, y) <> b.(y, x) [inactive]
    """,
    "what counts up": """
        Table t { a int [increment]\n b BIGINT [increment]\n c smallint [increment]\n d serial [increment]
          e bigserial\n f "smallserial" }
    """,
    "defaults of all kinds": """
        Enum e { a }
        Table t {
          a numeric [default: -10.10]
          b bigint [default: -9223372036854775808]
          c "double precision" [default: 1e-5]
          d text [default: null]
          e e[] [default: '{a}']
          f timestamptz [default: `now() - interval '1 day'`]
          g date [default: `current_date`]
          h int [default: `1 -- one`]
          i boolean [default: false]
          j text [default: 'now()']
          k text[] [default: `array['a', 'b']`]
          l "varchar(50)[]" [default: '{}']
          m jsonb [default: `jsonb_build_object('a', 1)`]
        }
    """,
    "partials": """
        TablePartial p { id int [pk, increment]\n made timestamptz [default: `now()`]
          indexes { made [name: 'by_moment'] }\n checks { `id > 0` [name: 'positive'] } }
        Table a { ~p }
        Table b { ~p }
    """,
    "checks": """
        Table t { a int [check: `a > 0`, check: `a < 9`]\n b int
          checks { `a < b`\n `b < 9 -- small`\n `a <> 5` [name: 't_a_not_null'] } }
    """,
    "a not null column beside a check of its constraint's name": """
        Table t { a int [not null]\n checks { `a > 5` [name: 't_a_not_null'] } }
    """,
    "indexes of all kinds": """
        Table t { a int\n b jsonb\n c text\n d text[]
          indexes { a [type: hash]\n b [type: gin]\n b\n (a, c) [unique, where: `a > 0`]\n `lower(c)` [unique]
            (a desc nulls last, `lower(c) desc`)\n d [type: gin]\n a [type: brin, name: 'Mine'] } }
    """,
    "a column that is called like a type": "Table t { text text\n date date [default: `current_date`]\n time time }",
    "an empty text in all places": "Table t { a text [default: '', note: '']\n Note: '' }",
    "primary keys that are called alike": """
        Table a { id int\n indexes { id [pk, name: 'PK'] } }
        Table b { id int\n indexes { id [pk, name: 'PK'] } }
    """,
}


@pytest.mark.parametrize("text", [BLOG, *HARD.values()], ids=["a blog", *HARD])
def test_what_is_valid_is_made(db: Db, text: str) -> None:
    """Nothing of it is refused."""
    assert errors(check_schema(read_schema(text, "f"))) == []
    assert errors(built(db, text)) == []


@pytest.mark.parametrize("text", [BLOG, *HARD.values()], ids=["a blog", *HARD])
def test_every_object_has_the_name_that_it_was_given(db: Db, text: str) -> None:
    """The server stores each name as it stands in the statements: it neither cuts one nor finds another."""
    schema = read_schema(text, "f")
    for one in schema_statements(schema):
        with db.transaction():
            db.execute(one.sql.text.encode())
    catalog = introspect(db)
    made = "\n".join(one.sql.text for one in schema_statements(schema))
    for entry in catalog.of_kind("index", "constraint", "table", "column", "enum"):
        name = entry.ref.part or entry.ref.name
        assert name.replace('"', '""') in made


def test_what_is_made_is_what_the_file_says(db: Db) -> None:
    """Columns, keys and indexes of the blog, as the server tells them."""
    assert errors(built(db, BLOG)) == []
    catalog = introspect(db)

    def told(kind: str, name: str, part: str | None, attribute: str) -> Any:
        return catalog.entries[ObjectRef(kind, "public", name, part)][attribute]

    assert told("column", "people", "rank", "type") == "public.people_rank"
    assert told("column", "articles", "price", "type") == "numeric(10,2)"
    assert told("default", "people", "rank", "expression") == "'reader'::public.people_rank"
    assert told("index", "idx_articles_words", None, "definition").endswith("USING gin (words)")
    assert told("index", "idx_articles_author_since", None, "definition").endswith("(author, since DESC)")
    assert told("index", "idx_articles_extra_theme", None, "definition").endswith("(((extra ->> 'theme'::text)))")
    assert told("constraint", "article_tags", "article_tags_pkey", "definition") == "PRIMARY KEY (article, tag)"
    assert told("constraint", "sections", "fk_sections_parent", "definition") == (
        "FOREIGN KEY (parent) REFERENCES public.sections(id)"
    )


def test_notes_are_comments(db: Db) -> None:
    """Letter for letter."""
    assert errors(built(db, HARD["quotes and line ends in notes and labels"])) == []
    rows = db.execute(
        "select obj_description('public.t'::regclass), col_description('public.t'::regclass, 1),"
        " obj_description('public.idx_t_a'::regclass), obj_description('public.e'::regtype, 'pg_type'),"
        " enum_range(null::public.e)::text[]"
    ).fetchall()
    assert rows == [("table's", "a\nb", "index's", 'it\'s "one"', ["it's", 'a "b"', "back\\slash"])]


# What is refused, and where.

REFUSED = [
    # types
    ("Table t { a int\n b ¦datetime }", "dbml-type", 'type "datetime" of column "t.b" does not exist', "timestamptz"),
    ("Table t { a ¦String }", "dbml-type", '"String" of column "t.a" does not exist', '"text"'),
    ("Table t { a ¦int(11) }", "dbml-type", "does not exist", '"int"'),
    ("Table t { a ¦varchar(0) }", "dbml-type", "must be at least 1", ""),
    ("Table t { a ¦void }", "dbml-type", "pseudo-type", "values"),
    ("Table t { a ¦record[] }", "dbml-type", "", ""),
    ('Table t { a ¦"int; drop table x" }', "dbml-type", "does not exist", ""),
    ('Table t { a ¦"int) default (1" }', "dbml-type", "does not exist", ""),
    ("Enum Status { a }\nTable t { a ¦status }", "dbml-type", "does not exist", '"Status"'),
    ("Enum s.status { a }\nTable t { a ¦status }", "dbml-type", "does not exist", '"s.status"'),
    ("Table t { a ¦nosuch_type_at_all }", "dbml-type", "does not exist", ""),
    ("Table t { a ¦seg_geometry.geometry }", "dbml-extension", "does not exist", "postgis"),
    # defaults
    ("Table t { a int [default: ¦'abc'] }", "dbml-default", 'for type integer: "abc"', "value of int"),
    ("Enum e { on\n off }\nTable t { a e [default: ¦'of'] }", "dbml-default", 'invalid input value for enum', '"off"'),
    ("Table t { a date [default: ¦'current_date'] }", "dbml-default", "invalid input syntax", "`current_date`"),
    ("Table t { a boolean [default: ¦0] }", "dbml-default", "type boolean", "true or false"),
    ("Table t { a jsonb [default: ¦'{'] }", "dbml-default", "json", "jsonb"),
    ("Table t { a int [default: `1 +\n   ¦nosuch`] }", "dbml-default", "cannot use column reference", ""),
    ("Table t { a int [default: `¦nosuch(1)`] }", "dbml-default", "function nosuch(integer) does not exist", "called"),
    ("Table t { a int [default: `1 + ¦) + 2`] }", "dbml-default", "syntax error", "PostgreSQL"),
    ("Table t { a int [default: `1¦; drop table t`] }", "dbml-default", "syntax error", "PostgreSQL"),
    ("Table t { a int [increment, default: ¦3] }", "dbml-default", "both default and identity", "take one of them out"),
    ("Table t { a serial [default: ¦3] }", "dbml-default", "multiple default values", "take one of them out"),
    ("Table t { a ¦uuid [increment] }", "dbml-refused", "identity column type", "bigint"),
    # expressions
    ("Table t { price int [check: `¦pric > 0`] }", "dbml-expression", 'column "pric" does not exist', '"price"'),
    ("Table t { a int\n checks { `a >\n    ¦nosuch(a)` } }", "dbml-expression", "function nosuch(integer)", "called"),
    ("Table t { a int\n checks { `¦a` } }", "dbml-expression", "must be type boolean", ""),
    ("Table t { a int\n checks { `a > ¦(select 1)` } }", "dbml-expression", "cannot use subquery", "migration"),
    ("Table t { a int\n checks { `¦sum(a) > 1` } }", "dbml-expression", "aggregate", "add up"),
    ("Table t { a int [check: `(a > 1¦`] }", "dbml-expression", "syntax error", "PostgreSQL"),
    ("Table t { a int\n indexes { `(a + 1¦` } }", "dbml-expression", "syntax error", "PostgreSQL"),
    ("Table t { mail text\n indexes { `lower(¦mial)` } }", "dbml-expression", 'column "mial"', '"mail"'),
    ("Table t { b jsonb\n indexes { (¦c->>'x') } }", "dbml-expression", 'column "c"', "There is: b."),
    ("Table t { a int\n indexes { a [where: `a > 0 and\n ¦b > 0`] } }", "dbml-expression", '"b" does', "is: a."),
    ("Table t { a timestamptz\n indexes { ¦`a::text` } }", "dbml-refused", "IMMUTABLE", "immutable"),
    ("Table t { a json\n indexes { ¦a } }", "dbml-refused", "no default operator class", "gin"),
    ("Table t { a int\n indexes { ¦a [type: gun] } }", "dbml-refused", 'access method "gun" does not exist', ""),
    # references
    ("Table a { id uuid [pk] }\nTable b { a int [ref: ¦> a.id] }", "dbml-reference", "integer and uuid", "same type"),
    ("Table a { id int }\nTable b { a int [ref: > ¦a.id] }", "dbml-reference", "no unique constraint", "[unique]"),
    ("Table a { id int [pk] }\nTable b { a int }\nRef: b.a > ¦nowhere.id", "dbml-missing", '"nowhere"', ""),
    ("Table a { id int [pk] }\nTable b { x uuid }\n¦Ref: b.x > a.id", "dbml-reference", "incompatible", "same type"),
    # names
    ("Table a { id int [pk]\n x int\n indexes { ¦x [pk] } }", "dbml-conflict", "multiple primary keys", "one"),
    ("Table a { id int\n indexes { ¦id [name: 'a'] } }", "dbml-duplicate", "already exists", "another name"),
    ("¦Table pg_mine.a { id int }", "dbml-refused", "unacceptable schema name", "pg_"),
    ("Enum e { a\n ¦" + "x" * 64 + " }", "dbml-refused", "invalid enum label", "63 bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "rule", "words", "remedy"), REFUSED, ids=[unmarked(one[0])[0] for one in REFUSED])
def test_what_is_refused_is_told_where_it_stands(db: Db, marked: str, rule: str, words: str, remedy: str) -> None:
    """One error at the exact line and column, in the server's words, with a way out."""
    text, places = unmarked(marked)
    (finding,) = errors(built(db, text))
    assert [at(finding)] == places
    assert finding.rule == rule
    assert words in finding.message
    assert remedy in finding.remedy


def test_all_errors_come_at_once(db: Db) -> None:
    """In the order of the file, and nothing of what only follows from another."""
    text, places = unmarked(
        """
Enum state { on
  off }
Table people {
  id uuid [pk]
  born ¦datetime
  name ¦String [not null, unique]
  age integer [default: ¦'abc', check: `¦agee > 3`]
  state state [default: ¦'onn']
  mail text [check: `length(mail) > 3`]
  indexes {
    born
    name [note: 'by name']
    `lower(name)`
    mail
    `lower(¦mial)`
  }
  checks {
    `born < now()`
    `age >
       ¦oops`
  }
}
Table posts {
  id int [pk]
  person int [ref: ¦> people.id]
  name text [ref: > people.name]
  born date [ref: > people.born]
  z int [ref: > ¦nowhere.id]
  fine uuid [ref: > people.id, note: 'kept']
}
Ref: posts.id <> people.born
"""
    )
    found = errors(built(db, text))
    assert [at(one) for one in found] == places
    catalog = introspect(db)
    assert ObjectRef("constraint", "public", "posts", "fk_posts_fine") in catalog.entries
    assert ObjectRef("index", "public", "idx_people_mail") in catalog.entries


def test_without_the_text_of_the_file_the_line_is_right(db: Db) -> None:
    """The expression of an index is then told where its element begins."""
    text = "Table t { a int\n indexes {\n  (a, `lower(b)`)\n  a [where: `c > 0`] } }"
    found = errors(build_schema(db, read_schema(text, "f")))
    assert [at(one) for one in found] == [(3, 7), (4, 3)]


def test_what_is_told_of_the_names_is_told_here_too(db: Db) -> None:
    """A NUL that no database can hold is an error like others."""
    (finding,) = errors(built(db, "Table t { a int [note: 'x\\0'] }"))
    assert at(finding) == (1, 24)
    assert "NUL" in finding.message


def test_a_transaction_of_the_caller_is_left_to_the_caller(db: Db) -> None:
    """Inside one each statement is run by itself all the same, and a rollback takes all of it back."""
    text, places = unmarked("Table a { id int [pk, default: ¦'x'] }\nTable b { a int [ref: > a.id]\n c ¦datetime }")
    with db.transaction(force_rollback=True):
        assert [at(one) for one in errors(built(db, text))] == places
        assert ObjectRef("table", "public", "b") in introspect(db).entries
    assert ObjectRef("table", "public", "b") not in introspect(db).entries


def test_many_tables_are_not_one_transaction(db: Db) -> None:
    """More tables than one transaction has locks for, with an error in the middle of them."""
    rows = db.execute(
        "select current_setting('max_locks_per_transaction')::int * current_setting('max_connections')::int"
    )
    (room,) = rows.fetchone() or (0,)
    count = min(room // 3, 1500)
    tables = []
    for number in range(count):
        default = "''" if number == 700 else number
        columns = f"id int [pk]\n up int [ref: > t{number // 2}.id, default: {default}]"
        tables.append(f"Table t{number} {{ {columns}\n indexes {{ up }} }}")
    text = "\n".join(tables)
    found = errors(built(db, text))
    assert [one.rule for one in found] == ["dbml-default"]
    assert sum(1 for _ in introspect(db, dependencies=False).of_kind("table")) == count


# Tables that are elsewhere, and what a server has or lacks.


@pytest.fixture
def live(db: Db) -> Catalog:
    """The catalog of a database with users of its own; nothing of it stays in the database."""
    with db.transaction(force_rollback=True):
        db.execute(
            "create schema auth; create table auth.users (id uuid primary key, mail varchar(99), n bigint);"
            " create table public.brands (id int, code text, primary key (id, code));"
            " create domain public.odd as int; create table public.odd_ones (id public.odd primary key)"
        )
        return introspect(db)


def schema_of(text: str) -> Schema:
    return read_schema(text, "f")


def test_tables_elsewhere_are_stood_in_for(scratch_database: EphemeralDatabase, live: Catalog) -> None:
    """Their columns have their real types there, and in what the file makes there is nothing of them."""
    text = """
    Table t { id int [pk]\n u uuid [ref: > auth.users.id]\n n bigint [ref: > auth.users.n]\n b int\n c text }
    Ref: t.(b, c) > brands.(id, code)
    Ref: t.id <> auth.users.mail
    """
    catalog, findings = desired_catalog(scratch_database, schema_of(text), live)
    assert errors(findings) == []
    assert {ref.name for ref in catalog.entries if ref.kind == "table"} == {"t", "t_users"}
    assert not any(ref.schema == "auth" or ref.name == "auth" for ref in catalog.entries)
    column = catalog.entries[ObjectRef("column", "public", "t_users", "users_mail")]
    assert column["type"] == "character varying(99)"
    assert ObjectRef("constraint", "public", "t", "fk_t_u") in catalog.entries


@pytest.mark.parametrize(
    ("marked", "words", "remedy"),
    [
        ("Table t { u uuid [ref: > ¦auth.people.id] }", 'table "auth.people"', ""),
        ("Table t { u uuid [ref: > ¦auth.users.idd] }", 'column "idd"', '"id"'),
        ("Table t { u int [ref: ¦> auth.users.id] }", "incompatible types", "same type"),
        ("Table t { u int [ref: > ¦odd_ones.id] }", "cannot be stood in for", ""),
    ],
)
def test_what_is_elsewhere_must_fit(db: Db, live: Catalog, marked: str, words: str, remedy: str) -> None:
    """A table or column that the other database lacks, and a type that does not match, are errors at the reference."""
    text, places = unmarked(marked)
    (finding,) = errors(built(db, text, live))
    assert [at(finding)] == places
    assert words in finding.message
    assert remedy in finding.remedy


def test_a_key_of_a_table_elsewhere_is_not_ours(scratch_database: EphemeralDatabase, live: Catalog) -> None:
    """A reference whose key would have to be added to a table that the file does not define is a warning."""
    catalog, findings = desired_catalog(
        scratch_database, schema_of("Table t { id bigint [pk] }\nRef: auth.users.n > t.id"), live
    )
    assert [(one.severity, at(one)) for one in findings] == [(Severity.WARNING, (2, 1))]
    assert [ref.part for ref in catalog.entries if ref.kind == "constraint"] == ["t_pkey"]


def test_schemas_that_are_there_are_taken(db: Db) -> None:
    """A database may bring schemas, domains and functions that a file uses."""
    db.execute("create schema s; create domain s.short as varchar(9); create function s.one() returns int return 1")
    assert errors(built(db, "Table s.t { a s.short\n b int [default: `s.one()`] }")) == []
    assert introspect(db).entries[ObjectRef("column", "s", "t", "a")]["type"] == "s.short"


def test_a_type_in_a_schema_that_is_not_looked_through_is_found(db: Db) -> None:
    """As on servers that keep their extensions in a schema of their own."""
    db.execute("create schema kept; create domain kept.citext as text")
    (finding,) = errors(built(db, "Table t { a CITEXT }"))
    assert at(finding) == (1, 13)
    assert finding.remedy == 'Did you mean "kept.citext"?'


def test_an_extension_is_created_where_the_server_has_it(db: Db) -> None:
    """It is told; and what the server lacks is an error that names the extension."""
    rows = db.execute("select name from pg_available_extensions where name in ('citext', 'vector')").fetchall()
    has = {name for (name,) in rows}
    found = built(db, "Table t { a citext\n b vector(3) }")
    told = [(at(one), one.severity, one.rule) for one in found]
    for line, column, extension in ((1, 13, "citext"), (2, 4, "vector")):
        severity = Severity.INFO if extension in has else Severity.ERROR
        assert ((line, column), severity, "dbml-extension") in told
    assert len(told) == 2
    installed = {ref.name for ref in introspect(db).entries if ref.kind == "extension"}
    assert installed & {"citext", "vector"} == has
