"""In which order things happen: nothing before what it needs, nothing dropped before what needs it."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef

from .deciding import Decision
from .fact import Catalog
from .kinds import kinds


class Act(NamedTuple):
    """What is done to one object: `drop`, `create`, `alter`, or `swap` (renaming a type out of the way)."""

    verb: str
    ref: ObjectRef


Edge = tuple[Act, Act]
"""The first comes before the second."""


def ordered(decision: Decision, a: Catalog, b: Catalog) -> list[Act]:
    """All acts in order. Raises Refused for a circle that nothing breaks."""
    acts = {Act("drop", ref) for ref in decision.gone} | {Act("create", ref) for ref in decision.made}
    acts |= {Act("alter", ref) for ref in decision.altered} | {Act("swap", ref) for ref in decision.swapped}
    hard = {edge for edge in _edges(decision, a, b) if edge[0] in acts and edge[1] in acts}
    soft = {edge for edge in _wishes(decision, b) if edge[0] in acts and edge[1] in acts} - hard
    return _sorted(acts, hard, soft, decision)


def _edges(decision: Decision, a: Catalog, b: Catalog) -> Iterator[Edge]:
    for one, needs in a.depends.items():
        for need in needs:
            yield Act("drop", one), Act("drop", need)
            yield Act("drop", one), Act("alter", need)
            yield Act("drop", one), Act("swap", need)
            yield Act("alter", one), Act("drop", need)
            if need in decision.swapped:
                yield Act("swap", need), Act("alter", one)
                yield Act("create", need), Act("alter", one)
    for one, needs in b.depends.items():
        for need in needs:
            yield Act("create", need), Act("create", one)
            yield Act("alter", need), Act("create", one)
            yield Act("create", need), Act("alter", one)
    for ref in decision.gone & decision.made:
        yield Act("swap" if ref in decision.swapped else "drop", ref), Act("create", ref)
    yield from _rooms(decision)


def _rooms(decision: Decision) -> Iterator[Edge]:
    """A name that one object has must be free before another gets it."""
    taken: defaultdict[tuple[str, ...], list[ObjectRef]] = defaultdict(list)
    for ref in decision.gone:
        for room in kinds()[ref.kind].occupies(ref):
            taken[room].append(ref)
    for ref in decision.made:
        for room in kinds()[ref.kind].occupies(ref):
            for other in taken.get(room, ()):
                if other != ref:
                    yield Act("swap" if other in decision.swapped else "drop", other), Act("create", ref)


def _wishes(decision: Decision, b: Catalog) -> Iterator[Edge]:
    """Of two that change in place, the one that the other needs goes first where that can be."""
    for one in decision.altered:
        for need in b.depends.get(one, ()):
            if need in decision.altered:
                yield Act("alter", need), Act("alter", one)


def _sorted(acts: set[Act], hard: set[Edge], soft: set[Edge], decision: Decision) -> list[Act]:
    waits: dict[Act, set[Act]] = {act: set() for act in acts}
    follows: defaultdict[Act, set[Act]] = defaultdict(set)
    for first, second in (*hard, *soft):
        if first != second:
            waits[second].add(first)
            follows[first].add(second)
    ready = [(_wish(act), act) for act in acts if not waits[act]]
    heapq.heapify(ready)
    done: list[Act] = []
    while len(done) < len(acts):
        if not ready:
            for first, second in _loosened(waits, soft):
                waits[second].discard(first)
            ready = [(_wish(act), act) for act, left in waits.items() if not left]
            heapq.heapify(ready)
            soft = set()
        _, act = heapq.heappop(ready)
        del waits[act]
        done.append(act)
        for other in follows[act]:
            if other in waits and act in waits[other]:
                waits[other].discard(act)
                if not waits[other]:
                    heapq.heappush(ready, (_wish(other), other))
    return done


def _loosened(waits: Mapping[Act, set[Act]], soft: Iterable[Edge]) -> list[Edge]:
    loose = [(first, second) for first, second in soft if second in waits and first in waits[second]]
    if loose:
        return loose
    names = ", ".join(f"{act.verb} {act.ref.kind} {act.ref}" for act in sorted(_circle(waits)))
    raise Refused(
        "There is no order in which the changes can be made.",
        f"Each of these waits for another: {names}.",
        "make one of the changes in a step of its own",
    )


def _circle(waits: Mapping[Act, set[Act]]) -> list[Act]:
    """One circle of those that wait."""
    act = min(waits)
    seen: list[Act] = []
    while act not in seen:
        seen.append(act)
        act = min(one for one in waits[act] if one in waits)
    return seen[seen.index(act) :]


def _wish(act: Act) -> tuple[int, int, tuple[str, ...]]:
    """Where nothing else decides: what stands on tables goes first, then things are made, and the rest is dropped last.

    The bodies of functions name objects that the server does not know of: so they are dropped after those that may
    call them, and made with their bodies unchecked.
    """
    rank = kinds()[act.ref.kind].rank
    name = tuple(part or "" for part in act.ref)
    if act.verb == "swap":
        return 0, rank, name
    if act.verb == "drop":
        return (1, -rank, name) if rank >= 200 else (3, -rank, name)
    return 2, rank, name
