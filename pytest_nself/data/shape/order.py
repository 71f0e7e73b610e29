"""The order in which tables take rows: those that others refer to first, and how a circle is opened."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pytest_nself.core.errors import NselfError
from pytest_nself.core.names import ObjectRef

from .model import Reference, Shape, Table


class CircleError(NselfError):
    """Tables that each need a row of the other first."""


@dataclass(frozen=True, slots=True)
class LoadOrder:
    """Tables in the order of loading.

    `postponed` are references (by table and name) whose columns are null at first and set when all rows are there;
    `deferred` those that the server shall check at the end (`set constraints … deferred`).
    """

    tables: tuple[ObjectRef, ...]
    postponed: frozenset[tuple[ObjectRef, str]] = frozenset()
    deferred: frozenset[tuple[ObjectRef, str]] = frozenset()


def load_order(shape: Shape, wanted: Collection[ObjectRef]) -> LoadOrder:
    """An order for these tables. A table's references to itself never count: one statement brings all its rows.

    Raises CircleError, naming the tables, where each of a circle must have a row of the other at once.
    """
    chosen = sorted(set(wanted), key=lambda ref: (ref.schema or "", ref.name))
    among = frozenset(chosen)
    needs = {ref: _needs(shape, shape.tables[ref], among) for ref in chosen}
    edges = {ref: {target for target, _ in found} for ref, found in needs.items()}
    tables: list[ObjectRef] = []
    postponed: set[tuple[ObjectRef, str]] = set()
    deferred: set[tuple[ObjectRef, str]] = set()
    for group in circles(edges):
        if len(group) == 1:
            tables += group
            continue
        inside = set(group)
        hard: dict[ObjectRef, set[ObjectRef]] = {ref: set() for ref in group}
        for ref in group:
            for target, reference in needs[ref]:
                if target not in inside:
                    continue
                if not postponable(shape.tables[ref], reference) and reference.deferrable is None:
                    hard[ref].add(target)
        tables += _opened(hard)
        place = {ref: number for number, ref in enumerate(tables)}
        for ref in group:
            for target, reference in needs[ref]:
                if target in inside and place[target] > place[ref]:
                    (deferred if reference.deferrable else postponed).add((ref, reference.name))
    return LoadOrder(tuple(tables), frozenset(postponed), frozenset(deferred))


def postponable(table: Table, reference: Reference) -> bool:
    """Whether a row may be there before the one it refers to: null is allowed, for all columns with `match full`."""
    must = [column.must for column in table.columns if column.name in reference.columns]
    primary = table.primary
    if any(name in (primary.columns if primary else ()) for name in reference.columns):
        return False
    return not any(must) if reference.match_full else not all(must)


def _needs(shape: Shape, table: Table, chosen: Collection[ObjectRef]) -> list[tuple[ObjectRef, Reference]]:
    found = []
    for reference in table.references:
        target = root_of(shape, reference.target)
        if target in chosen and target != table.ref:
            found.append((target, reference))
    return found


def root_of(shape: Shape, ref: ObjectRef) -> ObjectRef:
    """The partitioned table at the top, where `ref` is a partition; else `ref`."""
    while (table := shape.tables.get(ref)) is not None and table.partition_of is not None:
        ref = table.partition_of
    return ref


def _opened(hard: Mapping[ObjectRef, set[ObjectRef]]) -> Iterator[ObjectRef]:
    for group in circles(hard):
        if len(group) > 1:
            names = " -> ".join(str(ref) for ref in (*group, group[0]))
            raise CircleError(
                f"The tables {names} each need a row of the other first.",
                "None of the foreign keys between them may be null or be checked at the end.",
                "make one of them deferrable (alter table … alter constraint … deferrable), or let its column be null",
            )
        yield from group


def circles(edges: Mapping[ObjectRef, Collection[ObjectRef]]) -> Iterator[list[ObjectRef]]:
    """Groups that lead back to themselves, and single nodes, what they point at before them (Tarjan's algorithm)."""
    number: dict[ObjectRef, int] = {}
    low: dict[ObjectRef, int] = {}
    waiting: list[ObjectRef] = []
    on: set[ObjectRef] = set()
    for start in edges:
        if start in number:
            continue
        walk = [(start, iter(_sorted(edges[start])))]
        number[start] = low[start] = len(number)
        waiting.append(start)
        on.add(start)
        while walk:
            node, targets = walk[-1]
            for target in targets:
                if target not in edges:
                    continue
                if target not in number:
                    number[target] = low[target] = len(number)
                    waiting.append(target)
                    on.add(target)
                    walk.append((target, iter(_sorted(edges[target]))))
                    break
                if target in on:
                    low[node] = min(low[node], number[target])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
                if low[node] == number[node]:
                    group = []
                    while True:
                        member = waiting.pop()
                        on.discard(member)
                        group.append(member)
                        if member == node:
                            break
                    yield sorted(group, key=lambda ref: (ref.schema or "", ref.name))


def _sorted(refs: Collection[ObjectRef]) -> list[ObjectRef]:
    return sorted(refs, key=lambda ref: (ref.schema or "", ref.name))
