"""The order of a plan: nothing before what it needs, nothing dropped before what needs it, circles named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.catalog.deciding import Decision
from pytest_nself.catalog.fact import Catalog
from pytest_nself.catalog.ordering import Act, ordered
from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef

from .facts import catalog, entry

KINDS = ("view", "domain", "text_search_template", "policy", "enum", "statistics")
"""Kinds with early and late ranks; a change of a domain is held up by what depends on it."""

REFS = [ObjectRef(KINDS[number % len(KINDS)], "public", f"o{number}", "on_it") for number in range(12)]


@st.composite
def graphs(draw: st.DrawFn) -> dict[ObjectRef, set[ObjectRef]]:
    """What each needs, without circles, and not in the order of their names or kinds."""
    order = draw(st.permutations(REFS))
    return {one: {other for other in order[:place] if draw(st.integers(0, 3)) == 0} for place, one in enumerate(order)}


def side(depends: dict[ObjectRef, set[ObjectRef]]) -> Catalog:
    """All objects, with these dependencies."""
    return catalog(*map(entry, REFS), depends=depends)


def places(acts: list[Act]) -> dict[Act, int]:
    """When each act happens; none happens twice."""
    found = {act: place for place, act in enumerate(acts)}
    assert len(found) == len(acts)
    return found


_subsets = st.sets(st.sampled_from(REFS))


@given(graphs(), graphs(), _subsets, _subsets)
def test_what_is_needed_comes_first(
    before: dict[ObjectRef, set[ObjectRef]],
    after: dict[ObjectRef, set[ObjectRef]],
    gone: set[ObjectRef],
    made: set[ObjectRef],
) -> None:
    """Dropped is first what depends, created first what is needed, and a name is free before it is taken again."""
    # What needs something that is dropped goes too, as the decision has it.
    for one in REFS * len(REFS):
        if before[one] & gone:
            gone = gone | {one}
    acts = places(ordered(Decision(gone=gone, made=made), side(before), side(after)))
    assert set(acts) == {Act("drop", ref) for ref in gone} | {Act("create", ref) for ref in made}
    for one in gone:
        for need in before[one] & gone:
            assert acts[Act("drop", one)] < acts[Act("drop", need)]
    for one in made:
        for need in after[one] & made:
            assert acts[Act("create", need)] < acts[Act("create", one)]
    for one in gone & made:
        assert acts[Act("drop", one)] < acts[Act("create", one)]


@given(graphs(), _subsets, _subsets)
def test_changes_in_place_stand_between(
    depends: dict[ObjectRef, set[ObjectRef]], altered: set[ObjectRef], others: set[ObjectRef]
) -> None:
    """What is changed lets go of what is dropped before, and can use what is created after that is there."""
    others = others - altered
    before = side(depends)
    changed = {ref: frozenset({"definition"}) for ref in altered}
    acts = places(ordered(Decision(gone=set(others), altered=dict(changed)), before, side({})))
    for one in altered:
        for need in depends[one] & others:
            assert acts[Act("alter", one)] < acts[Act("drop", need)]
    acts = places(ordered(Decision(made=set(others), altered=dict(changed)), side({}), before))
    for one in altered:
        for need in depends[one] & others:
            assert acts[Act("create", need)] < acts[Act("alter", one)]


@given(graphs(), _subsets, st.randoms(use_true_random=False))
def test_the_order_is_always_the_same(
    depends: dict[ObjectRef, set[ObjectRef]], made: set[ObjectRef], random: object
) -> None:
    """It does not follow from the order in which the server told of things."""
    shuffled = list(depends)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = catalog(*map(entry, shuffled), depends={one: depends[one] for one in shuffled})
    decision = Decision(made=made)
    assert ordered(decision, side({}), side(depends)) == ordered(decision, catalog(), other)


def view(name: str) -> ObjectRef:
    """A view of this name."""
    return ObjectRef("view", "public", name)


def test_a_circle_is_named() -> None:
    """Who cannot be served is told which objects wait for each other; the others are not named."""
    one, other, third = view("one"), view("two"), view("three")
    depends = {one: {other}, other: {one}, third: {one}}
    both = catalog(entry(one), entry(other), entry(third), depends=depends)
    with pytest.raises(Refused) as refused:
        ordered(Decision(made={one, other, third}), catalog(), both)
    assert "create view public.one" in refused.value.cause
    assert "create view public.two" in refused.value.cause
    assert "three" not in str(refused.value)


def test_a_circle_behind_a_wish_is_named() -> None:
    """A wish that is given up does not free what waits in a circle: that is refused like any other."""
    one, other, third = view("one"), view("two"), view("three")
    depends = {one: {other, third}, other: {one}, third: {one}}
    both = catalog(entry(one), entry(other), entry(third), depends=depends)
    decision = Decision(made={one, other}, altered={third: frozenset({"definition"})})
    with pytest.raises(Refused, match=r"create view public\.one"):
        ordered(decision, catalog(entry(third)), both)


@given(st.lists(st.tuples(st.sampled_from(REFS), st.sampled_from(REFS)), max_size=30))
def test_wishes_never_stand_in_the_way(pairs: list[tuple[ObjectRef, ObjectRef]]) -> None:
    """Of objects that only change in place the needed ones go first; in a circle any order will do."""
    depends: dict[ObjectRef, set[ObjectRef]] = {}
    kept = [(one, need) for one, need in pairs if need.kind not in ("domain", "enum") and one != need]
    for one, need in kept:
        depends.setdefault(one, set()).add(need)
    altered = {ref: frozenset({"definition"}) for ref in REFS}
    acts = places(ordered(Decision(altered=altered), side({}), side(depends)))
    assert len(acts) == len(REFS)
    if not _has_circle(depends):
        for one, need in kept:
            assert acts[Act("alter", need)] < acts[Act("alter", one)]


def _has_circle(depends: dict[ObjectRef, set[ObjectRef]]) -> bool:
    left = {one: set(needs) for one, needs in depends.items()}
    while free := [one for one, needs in left.items() if not needs & set(left)]:
        for one in free:
            del left[one]
    return bool(left)


def test_what_stands_on_tables_goes_before_functions() -> None:
    """Bodies of functions name what the server does not know of: views and policies that may call them go first."""
    function, policy = ObjectRef("function", "public", "f()"), ObjectRef("policy", "public", "t", "a_p")
    before = catalog(entry(function), entry(view("z")), entry(policy))
    acts = ordered(Decision(gone={function, view("z"), policy}), before, catalog())
    assert acts[-1] == Act("drop", function)


def test_a_name_is_given_up_before_it_is_taken() -> None:
    """A view that takes a table's name comes after the table is gone."""
    table, taker = ObjectRef("table", "public", "users"), view("users")
    acts = ordered(Decision(gone={table}, made={taker}), catalog(entry(table)), catalog(entry(taker)))
    assert acts == [Act("drop", table), Act("create", taker)]


def test_a_type_steps_aside_for_its_successor() -> None:
    """A type that is swapped is renamed, the new one made, the column changed, and only then the old one dropped."""
    type_, column = ObjectRef("enum", "public", "mood"), ObjectRef("column", "public", "t", "m")
    both = catalog(entry(type_, labels=["a"]), entry(column, type="public.mood"), depends={column: {type_}})
    decision = Decision(gone={type_}, made={type_}, altered={column: frozenset({"type"})}, swapped={type_})
    assert ordered(decision, both, both) == [
        Act("swap", type_), Act("create", type_), Act("alter", column), Act("drop", type_),
    ]  # fmt: skip


def test_what_is_absorbed_has_no_act_of_its_own() -> None:
    """A trigger goes with its table; what the trigger needed goes after the table."""
    table, function = ObjectRef("table", "public", "t"), ObjectRef("function", "public", "f()")
    trigger = ObjectRef("trigger", "public", "t", "tr")
    before = catalog(entry(table), entry(function), entry(trigger), depends={trigger: {function, table}})
    decision = Decision(gone={table, function, trigger}, absorbed={trigger: table})
    assert ordered(decision, before, catalog()) == [Act("drop", table), Act("drop", function)]
