"""Fixture sets without a server: what is read from a file, what is refused, and what would be sent."""

from __future__ import annotations

import copy
import json
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.sets.fixture_set import FixtureKind, FixtureSet
from pytest_nself.data.sets.folder import list_fixture_sets, read_fixture_set
from pytest_nself.data.sets.rows import FixtureRows, Row, UnknownRow
from pytest_nself.data.sets.sql import read_sql_set
from pytest_nself.data.sets.tree import read_json_set, read_yaml_set
from pytest_nself.data.written.cells import CellKind
from pytest_nself.data.written.names import column_of, name_parts, table_of


def yaml_set(text: str) -> FixtureSet:
    return read_yaml_set("basic", text, "basic.yml")


def row(value: str) -> str:
    """A set with one row whose column `v` is `value`, written from line 4 column 13 on."""
    return f"tables:\n  t:\n    one:\n      v: {value}\n"


def cell(value: str) -> tuple[CellKind, str]:
    (found,) = yaml_set(row(value)).tables[0].rows[0].cells
    return found.kind, found.text


# ---- the folder


def test_list_gives_every_kind_of_set_by_name(tmp_path: Path) -> None:
    """Sets are listed by name, folders with set files among them; other files and hidden ones are not sets."""
    names = "b.yml a.sql c.yaml d.json e.py f/1.sql f/users.yml readme.md .nself-lock.json .hidden.yml conftest.py"
    for name in (*names.split(), "__pycache__/e.py", "images/logo.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [(one.name, one.kind) for one in list_fixture_sets(tmp_path)] == [
        ("a", FixtureKind.SQL),
        ("b", FixtureKind.YAML),
        ("c", FixtureKind.YAML),
        ("d", FixtureKind.JSON),
        ("e", FixtureKind.PYTHON),
        ("f", FixtureKind.FOLDER),
    ]


def test_no_folder_means_no_sets(tmp_path: Path) -> None:
    """A project without a fixtures folder has no sets, and that is no error."""
    assert list_fixture_sets(tmp_path / "fixtures") == ()


def test_two_files_of_one_name_are_an_error_that_names_both(tmp_path: Path) -> None:
    """`basic.sql` beside `basic.yml` is refused: which one is meant cannot be known."""
    (tmp_path / "basic.sql").write_text("select 1")
    (tmp_path / "basic.yml").write_text("tables: {}")
    with pytest.raises(FixtureError, match=r"(?s)basic\.yml: Two files.*basic\.sql and basic\.yml"):
        list_fixture_sets(tmp_path)


def test_an_unknown_set_names_the_nearest_one(tmp_path: Path) -> None:
    """A misspelled set name is answered with the name that was probably meant."""
    (tmp_path / "basic-users.yml").write_text("tables: {}")
    with pytest.raises(FixtureError, match='There is no fixture set "basic-user"') as caught:
        read_fixture_set(tmp_path, "basic-user")
    assert 'Did you mean "basic-users"?' in caught.value.cause


@pytest.mark.parametrize(
    ("files", "says"),
    [([], "holds no .yml, .yaml, .json, .sql or .py file"), (["other.sql"], "There is: other.")],
)
def test_a_set_that_cannot_be_read_says_why(tmp_path: Path, files: list[str], says: str) -> None:
    """An empty folder, and one with other sets, each get an answer of their own."""
    for name in files:
        (tmp_path / name).write_text("x")
    with pytest.raises(FixtureError) as caught:
        read_fixture_set(tmp_path, "basic")
    assert says in str(caught.value)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """Asking for a set where there is no folder names the folder that was looked for."""
    with pytest.raises(FixtureError, match="fixtures does not exist"):
        read_fixture_set(tmp_path / "fixtures", "basic")


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    """Latin-1 text is not guessed at; the line of the first wrong byte is given."""
    (tmp_path / "basic.yml").write_bytes(b"tables:\n  users:\n    a: {name: J\xf6rg}\n")
    with pytest.raises(FixtureError, match=r"basic\.yml:3: This file is not UTF-8"):
        read_fixture_set(tmp_path, "basic")


def test_a_byte_order_mark_is_no_part_of_the_sql(tmp_path: Path) -> None:
    """A BOM, as Windows editors write it, is not sent."""
    (tmp_path / "basic.sql").write_bytes(b"\xef\xbb\xbfselect 1")
    assert read_fixture_set(tmp_path, "basic").sql == "select 1"


