"""What must happen to each object: what differs, what cannot stand through it, and what goes by itself."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.catalog.changes import plan_changes
from pytest_nself.catalog.deciding import decide
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef

from .facts import catalog, entry

FUNCTION = ObjectRef("function", "public", "f()")
TABLE = ObjectRef("table", "public", "t")
COLUMN = ObjectRef("column", "public", "t", "c")


def function(result: str = "integer", **attributes: Any) -> Entry:
    """A function; with another result it cannot be replaced."""
    return entry(FUNCTION, result=result, _defaults=0, _definition="create function …", **attributes)


def view(name: str, definition: str = "select 1;") -> Entry:
    """A view with one column."""
    return entry(ObjectRef("view", "public", name), definition=definition, columns=["c"], options=None)


def chain(length: int) -> dict[ObjectRef, set[ObjectRef]]:
    """Views of which each reads the one before, the first one calling the function."""
    names = [FUNCTION, *(view(f"v{number}").ref for number in range(length))]
    return {one: {need} for need, one in pairwise(names)}


def test_equal_states_ask_for_nothing() -> None:
    """No difference, no decision, an empty plan; helping attributes and the order of columns are none."""
    one = catalog(entry(COLUMN, type="integer", position=1, _relkind="r"))
    other = catalog(entry(COLUMN, type="integer", position=3, _relkind="p"))
    assert not decide(one, other)
    assert not plan_changes(one, one)


@given(st.integers(0, 6), st.data())
def test_what_is_rebuilt_takes_its_dependents_along(length: int, data: st.DataObject) -> None:
    """All views above a function that is made anew are made anew, whatever else changes in them; nothing else is."""
    depends = chain(length)
    views = [view(f"v{number}") for number in range(length)]
    changed = [data.draw(st.booleans()) for _ in views]
    other = view("other")
    before = catalog(function(), other, *views, depends=depends)
    after_views = [view(one.ref.name, "select 2;") if is_ else one for one, is_ in zip(views, changed, strict=True)]
    after = catalog(function("text"), other, *after_views, depends=depends)
    decision = decide(before, after)
    assert decision.gone == decision.made == {FUNCTION, *(one.ref for one in views)}
    assert decision.altered == {}


def test_what_is_replaced_in_place_leaves_its_dependents() -> None:
    """A function with another body only is replaced, and no view is touched."""
    before = catalog(function(source="1"), view("v0"), depends=chain(1))
    after = catalog(function(source="2"), view("v0"), depends=chain(1))
    decision = decide(before, after)
    assert decision.altered == {FUNCTION: frozenset({"source"})}
    assert not decision.gone
    assert not decision.made


def test_a_dependent_that_goes_is_not_made_again() -> None:
    """A view that is not wanted any more goes with the function it called."""
    before = catalog(function(), view("v0"), depends=chain(1))
    decision = decide(before, catalog(function("text")))
    assert decision.gone == {FUNCTION, view("v0").ref}
    assert decision.made == {FUNCTION}


def test_a_dependent_that_lets_go_changes_in_place() -> None:
    """A view whose new text does not call the function any more is replaced, and then the function can go."""
    before = catalog(function(), view("v0"), depends=chain(1))
    decision = decide(before, catalog(view("v0", "select 2;")))
    assert decision.gone == {FUNCTION}
    assert set(decision.altered) == {view("v0").ref}


@pytest.mark.parametrize("attribute", ["owner", "acl", "comment", "label:dummy", "bound:citext"])
def test_what_is_said_of_all_kinds_rebuilds_nothing(attribute: str) -> None:
    """An owner, rights, a comment, a label, an extension to go with: each is changed in place."""
    one, other = view("v0"), Entry(view("v0").ref, view("v0").header, view("v0").row, {attribute: "new"})
    decision = decide(catalog(one), catalog(other))
    assert decision.altered == {one.ref: frozenset({attribute})}
    assert not decision.gone


def test_a_table_is_never_made_anew_in_passing() -> None:
    """A table that stands on something that must be rebuilt would lose its rows: refused, by name."""
    depends = {TABLE: {FUNCTION}}
    table = entry(TABLE, partition_key="list (f())")
    with pytest.raises(Refused, match=r"The table public\.t would have to be made anew, with the loss of its rows"):
        decide(catalog(function(), table, depends=depends), catalog(function("text"), table, depends=depends))


def test_what_goes_with_its_table_is_absorbed() -> None:
    """Columns and triggers have no statement of their own when their table goes, and one when it stays."""
    trigger = entry(ObjectRef("trigger", "public", "t", "tr"), _relkind="r", enabled="enable")
    column = entry(COLUMN, _relkind="r")
    before = catalog(entry(TABLE), column, trigger, depends={COLUMN: {TABLE}, trigger.ref: {TABLE}})
    assert decide(before, catalog()).absorbed == {COLUMN: TABLE, trigger.ref: TABLE}
    assert decide(before, catalog(entry(TABLE), column)).absorbed == {}


def test_a_column_keeps_its_rows_when_its_type_is_made_anew() -> None:
    """The type is renamed out of the way, and the column gets the new one; it is never dropped for that."""
    mood = ObjectRef("enum", "public", "mood")
    depends = {COLUMN: {mood, TABLE}}

    def state(*labels: str) -> Catalog:
        column = entry(COLUMN, type="public.mood", _relkind="r")
        return catalog(entry(mood, labels=list(labels)), entry(TABLE), column, depends=depends)

    decision = decide(state("a", "b"), state("b", "a"))
    assert decision.gone == decision.made == decision.swapped == {mood}
    assert decision.altered == {COLUMN: frozenset({"type"})}


def test_what_no_kind_reads_is_refused_by_name() -> None:
    """A difference in what is not modelled is told, never passed over; the same on both sides is no difference."""
    thing = ObjectRef("shell type", "public", "odd")
    one, other = Catalog({}, unmodelled=(thing,)), Catalog({})
    for before, after in ((one, other), (other, one)):
        with pytest.raises(Refused, match=r"shell type public\.odd"):
            plan_changes(before, after)
    assert not plan_changes(one, one)


def test_columns_that_stay_in_another_order_are_noted() -> None:
    """No statement moves a column, so that the plan says what it leaves; where no order differs it says nothing."""
    other = COLUMN._replace(part="d")

    def state(*places: int) -> Catalog:
        columns = zip((COLUMN, other), places, strict=True)
        return catalog(*(entry(ref, type="integer", position=place) for ref, place in columns))

    plan = plan_changes(state(1, 2), state(2, 1))
    assert not plan
    (note,) = plan.notes
    assert note == "The columns of public.t stay in another order: c, d instead of d, c."
    assert plan_changes(state(1, 3), state(1, 2)).notes == ()


def test_only_what_loses_rows_is_a_hazard() -> None:
    """A table, a column that goes: data loss. A view that goes, a table that comes: none."""
    table, column = entry(TABLE), entry(COLUMN, _relkind="r", type="integer", position=1)
    whole = catalog(table, column, depends={COLUMN: {TABLE}})
    assert plan_changes(whole, catalog()).hazards == {"data-loss"}
    assert plan_changes(whole, catalog(table)).hazards == {"data-loss"}
    assert plan_changes(catalog(), whole).hazards == frozenset()
    assert plan_changes(catalog(view("v0")), catalog()).hazards == frozenset()
