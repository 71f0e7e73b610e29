"""Loaded rows as a test sees them: by label, by table, read-only."""

from __future__ import annotations

import copy
import pickle

import pytest

from pytest_nself.core.errors import FixtureError
from pytest_nself.data.sets.rows import FixtureRows, Row, UnknownRow


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