def test_windows_line_ends_are_no_part_of_values(tmp_path: Path) -> None:
    """A file from Windows reads as the same file from anywhere else, block texts and places included."""
    text = "tables:\n  t:\n    one:\n      v: |\n        a\n        b\n      w: 1\n"
    for name, content in (("unix", text), ("windows", text.replace("\n", "\r\n"))):
        (tmp_path / f"{name}.yml").write_bytes(content.encode())
    unix, windows = (read_fixture_set(tmp_path, name).tables[0].rows[0].cells for name in ("unix", "windows"))
    assert [(one.column, one.text, one.place[1:]) for one in unix] == [
        (one.column, one.text, one.place[1:]) for one in windows
    ]
    assert unix[0].text == "a\nb\n"


# ---- YAML: the shape


def test_labelled_rows_keep_their_order_labels_and_places() -> None:
    """A row knows its label and the line and column where it stands."""
    found = yaml_set("set: basic\ntables:\n  users:\n    alice: {email: a@x}\n    bob: {email: b@x}\n")
    (users,) = found.tables
    assert users.table == ObjectRef("table", None, "users")
    assert [(one.label, str(one.place)) for one in users.rows] == [("alice", "basic.yml:4:5"), ("bob", "basic.yml:5:5")]
    assert users.rows[1].cells[0].place == Place("basic.yml", 5, 18)


def test_a_list_of_rows_has_no_labels() -> None:
    """Rows that nobody needs to name are written as a list."""
    rows = yaml_set("tables:\n  users:\n    - {email: a@x}\n    - {email: b@x}\n").tables[0].rows
    assert [(one.label, one.cells[0].text) for one in rows] == [(None, "a@x"), (None, "b@x")]


def test_defaults_fill_missing_columns_only() -> None:
    """`_defaults` holds for every row of the table, wherever it stands, and a row's own value wins, null too."""
    text = "tables:\n  t:\n    a: {x: 1}\n    b: {y: null}\n    _defaults: {x: 7, y: 8}\n"
    rows = yaml_set(text).tables[0].rows
    assert [{one.column: (one.kind, one.text) for one in row.all_cells} for row in rows] == [
        {"x": (CellKind.TEXT, "1"), "y": (CellKind.TEXT, "8")},
        {"x": (CellKind.TEXT, "7"), "y": (CellKind.NULL, "")},
    ]


def test_anchors_and_merge_keys_work_between_rows() -> None:
    """YAML's own way of sharing values is understood: the row's own value wins, then the first merged mapping."""
    text = "tables:\n  t:\n    a: &a {x: 1, y: 2}\n    b: &b {z: 3}\n    c: {<<: [*a, *b], y: 9}\n    d: {<<: *a}\n"
    rows = yaml_set(text).tables[0].rows
    assert {one.column: one.text for one in rows[2].all_cells} == {"x": "1", "y": "9", "z": "3"}
    assert {one.column: one.text for one in rows[3].all_cells} == {"x": "1", "y": "2"}


@pytest.mark.parametrize(
    ("written", "schema", "name"),
    [
        ("users", None, "users"),
        ("app.users", "app", "users"),
        ('"User Table"', None, "User Table"),
        ('app."User.Table"', "app", "User.Table"),
        ('"a""b"', None, 'a"b'),
        ("Übergrößen", None, "Übergrößen"),
    ],
)
def test_table_names(written: str, schema: str | None, name: str) -> None:
    """Plain, qualified and quoted names are understood; case is kept."""
    assert table_of(written) == ObjectRef("table", schema, name)


@pytest.mark.parametrize("written", ["", "a.b.c", "a.", ".a", "two words", '"open', '"a"b', 'a"b"'])
def test_what_is_no_table_name(written: str) -> None:
    """Anything else is not guessed at."""
    assert table_of(written) is None


@given(st.lists(st.text(st.characters(exclude_characters="\0"), min_size=1), min_size=1, max_size=3))
def test_quoted_parts_come_back_as_they_were(parts: list[str]) -> None:
    """Any name at all can be written by quoting it."""
    written = ".".join('"' + part.replace('"', '""') + '"' for part in parts)
    assert name_parts(written) == parts


