"""In which order things happen: nothing before what it needs, nothing dropped before what needs it."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef

from .ddl import named_relation, relation_of
from .deciding import TYPES, Decision
from .fact import Catalog, Entry
from .kinds import kinds
from .kinds.column import parents_of


class Act(NamedTuple):
    """What is done to one object: `drop`, `create`, `alter`, or `swap` (renaming a type out of the way)."""

    verb: str
    ref: ObjectRef


_CALLED_BY_TYPES = frozenset({"function", "aggregate", "operator", "operator_class", "cast", "transform"})
"""Kinds whose statements name the types they are made for."""

_NEVER_ALONE = frozenset({"column", "view_column", "partition", "index_partition"})
"""What goes with its table is not dropped before it."""

_HELD = frozenset({"column", "composite", "domain"})
"""Kinds of which what depends on them can hold up a change in place."""

_KEYS = 345
"""The rank of foreign keys: after the keys that they refer to."""

_LAST = 900
"""From this rank on things are made after everything else."""

Edge = tuple[Act, Act]
"""The first comes before the second."""


def ordered(decision: Decision, a: Catalog, b: Catalog) -> list[Act]:
    """All acts in order. Raises Refused for a circle that nothing breaks."""
    soft = set(_wishes(decision, a, b))
    while True:
        drops = {Act("drop", ref) for ref in decision.gone if ref not in decision.absorbed}
        acts = drops | {Act("create", ref) for ref in decision.made} | {Act("alter", ref) for ref in decision.altered}
        acts |= {Act("swap", ref) for ref in decision.swapped}
        hard = {edge for edge in _edges(decision, a, b) if edge[0] in acts and edge[1] in acts}
        try:
            return _sorted(acts, hard, {edge for edge in soft if edge[0] in acts and edge[1] in acts} - hard, b)
        except _Circle as circle:
            # Two that are parted by dropping first what stands on one of them and needs the other.
            between = list(_between(circle.acts, decision, a))
            defaults = set(_inline_defaults(circle.acts, decision, b))
            types = {act.ref for act in circle.acts if act.verb == "drop" and act.ref.kind in TYPES} & decision.made
            if not between and not defaults and not types:
                raise circle.refused() from None
            decision.swapped |= types
            for ref in between:
                del decision.absorbed[ref]
            decision.separate |= defaults


def _between(acts: list[Act], decision: Decision, a: Catalog) -> Iterator[ObjectRef]:
    dropped = {act for act in acts if act.verb == "drop"}
    for ref, taker in decision.absorbed.items():
        if Act("drop", taker) not in dropped or ref.kind in _NEVER_ALONE or a.entries[ref]["_attached"]:
            continue
        if any(_drop_of(need, decision) in dropped - {Act("drop", taker)} for need in a.depends.get(ref, ())):
            yield ref


def _inline_defaults(acts: list[Act], decision: Decision, b: Catalog) -> Iterator[ObjectRef]:
    """Defaults that can be said once their table stands, so that what they need can be made in between."""
    for ref in decision.made:
        holder = _holder(ref, decision)
        if ref.kind == "default" and holder != ref and Act("create", holder) in acts:
            yield ref


class _Circle(Exception):
    """Acts of which each waits for another."""

    def __init__(self, acts: list[Act]) -> None:
        self.acts = acts

    def refused(self) -> Refused:
        names = ", ".join(f"{act.verb} {act.ref.kind} {act.ref}" for act in self.acts)
        return Refused(
            "There is no order in which the changes can be made.",
            f"Each of these waits for another: {names}.",
            "make one of the changes in a step of its own",
        )


def _edges(decision: Decision, a: Catalog, b: Catalog) -> Iterator[Edge]:
    for one, needs in a.depends.items():
        if one.kind == "index_partition" and one in decision.absorbed:
            continue  # it ends with whatever ends it
        for need in needs:
            drop, drop_need = _drop_of(one, decision), _drop_of(need, decision)
            if drop != drop_need:
                yield drop, drop_need
            if need.kind in _HELD and drop.ref not in decision.swapped:
                yield drop, Act("alter", need)
            if drop.ref in decision.swapped:
                yield Act("swap", drop.ref), Act("swap", need)
            elif drop.ref.kind in _CALLED_BY_TYPES:
                yield drop, Act("swap", need)  # else it would be looked for under the other's new name
            yield Act("alter", one), drop_need
            if need in decision.swapped:
                yield Act("swap", need), Act("alter", one)
                yield Act("create", need), Act("alter", one)
    for one, needs in b.depends.items():
        holder = _holder(one, decision)
        for need in needs:
            if need != holder and _holder(need, decision) != holder:
                yield Act("create", need), Act("create", holder)
                if need.kind in _HELD or need.kind == "enum":
                    yield Act("alter", need), Act("create", holder)
            yield Act("create", need), Act("create", one)
            yield Act("create", need), Act("alter", one)
    for ref in decision.gone & decision.made:
        yield _end_of(ref, decision), Act("create", ref)
    yield from _rooms(decision, a, b)
    yield from _fits(decision, a, b)


def _holder(ref: ObjectRef, decision: Decision) -> ObjectRef:
    """The object whose creation says this one too: the table of a column, the column of a default."""
    if ref.kind == "default" and ref in decision.made and ref not in decision.separate:
        column = ref._replace(kind="column")
        return _holder(column, decision) if column in decision.made else ref
    if ref.kind == "column":
        for kind in ("table", "foreign_table"):
            if (table := ObjectRef(kind, ref.schema, ref.name)) in decision.made:
                return table
    return ref


def _drop_of(ref: ObjectRef, decision: Decision) -> Act:
    """The act that drops it: its own, or that of the object that takes it along."""
    while ref in decision.absorbed:
        ref = decision.absorbed[ref]
    return Act("drop", ref)


def _end_of(ref: ObjectRef, decision: Decision) -> Act:
    """The act after which its name is free."""
    while ref in decision.absorbed:
        ref = decision.absorbed[ref]
    if ref.kind == "identity_sequence" and (column := ref._replace(kind="column")) in decision.altered:
        return Act("alter", column)
    return Act("swap", ref) if ref in decision.swapped else _drop_of(ref, decision)


def _start_of(ref: ObjectRef, decision: Decision) -> Act:
    """The act that takes its name."""
    if ref.kind == "identity_sequence" and (column := ref._replace(kind="column")) in decision.altered:
        return Act("alter", column)
    return Act("create", ref)


def _fits(decision: Decision, a: Catalog, b: Catalog) -> Iterator[Edge]:
    """A table can only be put below another when it has the columns of that, and both have lost what they lose.

    A partition can only come where none is for the same rows; a key that it loses would be the table's from then on.
    """
    lost: defaultdict[tuple[str | None, str], list[ObjectRef]] = defaultdict(list)
    for ref in decision.gone - decision.made:
        if ref.kind == "column":
            lost[ref.schema, ref.name].append(ref)
    for ref in {*decision.made, *decision.altered}:
        if ref.kind in ("partition", "inheritance"):
            verb = "create" if ref in decision.made else "alter"
            before = a.get(ref)
            held = set(kinds()[ref.kind].needs(before, a)) if before is not None and verb == "alter" else set()
            for table in kinds()[ref.kind].needs(b.entries[ref], b):
                if table in held:
                    continue
                for column in lost[table.schema, table.name]:
                    yield _drop_of(column, decision), Act(verb, ref)
        if ref.kind == "partition" and ref in decision.made:
            for other in decision.gone:
                if other.kind == "partition" and a.entries[other]["of_table"] == b.entries[ref]["of_table"]:
                    yield _drop_of(other, decision), Act("create", ref)
            for key in decision.gone:
                if key.kind == "constraint" and key[1:3] == ref[1:3]:
                    yield _drop_of(key, decision), Act("create", ref)
    for column in decision.gone - decision.made:
        # A column that a child has of its own right as well stays when the parent loses it, and can go then.
        if column.kind == "column" and a.entries[column]["local"] and a.entries[column]["_inherited"]:
            for above in parents_of(relation_of(a.entries[column]), a):
                yield Act("drop", column._replace(schema=above.schema, name=above.name)), Act("drop", column)


def _rooms(decision: Decision, a: Catalog, b: Catalog) -> Iterator[Edge]:
    """A name that one object has must be free before another gets it."""
    taken: defaultdict[tuple[str, ...], list[ObjectRef]] = defaultdict(list)
    for ref in decision.gone:
        for room in _rooms_of(ref, a):
            taken[room].append(ref)
    for ref in decision.made:
        for room in _rooms_of(ref, b):
            for other in taken.get(room, ()):
                if other != ref:
                    yield _end_of(other, decision), _start_of(ref, decision)


def _rooms_of(ref: ObjectRef, catalog: Catalog) -> tuple[tuple[str, ...], ...]:
    if ref.kind == "identity_sequence":
        return (("relation", *catalog.entries[ref]["_sequence"]),)
    if ref.kind == "constraint" and catalog.entries[ref]["type"] == "primary key":
        return (*kinds()["constraint"].occupies(ref), ("primary key", ref.schema or "", ref.name))
    return kinds()[ref.kind].occupies(ref)


def _wishes(decision: Decision, a: Catalog, b: Catalog) -> Iterator[Edge]:
    """What is better done in this order, where that can be: of two that change in place, the needed one first."""
    for one, needs in a.depends.items():
        for need in needs:
            if need in decision.altered:
                yield _drop_of(one, decision), Act("alter", need)
    for one, needs in b.depends.items():
        for need in needs:
            if need in decision.altered:
                yield Act("alter", need), Act("alter" if one in decision.altered else "create", one)
    for key in a.of_kind("constraint"):
        if key["_references"]:
            yield from _logged_first(key, decision, b)


def _logged_first(key: Entry, decision: Decision, b: Catalog) -> Iterator[Edge]:
    """A table that lasts refers to none that does not, and stays so while both change."""
    one, other = relation_of(key), named_relation(key["_references"])
    if key.ref in decision.gone and "persistence" in decision.altered.get(other, ()):
        yield _drop_of(key.ref, decision), Act("alter", other)
    if one != other and all("persistence" in decision.altered.get(table, ()) for table in (one, other)):
        lasts = b.entries[one]["persistence"] == "permanent"
        first, second = (other, one) if lasts else (one, other)
        yield Act("alter", first), Act("alter", second)


def _sorted(acts: set[Act], hard: set[Edge], soft: set[Edge], b: Catalog) -> list[Act]:
    waits: dict[Act, set[Act]] = {act: set() for act in acts}
    follows: defaultdict[Act, set[Act]] = defaultdict(set)
    for first, second in (*hard, *soft):
        if first != second:
            waits[second].add(first)
            follows[first].add(second)
    ready = [(_wish(act, b), act) for act in acts if not waits[act]]
    heapq.heapify(ready)
    done: list[Act] = []
    while len(done) < len(acts):
        if not ready:
            for first, second in _loosened(waits, soft):
                waits[second].discard(first)
            soft = set()
            ready = [(_wish(act, b), act) for act, left in waits.items() if not left]
            heapq.heapify(ready)
            continue
        _, act = heapq.heappop(ready)
        del waits[act]
        done.append(act)
        for other in follows[act]:
            if other in waits and act in waits[other]:
                waits[other].discard(act)
                if not waits[other]:
                    heapq.heappush(ready, (_wish(other, b), other))
    return done


def _loosened(waits: Mapping[Act, set[Act]], soft: Iterable[Edge]) -> list[Edge]:
    loose = [(first, second) for first, second in soft if second in waits and first in waits[second]]
    if loose:
        return loose
    raise _Circle(_circle(waits))


def _circle(waits: Mapping[Act, set[Act]]) -> list[Act]:
    """One circle of those that wait."""
    act = min(waits)
    seen: list[Act] = []
    while act not in seen:
        seen.append(act)
        act = min(one for one in waits[act] if one in waits)
    return seen[seen.index(act) :]


def _wish(act: Act, b: Catalog) -> tuple[int, int, tuple[str, ...]]:
    """Where nothing else decides: what stands on tables goes first, then things are made, and the rest is dropped last.

    The bodies of functions name objects that the server does not know of: so they are dropped after those that may
    call them, and made with their bodies unchecked.
    """
    rank = kinds()[act.ref.kind].rank
    if act.verb == "create" and act.ref.kind == "constraint" and b.entries[act.ref]["_references"]:
        rank = _KEYS  # the key of a partitioned table holds once those of all its partitions belong to it
    name = tuple(part or "" for part in act.ref)
    if act.verb == "swap":
        return 0, rank, name
    if rank >= _LAST and act.verb != "drop":
        return 4, rank, name
    if act.verb == "drop":
        return (1, -rank, name) if rank >= 200 else (3, -rank, name)
    return 2, rank, name
