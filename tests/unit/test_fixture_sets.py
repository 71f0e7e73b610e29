"""Fixture sets without a server: what is read from a file, what is refused, and what would be sent."""

from __future__ import annotations

import json
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
from pytest_nself.data.sets.tree import read_yaml_set
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
        ("tables:\n  users:\n    _default: {}\n", "basic.yml:3:5:", 'Did you mean "_defaults"'),
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
