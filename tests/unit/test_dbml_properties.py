"""The DBML reader on texts that nobody wrote by hand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.finding import Severity
from pytest_nself.schema.model import (
    Check,
    Column,
    ColumnType,
    Endpoint,
    Enum,
    EnumValue,
    Index,
    IndexItem,
    Note,
    Ref,
    Relation,
    Schema,
    Table,
    Value,
    ValueKind,
)
from pytest_nself.schema.reader import read_text
from pytest_nself.schema.tokens import tokenize
from pytest_nself.schema.validation import validate

LETTERS = st.characters(exclude_categories=("Cs", "Cc"))
NAMES = st.text(LETTERS, min_size=1, max_size=12)
TEXTS = st.text(st.one_of(LETTERS, st.just("\n")), max_size=20)
EXPRESSIONS = st.text(LETTERS.filter(lambda char: char != "`"), min_size=1, max_size=20)


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("'", "\\'").replace('"', '\\"')


def name(text: str) -> str:
    return f'"{escaped(text)}"'


def string(text: str) -> str:
    return f"'{escaped(text)}'"


def qualified(schema: str | None, text: str) -> str:
    return name(text) if schema is None else f"{name(schema)}.{name(text)}"


def value(one: Value) -> str:
    if one.kind is ValueKind.STRING:
        return string(one.text)
    if one.kind is ValueKind.EXPRESSION:
        return f"`{one.text}`"
    if one.kind is ValueKind.ENUM:
        return f"{qualified(one.schema, one.enum or '')}.{name(one.text)}"
    return one.text


VALUES = st.one_of(
    st.builds(Value, st.just(ValueKind.STRING), TEXTS),
    st.builds(Value, st.just(ValueKind.EXPRESSION), EXPRESSIONS),
    st.builds(
        Value, st.just(ValueKind.NUMBER), st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,9})?(e-?[0-9]{1,2})?", fullmatch=True)
    ),
    st.sampled_from(
        [Value(ValueKind.NULL, "null"), Value(ValueKind.BOOLEAN, "true"), Value(ValueKind.BOOLEAN, "false")]
    ),
    st.builds(Value, st.just(ValueKind.ENUM), NAMES, NAMES, st.none() | NAMES),
)
TYPES = st.builds(
    ColumnType,
    NAMES,
    st.none() | NAMES,
    st.lists(st.integers(-99, 999).map(str), max_size=2).map(tuple),
    st.lists(st.none() | st.integers(1, 9), max_size=2).map(tuple),
    st.just(True),
)
NOTES = st.none() | st.builds(Note, TEXTS)
COLUMNS = st.builds(
    Column,
    NAMES,
    TYPES,
    pk=st.booleans(),
    unique=st.booleans(),
    not_null=st.sampled_from([None, True, False]),
    increment=st.booleans(),
    default=st.none() | VALUES,
    checks=st.lists(st.builds(Check, EXPRESSIONS), max_size=2).map(tuple),
    note=NOTES,
)
ORDERS = st.sampled_from([None, True, False])
ITEMS = st.builds(IndexItem, NAMES, st.just(False), ORDERS, ORDERS)
INDEXES = st.builds(
    Index,
    st.lists(ITEMS, min_size=1, max_size=3).map(tuple),
    name=st.none() | NAMES,
    unique=st.booleans(),
    type=st.none() | st.sampled_from(["btree", "gin"]),
    where=st.none() | EXPRESSIONS,
    note=NOTES,
)
TABLES = st.builds(
    Table,
    NAMES,
    st.none() | NAMES,
    columns=st.lists(COLUMNS, min_size=1, max_size=3).map(tuple),
    indexes=st.lists(INDEXES, max_size=2).map(tuple),
    checks=st.lists(st.builds(Check, EXPRESSIONS, st.none() | NAMES), max_size=2).map(tuple),
    note=NOTES,
)
ENUMS = st.builds(
    Enum, NAMES, st.lists(st.builds(EnumValue, NAMES, NOTES), min_size=1, max_size=3).map(tuple), st.none() | NAMES
)


@st.composite
def refs(draw: st.DrawFn) -> Ref:
    count = draw(st.integers(1, 2))
    columns = st.lists(NAMES, min_size=count, max_size=count).map(tuple)
    ends = st.builds(Endpoint, NAMES, columns, st.none() | NAMES)
    actions = st.sampled_from([None, "cascade", "set null", "no action"])
    return Ref(
        draw(ends),
        draw(st.sampled_from(Relation)),
        draw(ends),
        draw(st.booleans()),
        draw(st.booleans()),
        name=draw(st.none() | NAMES),
        on_delete=draw(actions),
        on_update=draw(actions),
        inactive=draw(st.booleans()),
    )


SCHEMAS = st.builds(
    Schema,
    tables=st.lists(TABLES, max_size=3).map(tuple),
    enums=st.lists(ENUMS, max_size=2).map(tuple),
    refs=st.lists(refs(), max_size=3).map(tuple),
)


def listed(settings_: list[str]) -> str:
    return f" [{', '.join(settings_)}]" if settings_ else ""


def note(one: Note | None) -> list[str]:
    return [] if one is None else [f"note: {string(one.text)}"]


def column_line(column: Column) -> str:
    kind = column.type
    arguments = f"({', '.join(kind.arguments)})" if kind.arguments else ""
    brackets = "".join(f"[{size or ''}]" for size in kind.dimensions)
    said = [word for word, there in (("pk", column.pk), ("unique", column.unique)) if there]
    said += {None: [], True: ["not null"], False: ["null"]}[column.not_null]
    said += ["increment"] if column.increment else []
    said += [f"default: {value(column.default)}"] if column.default else []
    said += [f"check: `{check.expression}`" for check in column.checks] + note(column.note)
    return f"{name(column.name)} {qualified(kind.schema, kind.name)}{arguments}{brackets}{listed(said)}"


def index_line(index: Index) -> str:
    items = []
    for item in index.items:
        order = {None: "", True: " desc", False: " asc"}[item.descending]
        nulls = {None: "", True: " nulls first", False: " nulls last"}[item.nulls_first]
        items.append(name(item.text) + order + nulls)
    said = ["unique"] if index.unique else []
    said += [f"name: {string(index.name)}"] if index.name is not None else []
    said += [f"type: {index.type}"] if index.type else []
    said += [f"where: `{index.where}`"] if index.where else []
    return f"({', '.join(items)}){listed(said + note(index.note))}".replace(")[", ") [")


def table_text(table: Table) -> str:
    lines = [column_line(column) for column in table.columns]
    lines += ["indexes {", *map(index_line, table.indexes), "}"]
    checks = [f"`{one.expression}`" + listed([f"name: {string(one.name)}"] if one.name else []) for one in table.checks]
    lines += ["checks {", *checks, "}"]
    lines += [f"Note: {string(table.note.text)}"] if table.note else []
    return f"Table {qualified(table.schema, table.name)} {{\n" + "\n".join(lines) + "\n}\n"


def enum_text(enum: Enum) -> str:
    lines = [name(one.name) + listed(note(one.note)) for one in enum.values]
    return f"Enum {qualified(enum.schema, enum.name)} {{\n" + "\n".join(lines) + "\n}\n"


def ref_text(ref: Ref) -> str:
    def end(one: Endpoint) -> str:
        columns = name(one.columns[0]) if len(one.columns) == 1 else f"({', '.join(map(name, one.columns))})"
        return f"{qualified(one.schema, one.table)}.{columns}"

    sign = "?" * ref.left_optional + ref.relation + "?" * ref.right_optional
    said = [f"delete: {ref.on_delete}"] if ref.on_delete else []
    said += [f"update: {ref.on_update}"] if ref.on_update else []
    said += ["inactive"] if ref.inactive else []
    head = "Ref" if ref.name is None else f"Ref {name(ref.name)}"
    return f"{head}: {end(ref.left)} {sign} {end(ref.right)}{listed(said)}\n"


def written(schema: Schema) -> str:
    return "".join([*map(table_text, schema.tables), *map(enum_text, schema.enums), *map(ref_text, schema.refs)])


@given(SCHEMAS)
def test_what_is_written_reads_back(schema: Schema) -> None:
    """Any schema, whatever letters its names and texts have, is read as it was meant."""
    reading = read_text(written(schema), schema.path)
    assert reading.findings == ()
    assert reading.schema == schema


SAMPLE = """// hasura:permissions admin:*
Project p { database_type: 'PostgreSQL'
  Note: '''
    text
  ''' }
