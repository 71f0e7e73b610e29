"""Entries of which is known what they are parts of, so that those of one relation, type or function can be replaced."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import count
from typing import Any

from pytest_nself.core.names import ObjectRef, parse_qualified

from .fact import Entry
from .restricted import Unit

_numbers = count(1)

Signature = tuple[list[Any], dict[int, Any]]


class Known(dict[ObjectRef, Entry]):
    """All entries of one state. `units` holds by relation, type or function the names of its parts, itself included.

    The parts of (class, 0) are the objects of a kind that is read as a whole.
    """

    __slots__ = ("number", "units")

    def __init__(self, entries: Mapping[ObjectRef, Entry], units: Mapping[Unit, tuple[ObjectRef, ...]]) -> None:
        super().__init__(entries)
        self.units: dict[Unit, tuple[ObjectRef, ...]] = dict(units)
        self.number = next(_numbers)

    def kinds_of(self, unit: Unit) -> set[str]:
        """Of which kinds it has parts."""
        return {ref[0] for ref in self.units.get(unit, ())}

    def children_of(self, relations: Collection[Unit]) -> list[Unit]:
        """The tables that are partitions of one of these relations, or inherit from it."""
        parents = {ref[1:3] for unit in relations for ref in self.units.get(unit, ()) if ref.kind in _PARENTS}
        found = []
        for unit, refs in self.units.items():
            for ref in refs:
                if ref.kind in _CHILDREN and not parents.isdisjoint(_parents(self[ref])):
                    found.append(unit)
        return found

    def parts(self, unit: Unit, kinds: Collection[str] | None = None) -> list[Entry]:
        """The entries of its parts, of all kinds or of these."""
        return [self[ref] for ref in self.units.get(unit, ()) if kinds is None or ref[0] in kinds]


class Change:
    """A state in the making: `refs` are the objects in which it may differ from the state before.

    `removed` are all entries that were taken out on the way.
    """

    def __init__(self, before: Known) -> None:
        self.before = before
        self.after = Known(before, before.units)
        self.refs: set[ObjectRef] = set()
        self.removed: list[Entry] = []
        self._taken: dict[ObjectRef, Unit] = {}

    def remove(self, unit: Unit, kinds: Collection[str] | None = None) -> None:
        """Take out its parts, of all kinds or of these."""
        left = []
        for ref in self.after.units.get(unit, ()):
            if kinds is not None and ref[0] not in kinds:
                left.append(ref)
            elif self._taken.get(ref, unit) == unit:  # else another object has that name by now
                self.removed.append(self.after.pop(ref))
                self.refs.add(ref)
        self._set(unit, tuple(left))

    def add(self, unit: Unit, entries: Iterable[Entry]) -> None:
        """Put in parts; one that says what it said before stays the same entry."""
        before, after, refs = self.before, self.after, []
        for entry in entries:
            ref = entry.ref
            refs.append(ref)
            old = before.get(ref)
            if old is not None and old.row == entry.row and old.extra == entry.extra:
                after[ref] = old
                self.refs.discard(ref)
            else:
                after[ref] = entry
                self.refs.add(ref)
            self._taken[ref] = unit
        self._set(unit, (*after.units.get(unit, ()), *refs))

    def _set(self, unit: Unit, refs: tuple[ObjectRef, ...]) -> None:
        if refs:
            self.after.units[unit] = refs
        else:
            self.after.units.pop(unit, None)


_PARENTS = frozenset({"table", "foreign_table"})
_CHILDREN = frozenset({"partition", "inheritance"})


def _parents(entry: Entry) -> list[tuple[str, ...]]:
    names = [entry["of_table"]] if entry.ref.kind == "partition" else entry["parents"]
    return [parse_qualified(name) for name in names]


def signature(parts: Iterable[Entry]) -> Signature:
    """What others may say of a relation, type or function: its name and the like, and its columns by number."""
    own: list[Any] = []
    columns: dict[int, Any] = {}
    for entry in parts:
        kind = entry.ref.kind
        if kind in ("column", "view_column"):
            columns[entry.row[1]] = (entry.ref.part, entry["type"])
        elif kind in _NAMED:
            own.append((entry.ref, entry["owner"], entry["persistence"]))
    return own, columns


_NAMED = frozenset({"table", "view", "materialized_view", "foreign_table", "sequence", "function", "aggregate"})
