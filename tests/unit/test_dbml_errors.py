"""What is wrong in a schema.dbml: every error at once, each with its line and column."""

from __future__ import annotations

import pickle

import pytest

from pytest_nself.core.finding import Findings, Severity
from pytest_nself.schema.problems import SchemaError
from pytest_nself.schema.reader import read_schema, read_text


def errors(text: str) -> Findings:
    return read_text(text, "f").findings.at_least(Severity.ERROR)


def table(line: str) -> str:
    return f"Table t {{\n  a int\n  {line}\n  z int\n}}\n"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (table("b"), "f:3:3", 'column "b" has no type'),
        (table("b [pk]"), "f:3:3", 'column "b" has no type'),
        (table("'b' int"), "f:3:3", "expected a column"),
        (table('"" int'), "f:3:3", "name of a column is empty"),
        (table("b int not null"), "f:3:9", 'unexpected "not" after the type'),
        (table("b int [pk note: 'x']"), "f:3:10", 'expected "," or "]" after "pk"'),
        (table("b int [pk 'x']"), "f:3:13", 'expected ":", "," or "]" after "pk"'),
        (table('b int [default "x"]'), "f:3:18", 'expected ":", "," or "]" after "default"'),
        (table("b int [ref > u.id]"), "f:3:14", 'after "ref"'),
        (table("b int [unique not null]"), "f:3:10", 'expected "," or "]" after "unique", found "not"'),
        (table("b int [not null unique]"), "f:3:10", 'expected "," or "]" after "not null", found "unique"'),
        (table("b int [pk,]"), "f:3:13", "expected a setting"),
        (table("b int [default: now()]"), "f:3:19", "is no value"),
        (table("b int [default: pending]"), "f:3:19", '"default" must be'),
        (table("b int [default: 1.2.3]"), "f:3:19", '"1.2.3" is not a number'),
        (table("b int [note: 5]"), "f:3:16", '"note" must be a string'),
        (table("b int [pk: true]"), "f:3:10", '"pk" takes no value'),
        (table("b int [pk, pk]"), "f:3:14", '"pk" is set twice: here and at f:3:10'),
        (table("b int [pk, primary key]"), "f:3:14", "is set twice"),
        (table("b int [null, not null]"), "f:3:16", '"not null" contradicts "null" at f:3:10'),
        (table("b int [ref: u.id]"), "f:3:15", '"ref" must be a reference'),
        (table("b int [ref: > a.b.c.d]"), "f:3:17", "does not name a column"),
        (table("b int [check: 'b > 0']"), "f:3:17", '"check" must be an expression'),
        (table("b int[pk]"), "f:3:9", 'expected "]" or a size'),
        (table("b a.b.c"), "f:3:5", "has 3 parts"),
        (table("b int, c int"), "f:3:8", "expected the end of the line"),
        (table("b int;"), "f:3:8", "expected the end of the line"),
        (table("b double precision"), "f:3:12", "after the type"),
        (table("b int [note: 'x]"), "f:3:16", "a string is not closed"),
        (table('"b int'), "f:3:3", "a quoted name is not closed"),
        (table("b int [default: `x]"), "f:3:19", "an expression is never closed"),
        (table("b int [note: '\\uZZ']"), "f:3:17", "four hexadecimal digits"),
        (table("b int §"), "f:3:9", "unexpected character"),
        (table("indexes { a [foo] }"), "f:3:16", 'unknown setting "foo"'),
        (table("indexes { (a b) }"), "f:3:16", 'expected "," or ")"'),
        (table("indexes { () }"), "f:3:14", "expected a column or an expression"),
        (table("index: a"), "f:3:3", 'unknown block "index"'),
        (table("constraints { `a > 0` }"), "f:3:3", 'unknown block "constraints"'),
        ("id uuid [pk]", "f:1:1", '"id" begins no element'),
        ("Indexes { a }", "f:1:1", "stands outside of a table"),
        (table("checks { 'a > 0' }"), "f:3:12", "a check is an expression"),
        (table("Note: x"), "f:3:9", "a note is a string"),
        (table("~base"), "f:3:3", 'table partial "base" does not exist'),
        (table("Ref: a.b > c.d"), "f:3:3", 'cannot stand in table "t"'),
        (table("Table u { x int }"), "f:3:3", 'cannot stand in table "t"'),
        ("Table t [foo] { a int }", "f:1:10", 'unknown setting "foo"'),
        ("Table t [headercolor: red] { a int }", "f:1:23", "is not a colour"),
        ("Table t [headercolor: #ab] { a int }", "f:1:23", "is not a colour"),
        ("Table { a int }", "f:1:7", "expected the name of a table"),
        ("Table a.b.c { a int }", "f:1:7", "has 3 parts"),
        ("Enum e { a b }", "f:1:12", "expected the end of the line"),
        ("Enum e {\n  1\n}", "f:2:3", "expected the name of a value"),
        ("Enum e { a [pk] }", "f:1:13", 'unknown setting "pk"'),
        ("Ref: a.b c.d", "f:1:10", "expected the sign of a reference"),
        ("Ref: a > c.d", "f:1:6", "does not name a column"),
        ("Ref: a.(b, c) > d.(e)", "f:1:15", "has 2 columns"),
        ("Ref: a.b > c.d [delete: remove]", "f:1:25", 'no value of "delete"'),
        ("Ref: a.b > c.d [on: 'x']", "f:1:17", 'unknown setting "on"'),
        ("Ref a.b > c.d", "f:1:9", "after the head of a reference"),
        ("CREATE TABLE t (a int);", "f:1:1", "a statement of SQL"),
        ("Ref { }", "f:1:1", "needs its two ends"),
        ("Note n { }", "f:1:1", "one string"),
        ("Project a { }\nProject b { }", "f:2:1", "the first is at f:1:1"),
        ("records t { 1 }", "f:1:11", "expected the columns"),
        ("use { thing a } from './x'", "f:1:7", "no kind of element"),
        ("use * from 'x'", "f:1:12", "not relative"),
        ("Metadata Enum e { a: 'b' }", "f:1:10", "not"),
        ("Metadata Table t { a: 'b' }", "f:1:1", "does not exist"),
        ("Policy p { }", "f:1:1", 'unknown element "Policy"'),
        ("}", "f:1:1", "closes nothing"),
        ("'x'", "f:1:1", "expected an element"),
        ("/* never", "f:1:1", "never closed"),
        ("Table t { a int [note: '''x] }", "f:1:24", "never closed"),
    ],
)
def test_an_error_has_its_line_and_column(text: str, place: str, message: str) -> None:
    """One mistake is one error, at the letter where it begins."""
    (error,) = errors(text)
    assert (str(error.place), message in error.message) == (place, True), str(error)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (table("b int [nott null]"), "not null"),
        (table("b int [defualt]"), "default"),
        (table("indexes { a [nmae: 'x'] }"), "name"),
        (table("index { a }"), "indexes"),
        ("Tabel t { a int }", "table"),
        ("Ref: a.b > c.d [delete: cascad]", "cascade"),
        ("TablePartial base { a int }\nTable t { ~bas }", "base"),
        ("use { tabel a } from './x'", "table"),
    ],
)
def test_a_near_miss_is_told(text: str, remedy: str) -> None:
    """What is nearly a word of the language, or a name of the file, is answered with that."""
    (error,) = errors(text)
    assert error.remedy == f'Did you mean "{remedy}"?'


