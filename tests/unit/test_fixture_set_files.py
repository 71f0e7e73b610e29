"""Sets of several files, sets that extend others, and sets that are programs."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place
from pytest_nself.data.sets.chain import read_chain
from pytest_nself.data.sets.fixture_set import FixtureKind, FixtureSet
from pytest_nself.data.sets.folder import read_fixture_set
from pytest_nself.data.sets.python import read_python_set
from pytest_nself.data.sets.templates import with_label
from pytest_nself.data.written.cells import Cell, CellKind
from pytest_nself.data.written.python_values import cell_from

HERE = Place("x.py", 1)


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yml").write_text(text)


# ---- extends


def test_what_a_set_extends_comes_first(tmp_path: Path) -> None:
    """Sets stand behind what they extend, each once, otherwise in the order of asking."""
    write(tmp_path, a="extends: [b, c]", b="extends: d", c="extends: [d]", d="tables: {}", e="tables: {}")
    assert [one.name for one in read_chain(tmp_path, ["e", "a", "d"])] == ["e", "d", "b", "c", "a"]


@given(st.data())
def test_any_chain_has_every_set_once_behind_what_it_extends(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever extends what (without a circle): each set once, and never before one that it extends."""
    names = [f"s{n}" for n in range(data.draw(st.integers(1, 7)))]
    extends = {
        name: data.draw(st.lists(st.sampled_from(names[:number]), unique=True)) if number else []
        for number, name in enumerate(names)
    }
    folder = tmp_path_factory.mktemp("sets")
    for name, others in extends.items():
        (folder / f"{name}.yml").write_text(f"extends: [{', '.join(others)}]\n")
    asked = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    found = [one.name for one in read_chain(folder, asked)]
    assert len(found) == len(set(found))
    assert set(asked) <= set(found)
    for position, name in enumerate(found):
        assert set(extends[name]) <= set(found[:position])


def test_a_circle_of_sets_names_its_places(tmp_path: Path) -> None:
    """Sets that extend each other are an error with every place that says so."""
    write(tmp_path, a="extends: b", b="extends: [c]", c="tables: {}\nextends: a", d="extends: a")
    with pytest.raises(FixtureError) as caught:
        read_chain(tmp_path, ["d"])
    assert "a -> b -> c -> a" in caught.value.problem
    for place in ("a.yml:1:10", "b.yml:1:11", "c.yml:2:10"):
        assert place in caught.value.cause


def test_an_unknown_set_in_extends_has_its_place(tmp_path: Path) -> None:
    """A misspelled name is told where it stands, with the one that was probably meant."""
    write(tmp_path, users="tables: {}", a="extends: [user]")
    with pytest.raises(FixtureError, match='Did you mean "users"') as caught:
        read_chain(tmp_path, ["a"])
    assert str(caught.value.place).endswith("a.yml:1:11")


# ---- folders