def test_a_column_may_be_quoted() -> None:
    """Column names with blanks or dots are written in double quotes; camelCase needs none."""
    assert [column_of(one) for one in ('"my column"', '"a.b"', "createdAt", "a.b", "a b")] == [
        "my column",
        "a.b",
        "createdAt",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("", "basic.yml:", "empty"),
        ("set: basic\n", "basic.yml:", "no tables: key"),
        ("- a\n", "basic.yml:1:1:", "must be a mapping"),
        ("table:\n  users: {}\n", "basic.yml:1:1:", '"table" is not a key'),
        ("set: other\ntables: {}\n", "basic.yml:1:6:", 'calls itself "other"'),
        ("tables:\n  - users\n", "basic.yml:2:3:", "must be a mapping"),
        ("tables:\n  a b: []\n", "basic.yml:2:3:", "not a table name"),
        ("tables:\n  users: 5\n", "basic.yml:2:10:", "must be a mapping"),
        ("tables:\n  users:\n    alice: 5\n", "basic.yml:3:12:", "must be a mapping"),
        ("tables:\n  users:\n    alice: {a.b: 5}\n", "basic.yml:3:13:", "not a column name"),
        ("tables:\n  users:\n    a.b: {}\n", "basic.yml:3:5:", "cannot be a label"),
        ("tables:\n  users:\n    _x: {}\n", "basic.yml:3:5:", "cannot be a label"),
        ("tables:\n  users:\n    a: {}\n    a: {}\n", "basic.yml:4:5:", "stands twice"),
        ("tables:\n  users: []\n  '\"users\"': []\n", "basic.yml:3:3:", "stands twice"),
        ("tables:\n  users:\n    a: {x: 1, x: 2}\n", "basic.yml:3:15:", "stands twice"),
        ("tables:\n  users:\n    a: {x: 1, '\"x\"': 2}\n", "basic.yml:3:15:", "stands twice"),
        ("tables:\n  users:\n    a: &a {<<: *a}\n", "basic.yml:3:8:", "merges itself"),
        ("tables:\n  users: [\n", "basic.yml:3:1:", "not YAML"),
        ("tables:\n\tusers: []\n", "basic.yml:2:1:", "not YAML"),
        ("tables: {}\n---\ntables: {}\n", "basic.yml:2:1:", "not YAML"),
    ],
)
def test_a_wrong_shape_is_an_error_with_its_place(text: str, place: str, says: str) -> None:
    """Every wrong shape is told with line and column, and never read as something else."""
    with pytest.raises(FixtureError) as caught:
        yaml_set(text)
    assert str(caught.value).startswith(place)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("extends: [a, a]\n", "basic.yml:1:14:", "stands twice"),
        ("extends: [[a]]\n", "basic.yml:1:11:", "lists the names"),
        ("tables: {}\nexpect: {users: many}\n", "basic.yml:2:17:", "numbers of rows"),
        ("tables: {}\nexpect: 5\n", "basic.yml:2:9:", "must be a mapping"),
        ("tables: {}\ndepends_on: [other]\n", "basic.yml:2:13:", "which tables come before"),
        ("tables: {}\npolymorphic: {x: {}}\n", "basic.yml:2:15:", "does not name a reference"),
        ('tables: {t: {"*": {count: lots}}}\n', "basic.yml:1:27:", "how many rows"),
        ('tables: {t: {"*": {label: same}}}\n', "basic.yml:1:27:", "must hold {n}"),
        ("tables: {t: {_defaults: {_like: a}}}\n", "basic.yml:1:26:", "_like stands in a row"),
        ("tables: {t: {b: {_like: [a]}}}\n", "basic.yml:1:18:", "names the label"),
    ],
)
def test_a_wrong_heading_is_an_error_with_its_place(text: str, place: str, says: str) -> None:
    """extends, expect, depends_on, polymorphic and generated rows are checked as they are read."""
    with pytest.raises(FixtureError) as caught:
        yaml_set(text)
    assert str(caught.value).startswith(place)
    assert says in str(caught.value)


def test_what_stands_beside_the_tables() -> None:
    """A set knows what it extends and expects, and what it generates, with the places."""
    found = yaml_set(
        "extends: [one, two]\ntables:\n  users:\n    _defaults: {a: 1}\n"
        '    "*": {factory: users, count: 20, role: member, label: "u{n}"}\nexpect: {users: 20, app.posts: 0}\n'
        "depends_on: {users: [orgs, app.plans]}\n"
    )
    assert [(one.name, str(one.place)) for one in found.extends] == [
        ("one", "basic.yml:1:11"),
        ("two", "basic.yml:1:16"),
    ]
    assert [(str(one.table), one.count) for one in found.expects] == [("users", 20), ("app.posts", 0)]
    assert [(str(one.table), str(one.first)) for one in found.needs] == [("users", "orgs"), ("users", "app.plans")]
    (made,) = found.tables[0].generated
    assert (made.factory, made.count, made.label) == ("users", 20, "u{n}")
    assert {one.column: one.text for one in made.cells} == {"role": "member", "a": "1"}


