"""JSON and SQL sets without a server: the same tree, and text that is sent as it stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.errors import FixtureError
from pytest_nself.data.sets.fixture_set import FixtureSet
from pytest_nself.data.sets.sql import read_sql_set
from pytest_nself.data.sets.tree import read_json_set, read_yaml_set
from pytest_nself.data.written.cells import CellKind


def yaml_set(text: str) -> FixtureSet:
    return read_yaml_set("basic", text, "basic.yml")


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