def test_a_folder_is_one_set(tmp_path: Path) -> None:
    """Files of a folder are joined in the order of their names; defaults hold for the file that says them."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "00.sql").write_text("-- nself: extends=base\nselect 1;")
    (folder / "10.yml").write_text("set: shop\ntables: {users: {_defaults: {a: 1}, ann: {}}}\nextends: [other]")
    (folder / "20.json").write_text('{"tables": {"orgs": {"o": {}}, "users": {"ben": {}}}, "expect": {"users": 2}}')
    (folder / "30.sql").write_text("select 2; select 3;")
    (folder / "notes.txt").write_text("no rows")
    found = read_fixture_set(tmp_path, "shop")
    assert found.kind is FixtureKind.FOLDER
    assert [(str(one.table), [row.label for row in one.rows]) for one in found.tables] == [
        ("users", ["ann", "ben"]),
        ("orgs", ["o"]),
    ]
    assert [len(row.all_cells) for row in found.tables[0].rows] == [1, 0]
    assert [(one.statements, one.before_rows) for one in found.parts] == [(1, True), (2, False)]
    assert [one.name for one in found.extends] == ["base", "other"]
    assert [Path(one).name for one in found.files] == ["00.sql", "10.yml", "20.json", "30.sql"]


def test_the_digest_is_that_of_the_files(tmp_path: Path) -> None:
    """A change in any file of a set, and nothing else, changes what it is known by."""
    write(tmp_path, a="tables: {}")
    before = read_fixture_set(tmp_path, "a").digest
    write(tmp_path, b="tables: {}")
    assert read_fixture_set(tmp_path, "a").digest == before
    write(tmp_path, a="tables: {} ")
    assert read_fixture_set(tmp_path, "a").digest != before


# ---- Python


def python_set(text: str) -> FixtureSet:
    return read_python_set("basic-users", dedent(text), "basic-users.py")


def test_a_program_says_rows_with_the_words_of_yaml() -> None:
    """Rows, labels, defaults, likes, references, generated rows, counts and their lines."""
    found = python_set(
        """\
        def basic_users(f):
            f.extends("base", "plans")
            f.defaults("users", active=True)
            alice = f.row("users", "alice", email="a@x")
            f.row("users", "bob", _like="alice", boss=alice,
                  **{"my column": alice["email"]})
            f.rows("users", 20, role="member", _label="u{n}")
            f.row("app.posts", title=f.sql("upper('x')"))
            f.expect(users=22)
            f.expect({"app.posts": 1})
            f.depends_on("users", "plans")
            f.polymorphic("comments.of", posts="Post")
        """
    )
    assert [one.name for one in found.extends] == ["base", "plans"]
    users, posts = found.tables
    assert [(row.label, row.place.line, row.like and row.like.label) for row in users.rows] == [
        ("alice", 4, None),
        ("bob", 5, "alice"),
    ]
    assert [(one.column, one.kind, one.text) for one in users.rows[1].all_cells] == [
        ("boss", CellKind.REFERENCE, "$users.alice"),
        ("my column", CellKind.REFERENCE, "$users.alice.email"),
        ("active", CellKind.TEXT, "true"),
    ]
    assert [(one.count, one.label, len(one.cells)) for one in users.generated] == [(20, "u{n}", 2)]
    assert [(one.kind, one.text) for one in posts.rows[0].cells] == [(CellKind.SQL, "upper('x')")]
    assert [(str(one.table), one.count) for one in found.expects] == [("users", 22), ("app.posts", 1)]
    assert [(str(one.table), str(one.first)) for one in found.needs] == [("users", "plans")]
    assert found.polymorphic[0].values == {"posts": "Post"}


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("def basic_user(f): pass", "basic-users.py", 'Did you mean "basic_user"'),
        ("x = ", "basic-users.py:1:5", "not Python"),
        ("def basic_users(f):\n    f.row('users', 'a', x=1/0)", "basic-users.py:2", "ZeroDivisionError"),
        ("import nothing_there", "basic-users.py:1", "ModuleNotFoundError"),
        ("def basic_users(f):\n\n    f.row('users', 'a b')", "basic-users.py:3", "cannot be a label"),
        ("def basic_users(f):\n    f.row('a b')", "basic-users.py:2", "not a table name"),
        ("def basic_users(f):\n    f.row('users', x=object())", "basic-users.py:2", "type object has no text"),
        ("def basic_users(f):\n    f.row('users', x=f.row('users'))", "basic-users.py:2", "without a label"),
        ("def basic_users(f):\n    f.rows('users', 2, _label='u')", "basic-users.py:2", "cannot be a label"),
        ("def basic_users(f):\n    f.row('users', x='a\\0b')", "basic-users.py:2", "NUL"),
    ],
)
def test_what_a_program_does_wrong_has_its_line(text: str, place: str, says: str) -> None:
    """Every error of a program is told with the line of the set's file."""
    with pytest.raises(FixtureError) as caught:
        python_set(text)
    assert str(caught.value.place) == place
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (5, CellKind.TEXT, "5"),
        (True, CellKind.TEXT, "true"),
        (None, CellKind.NULL, ""),
        (1.5, CellKind.TEXT, "1.5"),
        (float("inf"), CellKind.TEXT, "Infinity"),
        (Decimal("1.10"), CellKind.TEXT, "1.10"),
        (b"\x00\xff", CellKind.TEXT, "\\x00ff"),
        (date(2024, 2, 29), CellKind.TEXT, "2024-02-29"),
        (datetime(2024, 1, 1, tzinfo=UTC), CellKind.TEXT, "2024-01-01T00:00:00+00:00"),
        (time(12, 30), CellKind.TEXT, "12:30:00"),
        (timedelta(days=-1, seconds=5), CellKind.TEXT, "-1 days 5 seconds 0 microseconds"),
        (UUID(int=7), CellKind.TEXT, "00000000-0000-0000-0000-000000000007"),
        (CellKind.SQL, CellKind.TEXT, "sql"),
        ("$$users.a", CellKind.TEXT, "$users.a"),
        ([1, "a", None, Decimal("1.10")], CellKind.JSON, '[1, "a", null, 1.10]'),
        ({"a": ["$users.b"], 1: 2}, CellKind.JSON, '{"a": ["$users.b"], "1": 2}'),
    ],
)
def test_python_values_have_a_text(value: Any, kind: CellKind, text: str) -> None:
    """Numbers, times, bytes, lists and the like are what a file would say."""
    found = cell_from("v", value, HERE)
    assert (found.kind, found.text) == (kind, text)


# ---- templates


def filled(text: str, label: str | None = "ann", number: int | None = None) -> str:
    return with_label(Cell("v", CellKind.TEXT, text, HERE), label, number).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {label}!", "Hello ann!"),
        ("{label}{label}", "annann"),
        ("{{label}}", "{label}"),
        ("{x} {} {Label} {n}", "{x} {} {Label} {n}"),
        ("{{{label}}}", "{{label}}"),
    ],
)
def test_labels_in_values(text: str, expected: str) -> None:
    """{label} is the row's own label, {{label}} the text; nothing else in braces means anything."""
    assert filled(text) == expected


def test_numbers_in_values_of_generated_rows() -> None:
    """{n} counts generated rows; in other rows it is a text."""
    assert filled("{n} {{n}} {label}", "u3", 3) == "3 {n} u3"
    assert filled("{n} {{n}}") == "{n} {{n}}"


def test_expressions_are_left_alone() -> None:
    """Braces in SQL belong to SQL."""
    cell = Cell("v", CellKind.SQL, "'{label}'::text[]", HERE)
    assert with_label(cell, "ann") is cell


def test_a_label_that_is_not_there() -> None:
    """{label} in a row without one is an error with its place."""
    with pytest.raises(FixtureError, match="row without a label"):
        filled("{label}", None)