def test_a_set_may_only_extend_others() -> None:
    """A set without rows of its own is a name for several others."""
    assert yaml_set("extends: one\n").tables == ()


# ---- YAML: values


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("hello", "hello"),
        ('"12"', "12"),
        ("yes", "yes"),
        ("12", "12"),
        ("-7", "-7"),
        ("0012", "0012"),
        ("0x1F", "31"),
        ("1.10", "1.10"),
        ("12345678901234567890.12345678901234567890", "12345678901234567890.12345678901234567890"),
        ("1e-7", "1e-7"),
        (".inf", "Infinity"),
        ("-.inf", "-Infinity"),
        (".nan", "NaN"),
        ("true", "true"),
        ("False", "false"),
        ("2024-02-29", "2024-02-29"),
        ("2024-01-01T00:00:00.123456Z", "2024-01-01T00:00:00.123456Z"),
        ("!binary aGk=", "\\x6869"),
        ("!!binary aGk=", "\\x6869"),
        ("!!str 12", "12"),
        ("$2b$10$abcdefghijklmnopqrstuv", "$2b$10$abcdefghijklmnopqrstuv"),
        ("$5.00", "$5.00"),
        ("$", "$"),
        ("$users", "$users"),
        ("$users.alice was here", "$users.alice was here"),
        ("$$users.alice", "$users.alice"),
        ('"a % b"', "a % b"),
        ('""', ""),
    ],
)
def test_scalars_keep_their_text(written: str, text: str) -> None:
    """A scalar travels as the text of the file; only what YAML itself spells differently is put into SQL's spelling."""
    assert cell(written) == (CellKind.TEXT, text)


@pytest.mark.parametrize("written", ["null", "~", ""])
def test_null(written: str) -> None:
    """null, ~ and nothing at all are NULL; the empty string is not."""
    assert cell(written) == (CellKind.NULL, "")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("[a, 'b c', null, true]", '["a", "b c", null, true]'),
        ("[1, 1.10, 123456789012345678901234567890.5]", "[1, 1.10, 123456789012345678901234567890.5]"),
        ("{a: {b: [1, {c: ü}]}}", '{"a": {"b": [1, {"c": "ü"}]}}'),
        ("{1: x}", '{"1": "x"}'),
        ("[2024-01-01]", '["2024-01-01"]'),
        ("[$$users.alice]", '["$users.alice"]'),
        ("[]", "[]"),
        ("{}", "{}"),
    ],
)
def test_lists_and_mappings_become_json(written: str, text: str) -> None:
    """Nested values become JSON text, numbers with the digits of the file."""
    assert cell(written) == (CellKind.JSON, text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).filter(lambda value: isinstance(value, list | dict))
)
def test_any_json_comes_through_unchanged(value: object) -> None:
    """JSON is YAML: a JSON list or object in a set is the same JSON afterwards, or it is refused, never altered."""
    try:
        kind, text = cell(json.dumps(value))
    except FixtureError:
        return
    assert kind is CellKind.JSON
    assert json.loads(text) == value


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("1_000", "depending on the YAML version"),
        ("[1_000]", "depending on the YAML version"),
        ("[.inf]", "not a number that JSON can hold"),
        ("[0012]", "not a number that JSON can hold"),
        ("!money 5", "!money is not a tag"),
        ("!!set {a, b}", "!!set is not a tag"),
        ("!binary '***'", "not base64"),
        ("!sql", "without an expression"),
        ("!sql [a]", "without an expression"),
        ('[!sql "now()"]', "!sql stands inside a list"),
        ("{a: 1, a: 2}", "stands twice"),
        ("{<<: {a: 1}}", "<< inside a JSON value"),
        ("{? [a] : 1}", "A key in JSON is text"),
        ("&x [*x]", "contains itself"),
        ('"a\\0b"', "NUL"),
        ('{"a\\0b": 1}', "NUL"),
        ('[{$sql: "now()"}]', "!sql stands inside a list"),
        ('"\\ud83d"', "Half a character"),
    ],
)
def test_an_unclear_value_is_refused(written: str, says: str) -> None:
    """A value with two readings, or one that nothing can hold, is told with its place."""
    with pytest.raises(FixtureError) as caught:
        yaml_set(row(written))
    assert str(caught.value).startswith("basic.yml:4:")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "written",
    [
        "$users.alice",
        "$users.alice.email",
        "$app.users.alice",
        "$app.users.alice.email",
        '$"User Table".alice',
        "$users.u-1",
        "$users.1",
        "$orgs[slug=acme]",
        '$app.orgs[slug="a ] b", n=1].name',
        "'$users.alice'",
    ],
)
def test_references(written: str) -> None:
    """What begins with $, a name, and a point or a bracket names another row; quotes around it change nothing."""
    assert cell(written) == (CellKind.REFERENCE, written.strip("'"))


