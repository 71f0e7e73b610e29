"""The order of seeds: what all environments share first, by number, then by what each file needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from pathlib import PurePosixPath

from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest

from .seed_file import Dependency, SeedError, SeedFile
from .touching import TableName, Touches


@dataclass(frozen=True, slots=True)
class Edge:
    """`before` must be run before `after`: a header says so, at `place`, or `after` needs rows of these tables."""

    before: str
    after: str
    tables: tuple[TableName, ...] = ()
    place: Place | None = None

    @property
    def why(self) -> str:
        """In words."""
        return f"says {self.place}" if self.place is not None else f"by {', '.join(map(str, self.tables))}"


@dataclass(frozen=True, slots=True)
class Order:
    """Files in their order, and why. `dropped` are needs that lead in a circle, where the names decide instead."""

    files: tuple[SeedFile, ...]
    edges: tuple[Edge, ...] = ()
    dropped: tuple[Edge, ...] = ()


def in_order(files: Sequence[SeedFile], touches: Callable[[SeedFile], Touches]) -> Order:
    """The order of these files, which are those of one environment.

    Numbers decide; files without one, or with the same, go by what they need of one another, then by name. What a
    `depends-on` header says holds in any case. SeedError for a circle of them, and for one that names no file.
    """
    said = [edge for file in files for edge in _said(file, files)]
    _refuse_circles(said)
    held, dropped = list(said), []
    for edge in _needed(files, touches):
        if _leads(held, edge.after, edge.before):
            dropped.append(edge)
        else:
            held.append(edge)
    return Order(tuple(_sorted(files, held)), tuple(held), tuple(dropped))


def find_file(files: Sequence[SeedFile], said: Dependency, near: SeedFile | None = None) -> SeedFile:
    """The file that is named: by its path below the seeds, or by its name alone. SeedError with what was meant."""
    wanted = PurePosixPath(said.file).as_posix()
    beside = PurePosixPath(near.name).parent.joinpath(wanted).as_posix() if near is not None else wanted
    for found in (
        [one for one in files if one.name == beside],
        [one for one in files if wanted in (one.name, one.path)],
        [one for one in files if PurePosixPath(one.name).name == wanted],
        [one for one in files if wanted in (PurePosixPath(one.name).stem, _without_end(one.name))],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            names = " and ".join(one.name for one in found)
            raise SeedError(
                f"{said.file} names several seeds.", f"There are {names}.", "write its folder, too", place=said.place
            )
    cause = nearest(said.file, [one.name for one in files]) or "There are none."
    raise SeedError(f"There is no seed {said.file} here.", cause, "correct the name", place=said.place)


def _without_end(name: str) -> str:
    return PurePosixPath(name).with_suffix("").as_posix()


def _said(file: SeedFile, files: Sequence[SeedFile]) -> Iterator[Edge]:
    for one in file.marks.depends_on:
        yield Edge(find_file(files, one, file).name, file.name, place=one.place)


def _needed(files: Sequence[SeedFile], touches: Callable[[SeedFile], Touches]) -> Iterator[Edge]:
    """What files that no number orders need of one another."""
    groups: dict[tuple[bool, int | None], list[SeedFile]] = {}
    for file in files:
        groups.setdefault((file.environments is None, file.number), []).append(file)
    for group in groups.values():
        if len(group) < 2:
            continue
        known = {file.name: touches(file) for file in group}
        for after in group:
            own = known[after.name]
            for before in group:
                tables = (known[before.name].writes & own.reads) - own.writes
                if before is not after and tables:
                    yield Edge(before.name, after.name, tuple(sorted(tables, key=str)))


def _key(file: SeedFile) -> tuple[bool, bool, int, str]:
    return file.environments is not None, file.number is None, file.number or 0, file.name


def _sorted(files: Sequence[SeedFile], edges: Sequence[Edge]) -> Iterator[SeedFile]:
    left = {file.name: {edge.before for edge in edges if edge.after == file.name} for file in files}
    by_name = {file.name: file for file in files}
    ready = [(_key(by_name[name]), name) for name, needs in left.items() if not needs]
    heapify(ready)
    while ready:
        _, name = heappop(ready)
        yield by_name[name]
        for after in dict.fromkeys(edge.after for edge in edges if edge.before == name):
            left[after].discard(name)
            if not left[after]:
                heappush(ready, (_key(by_name[after]), after))


def _leads(edges: Sequence[Edge], start: str, end: str) -> bool:
    return start == end or bool(_way(edges, start, end))


def _way(edges: Sequence[Edge], start: str, end: str) -> tuple[Edge, ...]:
    """The edges from one file to another; none where nothing leads there."""
    came: dict[str, Edge] = {}
    waiting = [start]
    while waiting:
        at = waiting.pop(0)
        for edge in edges:
            if edge.before == at and edge.after not in came:
                came[edge.after] = edge
                waiting.append(edge.after)
    if end not in came:
        return ()
    way = [came[end]]
    while way[0].before != start:
        way.insert(0, came[way[0].before])
    return tuple(way)


def _refuse_circles(edges: Sequence[Edge]) -> None:
    for edge in edges:
        way = _way(edges, edge.after, edge.before) if edge.before != edge.after else ()
        if not way and edge.before != edge.after:
            continue
        circle = (edge, *way)
        names = " -> ".join([*(one.before for one in circle), circle[0].before])
        causes = "; ".join(f"{one.place} says that {one.after} needs {one.before}" for one in circle)
        raise SeedError(
            f"The seeds lead in a circle: {names}.", f"{causes}.", "take one of the headers out", place=edge.place
        )
