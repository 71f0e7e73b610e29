"""Facts and differences: what is compared, what it is called, and what is no difference."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.catalog.compare import differences
from pytest_nself.catalog.fact import Catalog, Fact, changed
from pytest_nself.core.names import ObjectRef

from .facts import catalog, entry

TABLE = ObjectRef("table", "public", "orders")
COLUMN = ObjectRef("column", "public", "orders", "Total")

_values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.text(max_size=3)))
_ATTRIBUTES = ("type", "options", "position", "_helps", "not_null")
_attributes = st.dictionaries(st.sampled_from(_ATTRIBUTES), _values)
_refs = st.sampled_from([TABLE, COLUMN, TABLE._replace(schema="app"), ObjectRef("schema", None, "app")])
_states = st.dictionaries(_refs, _attributes)


def state(said: dict[ObjectRef, dict[str, Any]]) -> Catalog:
    """A catalog that says this; as the query of a kind does, each object has all attributes, some of them None."""
    empty = dict.fromkeys(_ATTRIBUTES)
    return catalog(*(entry(ref, **{**empty, **attributes}) for ref, attributes in said.items()))


@given(_states, _states)
def test_differences_are_all_that_differs(
    before: dict[ObjectRef, dict[str, Any]], after: dict[ObjectRef, dict[str, Any]]
) -> None:
    """Each object on one side, and each attribute of those on both, is named once, with both values, sorted by name."""
    found = differences(state(before), state(after), order=True)
    expected = {(ref, "", True, False) for ref in set(before) - set(after)}
    expected |= {(ref, "", False, True) for ref in set(after) - set(before)}
    seen = [(one.subject, one.attribute) for one in found]
    assert len(set(seen)) == len(seen)
    for ref in set(before) & set(after):
        for name in {*before[ref], *after[ref]} - {"_helps"}:
            if before[ref].get(name) != after[ref].get(name):
                assert (ref, name) in seen
    assert {tuple(one) for one in found if not one.attribute} == expected
    for one in found:
        if one.attribute:
            assert one.before == before[one.subject].get(one.attribute)
            assert one.after == after[one.subject].get(one.attribute)
            assert one.before != one.after
            assert one.attribute != "_helps"
    assert [one.subject for one in found] == sorted(
        (one.subject for one in found), key=lambda ref: tuple(part or "" for part in ref)
    )


@given(_states, _states)
def test_turned_round_they_are_the_same(
    before: dict[ObjectRef, dict[str, Any]], after: dict[ObjectRef, dict[str, Any]]
) -> None:
    """From b to a the same things differ, with before and after exchanged."""
    there = {(*one[:2], repr(one.before), repr(one.after)) for one in differences(state(before), state(after))}
    back = {(*one[:2], repr(one.after), repr(one.before)) for one in differences(state(after), state(before))}
    assert there == back


@given(_states, _states)
def test_equal_fingerprints_mean_no_differences(
    before: dict[ObjectRef, dict[str, Any]], after: dict[ObjectRef, dict[str, Any]]
) -> None:
    """The fingerprint is the same exactly when there is no difference, the order of columns included."""
    one, other = state(before), state(after)
    same = not differences(one, other, order=True)
    # Python takes 0 for False, and the server never says one where it means the other.
    if _plain(before) == _plain(after) or not same:
        assert (one.fingerprint == other.fingerprint) is same
    assert one.fingerprint == state(dict(reversed(before.items()))).fingerprint


def _plain(said: dict[ObjectRef, dict[str, Any]]) -> str:
    kept = {
        ref: sorted((name, repr(value)) for name, value in attributes.items() if value is not None and name[0] != "_")
        for ref, attributes in said.items()
    }
    return repr(sorted((repr(ref), attributes) for ref, attributes in kept.items()))


def test_the_order_of_columns_is_no_difference_unless_asked() -> None:
    """A column that stands elsewhere is told apart only with `order`."""
    one, other = catalog(entry(COLUMN, position=1)), catalog(entry(COLUMN, position=2))
    assert differences(one, other) == ()
    assert [str(change) for change in differences(one, other, order=True)] == [
        "~ column public.orders.Total: position 1 -> 2"
    ]


def test_differences_read_as_lines() -> None:
    """`-` is gone, `+` is new, `~` changed; long texts are cut, line ends are blanks, and None is `nothing`."""
    before = catalog(entry(TABLE, definition=None), entry(COLUMN))
    after = catalog(entry(TABLE, definition="a\n  b " + "x" * 300), entry(ObjectRef("materialized_view", "app", "m")))
    lines = [str(change) for change in differences(before, after)]
    assert lines[0] == "- column public.orders.Total"
    assert lines[1] == "+ materialized view app.m"
    assert lines[2].startswith("~ table public.orders: definition nothing -> a b xxx")
    assert lines[2].endswith("x…")
    assert len(lines[2]) < 280


def test_what_is_said_beside_is_compared() -> None:
    """A comment, a label of a provider: these are facts like any other."""
    one, other = entry(TABLE, {"comment": "old"}, rls=True), entry(TABLE, {"label:x": "x: secret"}, rls=True)
    assert set(changed(one, other)) == {"comment", "label:x"}
    assert changed(one, entry(TABLE, {"comment": "old"}, rls=True)) == ()


def test_facts_name_each_object_and_what_it_says() -> None:
    """One fact for the object itself, one for each attribute with a value; what only helps is none."""
    found = list(catalog(entry(TABLE, {"comment": "c"}, rls=False, options=None, _helps=1)).facts())
    assert found == [Fact(TABLE, "", True), Fact(TABLE, "rls", False), Fact(TABLE, "comment", "c")]
    assert found[1].hash == Fact(COLUMN, "other", False).hash
    assert found[1].hash != found[0].hash


@given(_attributes, _attributes)
def test_replaced_says_otherwise(attributes: dict[str, Any], new: dict[str, Any]) -> None:
    """An entry with some attributes replaced has these, all others, and leaves the first one as it was."""
    one = entry(TABLE, **attributes)
    other = one.replaced(**new)
    for name in {*attributes, *new}:
        assert other[name] == new.get(name, attributes.get(name))
        assert one[name] == attributes.get(name)