@given(st.from_regex(r"\$[^\x00-\x1f\ud800-\udfff]{0,20}", fullmatch=True))
def test_what_is_no_reference_arrives_as_it_stands(text: str) -> None:
    """A text that begins with $ and is neither a reference nor escaped is itself; escaped, every text is itself."""
    kind, found = cell(json.dumps(text))
    if text.startswith("$$"):
        assert (kind, found) == (CellKind.TEXT, text[1:])
    elif kind is CellKind.REFERENCE:
        assert re.match(r'\$([^\W\d]\w*|"([^"]|"")+")[.\[]', text)
    else:
        assert (kind, found) == (CellKind.TEXT, text)
    assert cell(json.dumps("$" + text)) == (CellKind.TEXT, text)


@pytest.mark.parametrize(
    "text", ["$2b$10$abc.def/ghi", "$argon2id$v=19$m=65536", "$5.00", "$us", "$", "$a.b c", "$a.b@c"]
)
def test_hashes_and_prices_are_no_references(text: str) -> None:
    """A password hash, a price and a name alone are plain texts."""
    assert cell(json.dumps(text)) == (CellKind.TEXT, text)


def test_references_inside_lists_have_places() -> None:
    """A reference within a list is known as one, at its own column."""
    (found,) = yaml_set(row("[a, $users.alice]")).tables[0].rows[0].cells
    assert found.value is not None
    assert [(one.text, str(one.place)) for one in found.value.references()] == [("$users.alice", "basic.yml:4:14")]


def test_an_expression_may_be_written_as_in_json() -> None:
    """`{$sql: …}` is the same as !sql."""
    assert cell('{$sql: "now()"}') == (CellKind.SQL, "now()")


# ---- JSON


