"""Schemas in pydbml's objects and back, and pydbml's second opinion on what is read and written here."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import warnings
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.errors import ToolMissing
from pytest_nself.core.finding import Severity
from pytest_nself.schema.model import (
    NOWHERE,
    Column,
    ColumnType,
    Comment,
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
from pytest_nself.schema.pydbml_import import import_pydbml
from pytest_nself.schema.reader import read_schema
from pytest_nself.schema.writer import write_schema

from .test_dbml_properties import EXPRESSIONS, LETTERS, NAMES, TABLES, TEXTS


@pytest.fixture(autouse=True, scope="module")
def imported() -> None:
    """pydbml's import takes longer than a property test may."""
    import_pydbml()


def parsed(text: str) -> Any:
    """What pydbml reads; it warns of what it uses each time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return import_pydbml().PyDBML(text)


def read(text: str) -> Schema:
    return read_schema(text, NOWHERE.path)


# What pydbml can say.

BARE = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
PLAIN = NAMES.filter(lambda name: "." not in name)
SOME_SCHEMA = st.none() | BARE.filter(lambda name: name != "public")
COMMENTS = st.lists(
    st.text(LETTERS, max_size=9).map(lambda text: Comment(text.strip())).filter(lambda one: "hasura" not in one.text),
    max_size=2,
).map(tuple)
SOME_NOTE = st.none() | st.builds(Note, TEXTS.filter(bool))
ACTIONS = st.sampled_from([None, "cascade", "set null", "no action"])


def metadata(strings: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[Setting, ...]]:
    def setting(key: str, text: str) -> Setting:
        return Setting(key, Value(ValueKind.STRING, text))

    return st.lists(st.builds(setting, BARE, strings), max_size=2, unique_by=lambda one: one.key).map(tuple)


SAID_DEFAULTS = st.one_of(
    st.none(),
    st.builds(Value, st.just(ValueKind.STRING), TEXTS),
    st.builds(Value, st.just(ValueKind.EXPRESSION), EXPRESSIONS),
    st.builds(Value, st.just(ValueKind.NUMBER), st.integers().map(str)),
    st.builds(Value, st.just(ValueKind.NUMBER), st.floats(allow_nan=False, allow_infinity=False).map(str)),
    st.sampled_from([Value(ValueKind.BOOLEAN, "true"), Value(ValueKind.BOOLEAN, "false")]),
)
SAID_TYPES = st.one_of(
    st.builds(
        ColumnType,
        BARE,
        SOME_SCHEMA,
        st.lists(st.integers(0, 99).map(str), max_size=2).map(tuple),
        st.lists(st.none() | st.integers(1, 9), max_size=2).map(tuple),
    ),
    st.sampled_from(["double precision", "timestamp with time zone"]).map(lambda name: ColumnType(name, quoted=True)),
)


@st.composite
def said_tables(draw: st.DrawFn, types: st.SearchStrategy[ColumnType]) -> Table:
    columns = st.builds(
        Column,
        PLAIN,
        types,
        pk=st.booleans(),
        unique=st.booleans(),
        not_null=st.sampled_from([None, True]),
        increment=st.booleans(),
        default=SAID_DEFAULTS,
        note=SOME_NOTE,
        metadata=metadata(TEXTS),
        comments=COMMENTS,
    )
    own = draw(st.lists(columns, min_size=1, max_size=3, unique_by=lambda one: one.name))
    items = st.sampled_from(own).map(lambda one: IndexItem(one.name)) | st.builds(
        IndexItem, EXPRESSIONS, expression=st.just(True)
    )
    indexes = st.builds(
        Index,
        st.lists(items, min_size=1, max_size=2).map(tuple),
        st.none() | PLAIN,
        st.booleans(),
        st.booleans(),
        st.sampled_from([None, "btree", "gin"]),
        note=SOME_NOTE,
        comments=COMMENTS,
    )
    color = st.builds(Value, st.just(ValueKind.COLOR), st.sampled_from(["#fff", "#12AB34"]))
    return Table(
        draw(PLAIN),
        draw(SOME_SCHEMA),
        columns=tuple(own),
        indexes=tuple(draw(st.lists(indexes, max_size=2))),
        note=draw(SOME_NOTE),
        settings=draw(st.just(()) | color.map(lambda one: (Setting("headercolor", one),))),
        metadata=draw(metadata(TEXTS)),
        comments=draw(COMMENTS),
    )


@st.composite
def refs_between(draw: st.DrawFn, tables: tuple[Table, ...]) -> Ref:
    inline = draw(st.booleans())
    count = 1 if inline else draw(st.integers(1, 2))

    def end() -> Endpoint:
        table = draw(st.sampled_from(tables))
        names = st.sampled_from([column.name for column in table.columns])
        return Endpoint(table.name, tuple(draw(st.lists(names, min_size=count, max_size=count))), table.schema)

    ref = Ref(end(), draw(st.sampled_from(Relation)), end(), inline=inline)
    if inline:
        return ref
    return replace(
        ref,
        name=draw(st.none() | PLAIN),
        on_delete=draw(ACTIONS),
        on_update=draw(ACTIONS),
        comments=draw(COMMENTS),
    )


def with_inline(table: Table, refs: tuple[Ref, ...]) -> Table:
    """The table with the inline references of its columns in them."""

    def own(column: Column) -> tuple[Ref, ...]:
        return tuple(
            one for one in refs if one.inline and one.left == Endpoint(table.name, (column.name,), table.schema)
        )

    return replace(table, columns=tuple(replace(one, refs=own(one)) for one in table.columns))


@st.composite
def said(draw: st.DrawFn) -> Schema:
    values = st.lists(st.builds(EnumValue, NAMES, SOME_NOTE, comments=COMMENTS), min_size=1, max_size=3).map(tuple)
    enums = st.builds(Enum, BARE, values, SOME_SCHEMA, comments=COMMENTS)
    types = draw(st.lists(enums, max_size=2, unique_by=lambda one: one.key).map(tuple))
    of_enums = st.sampled_from([ColumnType(one.name, one.schema) for one in types]) if types else st.nothing()
    one_of_each = st.lists(said_tables(SAID_TYPES | of_enums), min_size=1, max_size=3, unique_by=lambda one: one.key)
    tables = draw(one_of_each.map(tuple))

    def spoken(one: Ref) -> object:
        return replace(one, inline=False)

    refs = draw(st.lists(refs_between(tables), max_size=3, unique_by=spoken).map(tuple))
    members = st.lists(st.sampled_from(tables).map(lambda one: Member(one.name, one.schema)), max_size=2).map(tuple)
    groups = st.builds(TableGroup, PLAIN, members, note=SOME_NOTE, comments=COMMENTS)
    return Schema(
        project=draw(st.none() | st.builds(Project, st.none() | PLAIN, metadata(TEXTS), SOME_NOTE, comments=COMMENTS)),
        tables=tuple(with_inline(table, refs) for table in tables),
        enums=types,
        refs=refs,
        groups=draw(st.lists(groups, max_size=2, unique_by=lambda one: one.name).map(tuple)),
        notes=draw(st.lists(st.builds(StickyNote, PLAIN, TEXTS), max_size=2).map(tuple)),
    )


@given(said())
def test_what_pydbml_can_say_comes_back(schema: Schema) -> None:
    """A schema that has nothing which pydbml lacks is the same after the way there and back, and nothing is told."""
    bridged = schema.to_pydbml()
    assert bridged.left_out == ()
    assert Schema.from_pydbml(bridged.database) == schema


# What pydbml cannot say.


def spelled(kind: ColumnType) -> ColumnType:
    return ColumnType("".join(kind.text.split()))


def alike(schema: Schema) -> Schema:
    """The schema with one spelling for what means the same."""

    def note(one: Note | None) -> Note | None:
        return one if one is not None and one.text else None

    def column(one: Column) -> Column:
        return replace(one, type=spelled(one.type), not_null=one.not_null or None, note=note(one.note))

    def table(one: Table) -> Table:
        return replace(
            one,
            columns=tuple(map(column, one.columns)),
            indexes=tuple(replace(index, note=note(index.note)) for index in one.indexes),
            note=note(one.note),
        )

    return replace(schema, tables=tuple(map(table, schema.tables)))


def sayable(table: Table) -> Table:
    """The table without what pydbml lacks."""

    def default(one: Value | None) -> Value | None:
        if one is None or one.kind is ValueKind.NULL:
            return None
        if one.kind is ValueKind.ENUM:
            return Value(ValueKind.STRING, one.text)
        if one.kind is ValueKind.NUMBER:
            number = int(one.text) if one.text.lstrip("-").isdigit() else float(one.text)
            return one if str(number) == one.text else Value(ValueKind.EXPRESSION, one.text)
        return one

    names = {column.name for column in table.columns}
    return replace(
        table,
        checks=(),
        columns=tuple(replace(one, checks=(), default=default(one.default)) for one in table.columns),
        indexes=tuple(
            replace(one, items=tuple(replace(item, descending=None, nulls_first=None) for item in one.items))
            for one in table.indexes
            if one.where is None and all(item.text in names for item in one.items)
        ),
    )


@st.composite
def any_tables(draw: st.DrawFn) -> Schema:
    tables = draw(st.lists(TABLES, max_size=3, unique_by=lambda one: f"{one.key[0]}.{one.name}"))
    named = [
        replace(table, indexes=tuple(replace(one, items=(IndexItem(table.columns[0].name),)) for one in table.indexes))
        if draw(st.booleans())
        else table
        for table in tables
    ]
    return Schema(tables=tuple(named))


@given(any_tables())
def test_nothing_is_left_out_silently(schema: Schema) -> None:
    """Whatever tables say: what pydbml can hold of it comes back, and a finding tells of it when that is not all."""
    bridged = schema.to_pydbml()
    least = replace(schema, tables=tuple(map(sayable, schema.tables)))
    assert alike(Schema.from_pydbml(bridged.database)) == alike(least)
    assert bool(bridged.left_out) == (least != schema)


RICH = """Project p { database_type: 'PostgreSQL' }
TablePartial base {
  id bigint [pk]
}
// hasura:permissions user:select[id]
Table users {
  ~base
  age int [default: null, check: `age > 0`] // hasura:permissions
  price numeric [default: 10.10, owner: 'a', tint: #fff]
  state state [default: state.on]
  org uuid [ref: > auth.users.id]
  indexes {
    age [unique, where: `age > 1`]
    (age DESC, price)
  }
  checks {
    `age > 2`
  }
}
Enum state {
  on

  Note: 'enum'
}
Ref: users.age > users.id [inactive]
Ref s.name: users.age ?> users.id [color: #fff]
Note sticky [color: #fff] {
  'x'
}
Records users(id) {
  1
}
DiagramView v {
  tables { * }
}

// loose
"""


def test_what_is_left_out_is_told() -> None:
    """Each thing that pydbml lacks has a finding with its place; what a database would show is a warning."""
    found = read(RICH).to_pydbml().left_out
    told = [(one.place.line if one.place else None, one.severity, one.message) for one in found]
    warning, info = Severity.WARNING, Severity.INFO
    assert told == [
        (2, info, 'file "schema.dbml": TablePartial "base" is written out in the tables that take it'),
        (8, info, 'column "users.age": default null is no default, which means the same'),
        (8, warning, 'column "users.age": check `age > 0` is left out'),
        (9, info, 'column "users.price": default 10.10 is an expression, since Python\'s numbers would change it'),
        (9, info, 'column "users.price": setting "tint" is left out'),
        (10, info, 'column "users.state": default state.on is a string'),
        (11, warning, 'reference "users.org > auth.users.id": its columns are not all in the file: it is left out'),
        (13, warning, 'table "users": index (age) where age > 1 is left out'),
        (14, warning, 'table "users": the order of age in index (age, price) is left out'),
        (17, warning, 'table "users": check `age > 2` is left out'),
        (23, warning, 'enum "state": the note is left out'),
        (25, warning, 'reference "users.age > users.id": it is inactive, and left out'),
        (26, info, 'reference "users.age > users.id": schema "s" of the name is left out'),
        (26, info, 'reference "users.age > users.id": what is optional is left out'),
        (26, info, 'reference "users.age > users.id": the color is left out'),
        (27, info, 'note "sticky": setting "color" is left out'),
        (30, info, 'file "schema.dbml": records of users are left out'),
        (33, info, 'file "schema.dbml": DiagramView v is left out'),
        (37, info, 'file "schema.dbml": comment "loose" is left out'),
    ]


def test_directives_live_in_comments() -> None:
    """Directives go where pydbml keeps comments, and come back as what they were."""
    schema = read("// first\n// hasura:permissions user:select[id]\nTable t {\n  id int // hasura:permissions x:*\n}\n")
    bridged = schema.to_pydbml()
    assert bridged.left_out == ()
    (table,) = bridged.database.tables
    assert table.comment == "first\nhasura:permissions user:select[id]"
    assert Schema.from_pydbml(bridged.database) == schema
    assert schema.tables[0].directives
    assert schema.tables[0].columns[0].directives


@pytest.mark.parametrize(
    "text",
    [
        "Table a {\n id int\n}\nTable a {\n id int\n}\n",
        "Table a {\n id int\n}\nTable public.a {\n id int\n}\n",
        "Enum a {\n x\n}\nEnum a {\n x\n}\n",
        "Table a {\n id int\n}\nRef: a.id > a.id\nRef: a.id > a.id\n",
        'Table "a.b" {\n id int\n}\nTable b as "public.a.b" {\n id int\n}\n',
    ],
)
def test_what_pydbml_refuses_is_told(text: str) -> None:
    """Two things that are one to pydbml: the first stays, and the second is told."""
    assert len(read(text).to_pydbml().left_out) == 1


# The second opinion.

TEXTS_OF_BOTH = {
    "a blog": """// people
Table users as u [headercolor: #3498db] {
  id uuid [pk, default: `gen_random_uuid()`] // key
  email varchar(255) [not null, unique]
  age int [default: 7]
  rate "double precision" [default: 1.5]
  price numeric(10,2) [not null, default: 0]
  active boolean [default: true]
  state post_state [not null, default: 'draft']

  indexes {
    (email, age) [unique, name: 'two']
    `lower(email)` [type: btree, note: 'by letters']
    id [pk]
  }

  Note: 'who writes'
}

Enum post_state {
  draft [note: 'not yet']
  "all done"
}

Table posts {
  id bigint [pk, increment]
  author uuid [not null, ref: > u.id]
  tags text[]
}

Ref who: posts.author > users.id [delete: cascade, update: no action]
TableGroup people [color: #fff] {
  users
  posts
}
""",
    "schemas": """Table app.users {
  id int [pk]
  other int
}
Table app."order lines" {
  id int [pk, note: 'it is "quoted"']
  user_id int
  state app.state
}
Enum app.state {
  a
  b
}
Ref: app."order lines".(id, user_id) > app.users.(id, other)
Ref: app.users.id < app."order lines".user_id
Ref: app.users.id - app."order lines".id [delete: set null]
""",
    "notes": """Project shop {
  database_type: 'PostgreSQL'
  Note: 'all of it'
}
Table a {
  id int [pk, note: '''
    two
      lines
  ''']
}
Table b {
  id int
  a_id int [ref: <> a.id]
  again int [ref: - a.id]
}
Ref: a.id <> b.id
Note hint {
  'a single line'
}
""",
}


def second(text: str) -> Schema:
    return Schema.from_pydbml(parsed(text))


def told_alike(schema: Schema) -> Schema:
    """Without the comments, most of which pydbml loses, and with one spelling of types."""
    bare = alike(schema)
    tables = tuple(
        replace(
            table,
            comments=(),
            columns=tuple(replace(one, comments=()) for one in table.columns),
        )
        for table in bare.tables
    )
    return replace(bare, tables=tables, refs=tuple(sorted(bare.refs, key=repr)), comments=())


@pytest.mark.parametrize("text", TEXTS_OF_BOTH.values(), ids=TEXTS_OF_BOTH)
def test_both_readers_agree(text: str) -> None:
    """pydbml reads the same in a file as we do."""
    assert told_alike(second(text)) == told_alike(read(text))


@pytest.mark.parametrize("text", TEXTS_OF_BOTH.values(), ids=TEXTS_OF_BOTH)
def test_what_we_write_is_what_pydbml_reads(text: str) -> None:
    """A file as our writer writes it says to pydbml what it says to us."""
    assert told_alike(second(write_schema(read(text)))) == told_alike(read(text))


@pytest.mark.parametrize("text", TEXTS_OF_BOTH.values(), ids=TEXTS_OF_BOTH)
def test_its_own_objects_come_back(text: str) -> None:
    """What pydbml has parsed makes the same texts, DBML and SQL, after the way to us and back."""
    database = parsed(text)
    bridged = Schema.from_pydbml(database).to_pydbml()
    assert bridged.left_out == ()
    assert bridged.database.refs == database.refs
    assert bridged.database.dbml == database.dbml
    assert bridged.database.sql == database.sql


# The process that pydbml comes into.

CONTAINED = """
import sys
from pytest_nself.schema import from_pydbml, to_pydbml
from pytest_nself.schema.reader import read_schema
assert "pydbml" not in sys.modules and "pyparsing" not in sys.modules
import pyparsing
before = pyparsing.ParserElement.DEFAULT_WHITE_CHARS
words = pyparsing.Word(pyparsing.alphas)[1, ...]
database = read_schema("Table t {\\n id int\\n}\\n", "schema.dbml").to_pydbml().database
assert database["public.t"]["id"].type == "int"
assert pyparsing.ParserElement.DEFAULT_WHITE_CHARS == before
later = pyparsing.Word(pyparsing.alphas)[1, ...]
for grammar in (words, words.copy(), later):
    assert grammar.parse_string("a b\\nc", parse_all=True).as_list() == ["a", "b", "c"]
assert pyparsing.common.integer.copy().parse_string("\\n 1").as_list() == [1]
import warnings
warnings.simplefilter("ignore")
from pydbml import PyDBML
for _ in range(2):
    assert PyDBML({text!r}).dbml
assert later.parse_string("a\\nb", parse_all=True).as_list() == ["a", "b"]
"""
OWN = """
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pydbml, pyparsing
before = pyparsing.ParserElement.DEFAULT_WHITE_CHARS
assert "\\n" not in before
from pytest_nself.schema.reader import read_schema
read_schema("Table t {\\n id int\\n}\\n", "schema.dbml").to_pydbml()
assert pyparsing.ParserElement.DEFAULT_WHITE_CHARS == before
"""


def run_strictly(program: str) -> None:
    """Run it in a process of its own where warnings are errors."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_process_stays_as_it_was() -> None:
    """Where warnings are errors pydbml is imported without one, only when it is asked for; other grammars of pyparsing,
    older and newer ones, read as before, and so does pydbml's own parser."""
    run_strictly(CONTAINED.replace("{text!r}", repr(TEXTS_OF_BOTH["a blog"])))


def test_a_program_that_imported_pydbml_keeps_its_process() -> None:
    """Defaults that the program's own import has set are not changed under its feet."""
    run_strictly(OWN)


def test_without_pydbml_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pydbml is missing, our own error names the package to install."""
    monkeypatch.setitem(sys.modules, "pydbml", None)
    with pytest.raises(ToolMissing) as caught:
        Schema().to_pydbml()
    assert "pip install 'pydbml>=1.2'" in str(caught.value)


def test_an_old_pydbml_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An older pydbml, whose objects are others, is refused and named."""
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "1.1.4")
    with pytest.raises(ToolMissing, match=r"found pydbml 1\.1"):
        Schema().to_pydbml()
