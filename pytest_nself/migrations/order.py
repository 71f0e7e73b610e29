"""The order in which migrations are applied: by version, and what a migration depends on before it.

A migration that declares what it depends on waits for it; nothing else moves.
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pytest_nself.core.errors import MigrationError
from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.place import Place

from .migration import Migration

_LABEL = r"(?s)([0-9]{1,99})[_.\- ]+(.+)"
_VERSION = r"[0-9]{1,99}"


class Names:
    """Migrations by what a `depends_on` can call them: version (`3` is `003`), name, or `version_name`."""

    def __init__(self, migrations: Iterable[Migration]) -> None:
        self._versions: dict[int, list[Migration]] = defaultdict(list)
        self._names: dict[str, list[Migration]] = defaultdict(list)
        for one in migrations:
            self._versions[one.version].append(one)
            self._names[one.name].append(one)

    def named_by(self, text: str) -> tuple[Migration, ...]:
        """Those that the text names. One, if all is well."""
        text = text.removesuffix(".sql")
        if re.fullmatch(_VERSION, text) and (found := self._versions.get(int(text))):
            return tuple(found)
        if found := self._names.get(text):
            return tuple(found)
        label = re.fullmatch(_LABEL, text)
        versions = self._versions.get(int(label.group(1)), []) if label else []
        return tuple(one for one in versions if label and one.name == label.group(2))

    def close_to(self, text: str) -> str:
        """The name or label that comes closest; empty if none is close.

        Not another name with the number that the text has: a migration of that number is not the one that was meant.
        """
        from difflib import get_close_matches

        label = re.fullmatch(_LABEL, text.removesuffix(".sql"))
        if label and len(moved := self._names.get(label.group(2), [])) == 1:
            return moved[0].label
        own = int(label.group(1)) if label else -1
        others = [one for version, found in self._versions.items() if version != own for one in found]
        known = {word for one in others for word in (one.label, one.name)} - {""}
        return next(iter(get_close_matches(text, sorted(known), 1)), "")


def resolve(text: str, names: Names) -> Migration:
    """The one migration that a `depends_on` names. MigrationError if that is none, or several."""
    found = names.named_by(text)
    if len(found) != 1:
        raise MigrationError(f"{text} {_why_not(found)}.", "", _remedy(text, found, names))
    return found[0]


def ordered(migrations: Sequence[Migration]) -> tuple[Migration, ...]:
    """The order of application. What is not among `migrations` is taken as done; MigrationError on a cycle."""
    by_version = sorted(migrations, key=lambda one: one.version)
    if not any(one.directives.depends_on for one in by_version):
        return tuple(by_version)
    waits, followers = _graph(by_version)
    ready = [position for position, needed in enumerate(waits) if not needed]
    done: list[Migration] = []
    while ready:  # a heap from the start: positions ascend
        position = heapq.heappop(ready)
        done.append(by_version[position])
        for follower in followers[position]:
            waits[follower].discard(position)
            if not waits[follower]:
                heapq.heappush(ready, follower)
    if len(done) < len(by_version):
        cycle = _cycle(by_version)
        raise MigrationError(
            f"Migrations depend on each other: {_arrows(cycle)}.",
            "No order can put each after what it depends on.",
            "take one of the depends_on out",
            place=cycle[0].place,
        )
    return tuple(done)


def check_dependencies(migrations: Sequence[Migration], places: Mapping[str, Mapping[str, Place]]) -> list[Finding]:
    """What is wrong with any `depends_on`; `places` says where it stands, by the file's path and the text."""
    findings = []
    names = Names(migrations)
    for one in migrations:
        for text in one.directives.depends_on:
            place = places.get(one.place.path, {}).get(text, one.place)
            found = names.named_by(text)
            if found == (one,):
                message, remedy = f"{one.label} depends on itself.", "take the line out"
            elif len(found) != 1:
                message = f"{one.label} depends on {text}, which {_why_not(found)}."
                remedy = _remedy(text, found, names)
            else:
                continue
            findings.append(Finding("migration-depends-on", Severity.ERROR, one.ref, message, remedy, place=place))
    if not findings and (cycle := _cycle(migrations)):
        place = next(iter(places.get(cycle[0].place.path, {}).values()), cycle[0].place)
        message = f"Migrations depend on each other: {_arrows(cycle)}."
        remedy = "take one of the depends_on out"
        findings.append(Finding("migration-depends-on", Severity.ERROR, cycle[0].ref, message, remedy, place=place))
    return findings


def _graph(migrations: Sequence[Migration]) -> tuple[list[set[int]], dict[int, list[int]]]:
    """For each position, the positions it waits for, and those that wait for it."""
    names = Names(migrations)
    position_of = {id(one): position for position, one in enumerate(migrations)}
    waits: list[set[int]] = []
    followers: dict[int, list[int]] = defaultdict(list)
    for position, one in enumerate(migrations):
        needed = {position_of[id(other)] for text in one.directives.depends_on for other in names.named_by(text)}
        for other in needed:
            followers[other].append(position)
        waits.append(needed)
    return waits, followers


def _cycle(migrations: Sequence[Migration]) -> list[Migration]:
    """Migrations that wait for each other, each before the one it waits for; empty if none do."""
    waits, _ = _graph(migrations)
    free: set[int] = set()
    for start in range(len(waits)):
        path = [start]
        while path:
            waited_for = min((one for one in waits[path[-1]] if one not in free), default=None)
            if waited_for is None:
                free.add(path.pop())
            elif waited_for in path:
                return [migrations[one] for one in path[path.index(waited_for) :]]
            else:
                path.append(waited_for)
    return []


def _arrows(cycle: Sequence[Migration]) -> str:
    return " -> ".join(one.label for one in [*cycle, cycle[0]])


def _why_not(found: Sequence[Migration]) -> str:
    if not found:
        return "is no migration of this folder"
    return f"names {len(found)} migrations: {', '.join(one.label for one in found)}"


def _remedy(text: str, found: Sequence[Migration], names: Names) -> str:
    if found:
        return f"write one of them with its version: {found[0].label}"
    close = names.close_to(text)
    return f"did you mean {close}?" if close else "write a version, a name, or version_name of this folder"