def test_json_is_the_same_tree() -> None:
    """A .json set says what the .yml set says, values, kinds and places included."""
    text = """{
  "tables": {
    "users": {"_defaults": {"active": true},
              "alice": {"email": "a@x", "n": 1.10, "tags": ["a", null], "at": {"$sql": "now()"}, "boss": "$users.bob"}}
  }
}
"""
    from_json, from_yaml = read_json_set("basic", text, "basic.yml"), yaml_set(text)
    assert from_json.tables == from_yaml.tables
    assert [(one.kind, one.text) for one in from_json.tables[0].rows[0].cells] == [
        (CellKind.TEXT, "a@x"),
        (CellKind.TEXT, "1.10"),
        (CellKind.JSON, '["a", null]'),
        (CellKind.SQL, "now()"),
        (CellKind.REFERENCE, "$users.bob"),
    ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).filter(lambda value: isinstance(value, list | dict)),
    st.sampled_from([None, 1, "\t"]),
)
def test_any_json_file_comes_through_unchanged(value: object, indent: int | str | None) -> None:
    """Every JSON text is read as what it is, whatever its blanks; or refused, never altered."""
    text = json.dumps({"tables": {"t": [{"v": value}]}}, indent=indent)
    try:
        (found,) = read_json_set("basic", text, "basic.json").tables[0].rows[0].cells
    except FixtureError:
        return
    assert json.loads(found.text) == value


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", "basic.json:1:2:"),
        ('{"tables": {}} x', "basic.json:1:16:"),
        ('{"tables": {"t": [{"a": 01}]}}', "basic.json:1:26:"),
        ('{"tables":\n  {"t": [{"a": \'x\'}]}}', "basic.json:2:16:"),
        ('{"tables": {"t": [1,]}}', "basic.json:1:21:"),
        ('{"tables": {"t": "x\ny"}}', "basic.json:1:18:"),
        ("{tables: {}}", "basic.json:1:2:"),
        ('{"tables" {}}', "basic.json:1:11:"),
        ('{"tables": {"t": [{"a": "\\x"}]}}', "basic.json:1:25:"),
        ("[" * 300, "basic.json:1:202:"),
        ('{"tables": {}, "tables": {}}', "basic.json:1:16:"),
        (" \n", "basic.json:"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(text: str, place: str) -> None:
    """JSON is JSON: no comments, no single quotes, no comma at the end."""
    with pytest.raises(FixtureError) as caught:
        read_json_set("basic", text, "basic.json")
    assert str(caught.value).startswith(place)


# ---- .sql sets


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("begin;\ninsert into t values (1);\ncommit;\n", "basic.sql:1:"),
        ("insert into t values (1);\n\nCOMMIT;\n", "basic.sql:3:"),
        ("insert into t values (1);\nrollback", "basic.sql:2:"),
        ("/* a */ start transaction;", "basic.sql:1:"),
        ("select 1;\nend;", "basic.sql:2:"),
        ("select 1;\nabort;", "basic.sql:2:"),
        ("select 1;\nprepare transaction 'x';", "basic.sql:2:"),
        ("select 1;\n\\copy t from x.csv\n", "basic.sql:2:"),
        ("select 1;\ncopy t from stdin;\n", "basic.sql:2:"),
        ("select 'open", "basic.sql:1:"),
        ("-- nothing\n", "basic.sql:"),
    ],
)
def test_a_sql_set_that_cannot_be_sent_is_refused(text: str, place: str) -> None:
    """Transaction control, psql commands, copying and open quotes are found before anything is sent."""
    with pytest.raises(FixtureError) as caught:
        read_sql_set("basic", text, "basic.sql")
    assert str(caught.value).startswith(place)


def test_a_dumps_own_lines_are_not_sent() -> None:
    """What pg_dump writes for psql alone becomes blank, line for line."""
    text = "\\restrict aB3\ninsert into t values (1);\n\\unrestrict aB3\n"
    assert read_sql_set("basic", text, "basic.sql").sql.split("\n") == [
        " " * 13,
        "insert into t values (1);",
        " " * 15,
        "",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "insert into t values ('begin; commit;');",
        "do $$ begin perform 1; end $$;",
        "-- commit;\nselect 1;",
        'select 1 as "commit";',
        "savepoint a; insert into t values (1); rollback to savepoint a; release a;",
        "select 1; rollback work to a;",
        "create function f() returns int begin atomic select 1; end;",
    ],
)
def test_words_that_only_look_like_transaction_control_are_sent(text: str) -> None:
    """Strings, comments, bodies, quoted names and savepoints are no transaction control."""
    assert read_sql_set("basic", text, "basic.sql").sql == text


def test_the_head_of_a_sql_set() -> None:
    """Comments before the first statement say what the set extends and expects; later comments say nothing."""
    text = "-- rows\n-- nself: extends=one, two\n--nself: expect users=3, app.posts=0\nselect 1;\n-- nself: extends=x\n"
    found = read_sql_set("basic", text, "basic.sql")
    assert [(one.name, str(one.place)) for one in found.extends] == [("one", "basic.sql:2"), ("two", "basic.sql:2")]
    assert [(str(one.table), one.count, str(one.place)) for one in found.expects] == [
        ("users", 3, "basic.sql:3"),
        ("app.posts", 0, "basic.sql:3"),
    ]


@pytest.mark.parametrize(("line", "says"), [("extend=a", '"extends"'), ("expect users", "how many rows")])
def test_a_wrong_head_of_a_sql_set(line: str, says: str) -> None:
    """A word that the head does not know is an error, with its line."""
    with pytest.raises(FixtureError) as caught:
        read_sql_set("basic", f"\n-- nself: {line}\nselect 1;", "basic.sql")
    assert str(caught.value).startswith("basic.sql:2:")
    assert says in str(caught.value)


# ---- the loaded rows


@pytest.fixture
def users() -> FixtureRows:
    rows = [Row("users", "alice", {"id": 1, "email": "a@x"}), Row("users", "bob", {"id": 2, "email": "b@x"})]
    return FixtureRows({("public", "users"): rows})