def test_a_setting_that_is_nearly_one_is_kept_with_a_warning() -> None:
    """A custom setting with a string is fine; one that looks like a slip of the pen is told."""
    (warning,) = read_text(table("b int [nota: 'x', owner: 'y']"), "f").findings
    assert (warning.severity, warning.remedy) == (Severity.WARNING, 'Did you mean "note"?')


def test_types_of_several_words_are_explained() -> None:
    """Bare words after a type are answered with how to write them."""
    (error,) = errors(table("b double precision"))
    assert error.remedy == 'write "double precision"'


def test_all_errors_are_told_at_once() -> None:
    """Each bad line costs itself only."""
    text = (
        "Table t {\n  a\n  b int [foo]\n  c int\n}\n"
        "Enum e {\n  a b c\n  d\n}\n"
        "Ref: t.c >\n"
        "Table u {\n  x int [defualt: 1]\n}\n"
    )
    reading = read_text(text, "f")
    assert [error.place and error.place.line for error in reading.findings] == [2, 3, 7, 11, 12]
    assert [[one.name for one in table.columns] for table in reading.schema.tables] == [["b", "c"], ["x"]]


def test_a_missing_brace_costs_one_error() -> None:
    """Where the next element begins at the margin, the one before it has ended."""
    text = "Table a {\n  id int\n\nTable b {\n  id int\n  indexes {\n    id\n\nEnum e {\n  x\n\nRef: a.id > b.id\n"
    reading = read_text(text, "f")
    assert [str(error.place) for error in reading.findings] == ["f:4:1", "f:9:1", "f:9:1", "f:12:1"]
    assert "f:1:1" in reading.findings[0].message
    schema = reading.schema
    assert ([str(one) for one in schema.tables], len(schema.enums), len(schema.refs)) == (["a", "b"], 1, 1)


def test_a_missing_bracket_costs_one_error() -> None:
    """A settings list that is never closed ends with its line."""
    (error,) = errors("Table t {\n  a int [pk\n  b int [not null]\n  c int\n}\n")
    assert str(error.place) == "f:3:3"


def test_the_end_of_the_file_is_one_error() -> None:
    """A table that is never closed is told once."""
    (error,) = errors("Table t {\n  a int\n")
    assert (error.place and error.place.line, "f:1:1" in error.message) == (3, True)


def test_a_program_gets_one_error_that_tells_all() -> None:
    """`read_schema` raises one error with all of them, the first of them as its place; it survives pickling."""
    with pytest.raises(SchemaError) as caught:
        read_schema("Table t {\n  a\n  b\n}", "f")
    error = caught.value
    assert (error.problem, str(error.place)) == ("f has 2 errors", "f:2:3")
    assert "f:3:3: column" in error.cause
    assert len(error.findings) == 2
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.findings) == (str(error), error.findings)


def test_one_error_is_told_as_itself() -> None:
    """A single error is the problem, with its place and its remedy."""
    with pytest.raises(SchemaError) as caught:
        read_schema("Tabel t { }", "f")
    assert str(caught.value) == 'f:1:1: unknown element "Tabel"\nTo fix: Did you mean "table"?'


def test_more_errors_than_fit_are_counted() -> None:
    """A file full of errors is told in a dozen lines and a number."""
    with pytest.raises(SchemaError) as caught:
        read_schema("Table t {\n" + "  a\n" * 30 + "}", "f")
    assert caught.value.cause.endswith("and 18 more")
