"""The order in which tables take rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Column, Key, Reference, Shape, Table, Type
from pytest_nself.data.shape.order import CircleError, LoadOrder, circles, load_order, root_of

INTEGER = Type("integer", "pg_catalog", "int4")


def ref(name: str) -> ObjectRef:
    return ObjectRef("table", "public", name)


def table(name: str, **references: str) -> Table:
    """A table whose columns refer to others: `a="b"` not null, `a="b?"` nullable, `a="b!"` checked at the end."""
    columns = [Column("id", 1, INTEGER, not_null=True)]
    keys = []
    for number, (column, target) in enumerate(references.items(), start=2):
        columns.append(Column(column, number, INTEGER, not_null=not target.endswith("?")))
        deferrable = "deferrable" if target.endswith("!") else None
        keys.append(Reference(f"{name}_{column}", (column,), ref(target.rstrip("?!")), ("id",), deferrable=deferrable))
    return Table(ref(name), tuple(columns), (Key("pk", ("id",), ("id",), primary=True),), tuple(keys))


def order(*tables: Table) -> LoadOrder:
    shape = Shape({one.ref: one for one in tables})
    return load_order(shape, list(shape.tables))


def test_parents_come_first() -> None:
    """What a table refers to stands before it, whatever the names are."""
    found = order(table("a", x="b"), table("b", x="c"), table("c"))
    assert [one.name for one in found.tables] == ["c", "b", "a"]
    assert not found.postponed
    assert not found.deferred


def test_a_table_may_refer_to_itself() -> None:
    """A reference of a table to itself needs no opening: one statement brings all of its rows."""
    assert order(table("a", x="a")) == LoadOrder((ref("a"),))


def test_a_nullable_key_opens_a_circle() -> None:
    """In a circle the key that may be null is set afterwards."""
    found = order(table("a", x="b"), table("b", x="a?"))
    assert [one.name for one in found.tables] == ["b", "a"]
    assert found.postponed == {(ref("b"), "b_x")}


def test_a_deferrable_key_opens_a_circle() -> None:
    """In a circle of keys that must have a value the deferrable one is checked at the end."""
    found = order(table("a", x="b"), table("b", x="a!"))
    assert [one.name for one in found.tables] == ["b", "a"]
    assert found.deferred == {(ref("b"), "b_x")}


def test_a_hard_circle_is_named() -> None:
    """Where no key may wait, the error names the tables of the circle and no others."""
    with pytest.raises(CircleError) as caught:
        order(table("a", x="b"), table("b", x="c"), table("c", x="a"), table("d", x="a"))
    assert "public.a -> public.b -> public.c -> public.a" in str(caught.value)
    assert "public.d" not in str(caught.value)


def test_a_hard_circle_inside_a_softer_one_is_named() -> None:
    """A nullable key elsewhere in the knot does not hide the two tables that need each other."""
    with pytest.raises(CircleError) as caught:
        order(table("a", x="b", y="c?"), table("b", x="a"), table("c", x="a"))
    assert "public.a -> public.b -> public.a" in str(caught.value)


def test_references_to_tables_outside_do_not_count() -> None:
    """Only the wanted tables are put in order."""
    shape = Shape({one.ref: one for one in (table("a", x="b"), table("b"))})
    assert load_order(shape, [ref("a")]).tables == (ref("a"),)


def test_a_reference_to_a_partition_counts_for_its_root() -> None:
    """A key onto a partition waits for the partitioned table, to which the rows are written."""
    part = Table(ref("part"), (), partition_of=ref("whole"))
    shape = Shape({one.ref: one for one in (table("a", x="part"), part, table("whole"))})
    assert root_of(shape, ref("part")) == ref("whole")
    assert load_order(shape, [ref("a"), ref("whole")]).tables == (ref("whole"), ref("a"))


def test_the_primary_key_cannot_wait() -> None:
    """A key column of the table itself is never null at first, whatever the column says."""
    a = table("a", x="b")
    shared = Table(
        ref("b"),
        (Column("id", 1, INTEGER),),
        (Key("pk", ("id",), ("id",), primary=True),),
        (Reference("b_id", ("id",), ref("a"), ("id",)),),
    )
    with pytest.raises(CircleError):
        order(a, shared)


NAMES = [f"t{number}" for number in range(8)]


@given(st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES)), min_size=1))
def test_every_node_comes_once_and_after_what_it_points_at(drawn: dict[str, set[str]]) -> None:
    """Groups come with what they point at before them; two nodes share one exactly if each leads to the other."""
    edges = {ref(name): {ref(one) for one in targets} for name, targets in drawn.items()}
    groups = list(circles(edges))
    flat = [node for group in groups for node in group]
    assert sorted(flat) == sorted(edges)
    number = {node: at for at, group in enumerate(groups) for node in group}
    for node, targets in edges.items():
        assert all(number[target] <= number[node] for target in targets if target in edges)

    def reach(start: ObjectRef) -> set[ObjectRef]:
        seen: set[ObjectRef] = set()
        todo = [start]
        while todo:
            for target in edges.get(todo.pop(), ()):
                if target in edges and target not in seen:
                    seen.add(target)
                    todo.append(target)
        return seen

    reached = {node: reach(node) for node in edges}
    for a in edges:
        for b in edges:
            if a != b:
                assert (number[a] == number[b]) == (b in reached[a] and a in reached[b])


def test_ten_thousand_tables_in_a_row() -> None:
    """A chain of 10 000 tables is put in order without running out of stack."""
    tables = [
        table(f"t{number:05}", **({"x": f"t{number + 1:05}"} if number < 9999 else {})) for number in range(10_000)
    ]
    found = order(*tables)
    assert found.tables[0].name == "t09999"
    assert found.tables[-1].name == "t00000"