use { table a } from './x'
Table app.users as U [headercolor: #fff, note: "n"] {
  id int [pk, increment] // id
  ~base
  email varchar(50)[] [unique, not null, default: 'it\\'s', ref: > U.id]
  price "double precision" [default: -1.5e3, check: `price > 0`]
  Indexes {
    (id, email DESC NULLS LAST) [name: 'x', type: gin]
    (payload->>'user_id')
    `lower(email)`
  }
  checks { `a > 1` [name: 'c1'] }
  records (id) { 1
   2, }
}
TablePartial base { a int [ref: - id] }
/* enum */
Enum kind { "a b" [note: 'x']
  b }
Ref r: U.(id, email) ?<> b.(c, d) [delete: set null, color: #fff]
TableGroup g [color: #123] { U }
Note sticky { 'x' }
DiagramView v { tables { * } }
Dep: a -> b
Metadata Column U.email { k: 'v' }
"""
PIECES = ["{", "}", "[", "]", "(", ")", ",", ":", ".", ">", "-", "'", '"', "`", "'''", "/*", "//", "\n", "\\", "#", "~"]
PIECES += [
    "Table",
    "Ref",
    "Enum",
    "Note",
    "indexes",
    "records",
    "metadata",
    "use",
    "1.",
    "\ud800",
    "\0",
    "é\u0301",
    "\r",
]


def judged(text: str) -> None:
    validation = validate(text, "f")
    lines = text.count("\n") + 1
    for finding in [*validation.findings, *(one.finding for one in validation.missing)]:
        assert finding.place is not None
        assert finding.place.line is not None
        assert finding.place.column is not None
        assert 1 <= finding.place.line <= lines, finding
        assert 1 <= finding.place.column <= len(text.split("\n")[finding.place.line - 1]) + 1, finding


@st.composite
def damaged(draw: st.DrawFn) -> str:
    text = SAMPLE
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.sampled_from([0, 0, 1, 2, 10, 100]))
        text = text[:start] + draw(st.sampled_from(["", *PIECES])) + text[end:]
    return text


@given(damaged())
def test_a_damaged_file_is_told_and_never_raises(text: str) -> None:
    """Whatever is cut out or put in: every finding stands at a line and a column of the file."""
    judged(text)


@given(st.lists(st.sampled_from([*PIECES, "a", " ", "int"]), max_size=60).map("".join))
def test_rubbish_is_told_and_never_raises(text: str) -> None:
    """No text at all breaks the reader."""
    judged(text)


@given(st.text(max_size=60))
def test_any_text_has_tokens(text: str) -> None:
    """Tokens and comments cover the text in order, and what is left between them is blank."""
    tokens = tokenize(text, "f")
    spans = sorted([*zip(tokens.starts, tokens.ends, strict=True), *((one.at, one.end) for one in tokens.comments)])
    at = 0
    for start, end in spans:
        assert at <= start <= end
        assert not text[at:start].strip("\ufeff\u00a0\x85\u2028\u2029" + " \t\r\n\f\v\x1c\x1d\x1e\x1f")
        at = end


def test_every_prefix_of_a_file_is_read() -> None:
    """A file that is cut off anywhere is told with places inside it."""
    for end in range(len(SAMPLE)):
        judged(SAMPLE[:end])


def seconds(text: str) -> float:
    best = 60.0
    for _ in range(3):
        start = time.process_time()
        validate(text, "f")
        best = min(best, time.process_time() - start)
    return best


REPEATED = ["5, ", "table t (\n", "DiagramView v {\n", "DiagramView v [\n", "Ref {\n", "Table t [\n", "Enum e {\n"]
REPEATED += [
    "Note n {\n",
    "records t(\n",
    "Dep: a\n",
    "Project {\n",
    "use {\n",
    "table t {\n indexes {\n",
    "/*\n",
    "// c\n",
]
REPEATED += ["Table t {", "a b ", "[note: 'x", "Ref: a.b >", "a int [", "x.", "- ", "indexes {\n(", "'''a", *PIECES]


@pytest.mark.parametrize("piece", REPEATED)
def test_no_text_costs_more_than_its_length(piece: str) -> None:
    """What is repeated four times as often takes about four times as long, even when nothing of it is right."""
    head = "Table t { a int [" if piece == "5, " else ""
    short, long = seconds(head + piece * 1000), seconds(head + piece * 4000)
    assert long < 12 * short + 0.05


def test_the_sample_is_right() -> None:
    """The file that is damaged here has no error of its own but its first line, which belongs to no table."""
    errors = read_text(SAMPLE, "f").findings.at_least(Severity.ERROR)
    assert [str(error.place) for error in errors] == ["f:1:1"]


def test_a_file_that_lacks_its_tables_is_told_quickly() -> None:
    """A thousand references to tables that are not there cost no more than a look at each."""
    tables = "".join(f"Table table_{n} {{ id int\n r int [ref: > missing_{n}.id] }}\n" for n in range(1000))
    start = time.process_time()
    assert len(validate(tables, "f").missing) == 1000
    assert time.process_time() - start < 5
