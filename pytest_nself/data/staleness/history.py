"""The shapes that a database had after each migration, and which migration made a fact what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.shape.model import Shape, Table


@dataclass(frozen=True, slots=True)
class State:
    """What a migration left. `names` are the tables by oid, which a rename keeps; `label` is empty for the start."""

    label: str
    place: Place | None
    shape: Shape
    names: Mapping[int, ObjectRef]

    def oid(self, ref: ObjectRef) -> int | None:
        """The oid of the table of this name."""
        found = self.shape.named(ref.schema, ref.name)
        wanted = found[0].ref if len(found) == 1 else ref
        return next((oid for oid, name in self.names.items() if name == wanted), None)

    def table(self, oid: int) -> Table | None:
        """The table of this oid."""
        ref = self.names.get(oid)
        return self.shape.tables.get(ref) if ref is not None else None


@dataclass(frozen=True, slots=True)
class History:
    """States in the order of the migrations; none where they are not known."""

    states: tuple[State, ...] = ()

    def identity(self, ref: ObjectRef) -> int | None:
        """The oid of the table that last had this name."""
        return next((oid for state in reversed(self.states) if (oid := state.oid(ref)) is not None), None)

    def renamed(self, ref: ObjectRef) -> ObjectRef | None:
        """What the table that last had this name is called now; None where it is gone, or never was."""
        oid = self.identity(ref)
        return None if oid is None else self.states[-1].names.get(oid)

    def cause(self, ref: ObjectRef, fact: Callable[[Table | None], object]) -> State | None:
        """The state that made a fact of the table what it is at the end."""
        oid = self.identity(ref)
        return None if oid is None else self.change(lambda state: fact(state.table(oid)))

    def values(self, ref: ObjectRef, fact: Callable[[Table | None], object]) -> set[object]:
        """All that a fact of the table ever was."""
        oid = self.identity(ref)
        return set() if oid is None else {fact(state.table(oid)) for state in self.states}

    def change(self, fact: Callable[[State], object]) -> State | None:
        """The last state in which a fact is not what it was in the one before."""
        for before, after in self._pairs():
            if fact(before) != fact(after):
                return after
        return None

    def before(self, state: State | None) -> State | None:
        """The state before this one."""
        return next((before for before, after in self._pairs() if after is state), None)

    def last_with(self, ref: ObjectRef, has: Callable[[Table], bool]) -> Table | None:
        """The table as it last was while it was `has`, whatever it is called now."""
        oid = self.identity(ref)
        if oid is None:
            return None
        tables = (state.table(oid) for state in reversed(self.states))
        return next((table for table in tables if table is not None and has(table)), None)

    def _pairs(self) -> Iterator[tuple[State, State]]:
        return zip(reversed(self.states[:-1]), reversed(self.states[1:]), strict=True)