def test_rows_are_found_by_label_and_by_table(users: FixtureRows) -> None:
    """`["users.alice"]` is one row, `["users"]` all of them in file order; columns are attributes and items."""
    assert users["users.alice"].id == 1
    assert users["users.bob"]["email"] == "b@x"
    assert [one.id for one in users["users"]] == [1, 2]
    assert "users.alice" in users
    assert "users.carol" not in users
    assert list(users) == ["users"]


def test_a_row_prints_its_name_and_values(users: FixtureRows) -> None:
    """A row in an assertion message says which row it is and what it holds."""
    assert repr(users["users.alice"]) == "users.alice(id=1, email='a@x')"
    assert repr(users) == "FixtureRows(users, users.alice, users.bob)"
    assert repr(FixtureRows()) == "FixtureRows(nothing loaded)"


def test_an_unknown_label_names_the_nearest_one(users: FixtureRows) -> None:
    """A misspelled label is a FixtureError and a KeyError, with the label that was probably meant."""
    with pytest.raises(UnknownRow, match=r'Did you mean "users\.alice"') as caught:
        users["users.alic"]
    assert isinstance(caught.value, FixtureError)
    assert isinstance(caught.value, KeyError)


def test_an_unknown_column_names_the_nearest_one(users: FixtureRows) -> None:
    """A misspelled column says which row was asked and what it has; hasattr and getattr work as usual."""
    alice = users["users.alice"]
    with pytest.raises(FixtureError, match=r'(?s)users\.alice has no column "emial".*Did you mean "email"'):
        alice.emial  # noqa: B018
    with pytest.raises(KeyError):
        alice["emial"]
    assert getattr(alice, "emial", None) is None
    assert not hasattr(alice, "emial")


def test_rows_are_read_only(users: FixtureRows) -> None:
    """A row shows what was loaded; writing to it is refused."""
    with pytest.raises(AttributeError, match="read-only"):
        users["users.alice"].email = "x"


def test_columns_may_have_any_name() -> None:
    """Columns called like the methods of a dict are columns."""
    one = Row("t", None, {"items": 1, "keys": 2, "values": 3, "get": 4, "_label": 5})
    assert (one.items, one.keys, one.values, one.get) == (1, 2, 3, 4)
    assert one["_label"] == 5
    assert one._asdict() == {"items": 1, "keys": 2, "values": 3, "get": 4, "_label": 5}
    assert len(one) == 5
    assert "items" in one


def test_rows_can_be_copied_and_pickled(users: FixtureRows) -> None:
    """Rows cross process borders and can be copied, equal to the first."""
    alice = users["users.alice"]
    assert pickle.loads(pickle.dumps(alice)) == alice
    assert copy.deepcopy(alice) == alice
    assert alice != users["users.bob"]
    assert alice != 5


def test_schemas_may_be_left_out_where_that_is_clear(users: FixtureRows) -> None:
    """`app.plans.free` is `plans.free`, too; of two tables of one name, the bare one is that on the search path."""
    rows = FixtureRows({("app", "plans"): [Row("app.plans", "free", {"id": 1})]})
    assert rows["plans.free"] == rows["app.plans.free"]
    assert rows["plans"] == rows["app.plans"]
    two = FixtureRows({("web", "users"): [Row("web.users", "eve", {"id": 7})]}) | users
    assert two["public.users.alice"] == two["users.alice"]
    assert two["web.users.eve"].id == 7
    neither = rows | FixtureRows({("web", "plans"): [Row("web.plans", "big", {"id": 2})]})
    with pytest.raises(UnknownRow):
        neither["plans.free"]


def test_quoted_tables_are_found() -> None:
    """A table whose name needs quotes is asked for with them."""
    rows = FixtureRows({("public", "User Table"): [Row('"User Table"', "alice", {"x": 1})]})
    assert rows['"User Table".alice'].x == 1


def test_two_sets_may_share_a_table_but_not_a_label(users: FixtureRows) -> None:
    """Rows of several sets stand one behind the other; a label that would name two rows is refused."""
    carol = FixtureRows({("public", "users"): [Row("users", "carol", {"id": 3})]})
    assert [one.id for one in (users | carol)["users"]] == [1, 2, 3]
    assert len(users["users"]) == 2
    with pytest.raises(FixtureError, match=r"row users\.alice"):
        users | users


def test_a_sql_set_has_no_labels() -> None:
    """Asking for a label when only .sql sets are loaded says so."""
    with pytest.raises(UnknownRow, match=r"\.sql sets have none"):
        FixtureRows()["users.alice"]
