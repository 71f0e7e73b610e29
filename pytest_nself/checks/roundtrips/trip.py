"""The trip over empty tables: each migration up, down and up again from its own state, then all back from the head."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.errors import StepFailed
from pytest_nself.core.names import ObjectRef
from pytest_nself.database.database import EphemeralDatabase

from .comparing import differences, role_differences
from .databases import Databases, connect
from .roads import Road, failure_of, travel, travel_inside
from .states import Roles, States, read_roles, with_dependencies
from .static import Prospect
from .undo import with_undo
from .verdict import AFTER_DOWN, AFTER_SECOND_UP, AFTER_UNWIND, OF_CLASS, Class, Difference, Failure, Verdict

if TYPE_CHECKING:
    import psycopg

# What only a transaction in which more stands than in the runner's would answer: the trip is made anew, for real.
_OF_THE_TRANSACTION = ("25", "3B", "2D", "53", "40")
_OF_THE_TRANSACTION_TOO = frozenset({"55P04", "55006", "0A000", "55000", "XX000"})

Change = tuple[Entry | None, Entry | None]
_NO_ROLES: Roles = {}


@dataclass(frozen=True, slots=True)
class Leg:
    """What the trip has shown of one migration. `changes` is what its up did: each object before and after."""

    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    failure: Failure | None = None
    changes: Mapping[ObjectRef, Change] = field(default_factory=dict)

    @property
    def stands(self) -> bool:
        """Whether the migration is applied after it."""
        return self.verdict not in (Verdict.UP_FAILS, Verdict.UNJUDGED)


class Trip:
    """A database on which migrations are applied one after the other, each judged on the way."""

    def __init__(self, databases: Databases, states: States, prospects: Sequence[Prospect]) -> None:
        self._databases = databases
        self._states = states
        self._prospects = prospects
        self._database: EphemeralDatabase | None = None
        self._connection: psycopg.Connection[Any] | None = None
        self.catalog = Catalog({})
        self.base = Catalog({})

    @contextmanager
    def open(self) -> Iterator[Trip]:
        """From a fresh database until it is dropped again."""
        try:
            self._begin()
            self.base = self.catalog = self._states.start(self.connection)
            yield self
        finally:
            self._end()

    @property
    def connection(self) -> psycopg.Connection[Any]:
        assert self._connection is not None  # inside of open()
        return self._connection

    def _begin(self) -> None:
        self._database = self._databases.fresh(watched=True)
        self._connection = connect(self._database)

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._database is not None:
            self._databases.drop(self._database)
            self._database = None

    def legs(self, judged: Collection[int] | None = None) -> Iterator[Leg]:
        """One for each migration; of those that are not among the versions `judged` only the up is run.

        After an up that fails nothing more is run.
        """
        for number, prospect in enumerate(self._prospects):
            down = prospect.down if judged is None or prospect.migration.version in judged else None
            if prospect.up is None:
                yield Leg(Verdict.UNJUDGED)
                break
            leg = self._leg(number, prospect.up, down)
            yield leg
            if not leg.stands:
                break

    def _leg(self, number: int, up: Road, down: Road | None) -> Leg:
        if up.nested and (down is None or down.nested):
            leg = self._inside(up, down)
            if leg is not None:
                return leg
            self.connection.rollback()
        return self._committed(number, up, down)

    # Inside one transaction: what went wrong is rolled back.

    def _inside(self, up: Road, down: Road | None) -> Leg | None:
        """None where what failed may only have failed because all of it is one transaction; it is then still open."""
        before, roles = self.catalog, self._roles(up, down)
        try:
            travel_inside(self.connection, up, "nself_before", begin=True)
        except StepFailed as error:
            failure = failure_of(error)
            self.connection.rollback()
            return None if is_of_the_transaction(failure) else Leg(Verdict.UP_FAILS, failure=failure)
        after = self._states.after(self.connection, before)
        leg = Leg(Verdict.EXACT, changes=self._changes(before, after))
        if down is None:
            return self._commit(leg, after)
        roles_up = self._roles(up, down)
        try:
            travel_inside(self.connection, down, "nself_after")
        except StepFailed as error:
            return self._taken_back(replace(leg, verdict=Verdict.FAILS, failure=failure_of(error)), after)
        back = self._states.after(self.connection, after)
        leg = _with(leg, self._compare(before, back, roles, self._roles(up, down), AFTER_DOWN))
        if leg.verdict is Verdict.DIFFERS:
            return self._commit(self._undone(leg, up), after)
        try:
            travel_inside(self.connection, up, "nself_again")
        except StepFailed as error:
            return self._taken_back(replace(leg, verdict=Verdict.SECOND_UP_FAILS, failure=failure_of(error)), after)
        again = self._states.after(self.connection, back)
        leg = _with(leg, self._compare(after, again, roles_up, self._roles(up, down), AFTER_SECOND_UP))
        return self._commit(leg, again) if leg.verdict is Verdict.EXACT else self._taken_back(leg, after)

    def _undone(self, leg: Leg, up: Road) -> Leg:
        """The differences with the statements that would mend them; then the up once more from where it began."""
        now = self._whole()
        self.connection.execute("rollback to savepoint nself_before")
        leg = replace(leg, differences=with_undo(leg.differences, now, self._whole()))
        travel_inside(self.connection, up, "nself_before")
        return leg

    def _taken_back(self, leg: Leg, after: Catalog) -> Leg | None:
        """To where the up had ended, whatever came behind it."""
        if leg.failure is not None and is_of_the_transaction(leg.failure):
            return None
        self.connection.execute("rollback to savepoint nself_after")
        return self._commit(leg, after)

    def _commit(self, leg: Leg, catalog: Catalog) -> Leg:
        self.connection.execute("commit")
        self.catalog = catalog
        return leg

    # For real: what went wrong is built anew.

    def _committed(self, number: int, up: Road, down: Road | None) -> Leg:
        before, roles = self.catalog, self._roles(up, down)
        try:
            travel(self.connection, up)
        except StepFailed as error:
            return Leg(Verdict.UP_FAILS, failure=failure_of(error))
        after = self._states.after(self.connection, before)
        leg = Leg(Verdict.EXACT, changes=self._changes(before, after))
        self.catalog = after
        if down is None:
            return leg
        roles_up = self._roles(up, down)
        try:
            travel(self.connection, down)
        except StepFailed as error:
            self._rebuild(number + 1)
            return replace(leg, verdict=Verdict.FAILS, failure=failure_of(error))
        back = self._states.after(self.connection, after)
        leg = _with(leg, self._compare(before, back, roles, self._roles(up, down), AFTER_DOWN))
        if leg.verdict is Verdict.DIFFERS:
            now = self._whole()
            self._rebuild(number)
            leg = replace(leg, differences=with_undo(leg.differences, now, self._whole()))
            travel(self.connection, up)
            self.catalog = self._states.after(self.connection, self.catalog)
            return leg
        try:
            travel(self.connection, up)
        except StepFailed as error:
            self._rebuild(number + 1)
            return replace(leg, verdict=Verdict.SECOND_UP_FAILS, failure=failure_of(error))
        again = self._states.after(self.connection, back)
        leg = _with(leg, self._compare(after, again, roles_up, self._roles(up, down), AFTER_SECOND_UP))
        if leg.verdict is Verdict.EXACT:
            self.catalog = again
        else:
            self._rebuild(number + 1)
        return leg

    def _rebuild(self, number: int) -> None:
        """A fresh database on which the first so many migrations are applied."""
        self._end()
        self._begin()
        for prospect in self._prospects[:number]:
            assert prospect.up is not None  # legs() went past it
            travel(self.connection, prospect.up)
        self.catalog = self._states.start(self.connection)

    # Reading.

    def _whole(self) -> Catalog:
        return with_dependencies(self.connection)

    def _changes(self, before: Catalog, after: Catalog) -> dict[ObjectRef, Change]:
        return {ref: (before.get(ref), after.get(ref)) for ref in self._states.different(before, after)}

    def _compare(
        self, before: Catalog, after: Catalog, roles: Roles, roles_now: Roles, after_what: str
    ) -> tuple[Difference, ...]:
        found = differences(before, after, self._states.different(before, after), after_what)
        return (*found, *role_differences(roles, roles_now, after_what))

    def _roles(self, up: Road, down: Road | None) -> Roles:
        """The cluster's roles, where the migration may change them."""
        asked = up.about_roles or (down is not None and down.about_roles)
        return read_roles(self.connection) if asked else _NO_ROLES

    # The way back.

    def unwind(self, legs: Sequence[Leg]) -> tuple[int, Leg] | None:
        """Take everything back from the head: the first migration that cannot be, if that is news, and what is wrong.

        It ends at a migration whose own trip went wrong, or that has no down.
        """
        chain = [number for number in range(len(legs)) if legs[number].stands]
        stop = next((n for n in reversed(chain) if self._prospects[n].down is None or legs[n].verdict.fails), -1)
        chain = [number for number in reversed(chain) if number > stop]
        for number in chain:
            down = self._prospects[number].down
            assert down is not None  # the chain ends before
            try:
                travel(self.connection, down)
            except StepFailed as error:
                return number, Leg(Verdict.UNWIND_FAILS, failure=failure_of(error))
        if not chain:
            return None
        now = self._states.after(self.connection, self.catalog)
        if not self._worse(legs, chain, now):
            return None
        return self._find(legs, chain)

    def _find(self, legs: Sequence[Leg], chain: Sequence[int]) -> tuple[int, Leg] | None:
        """Unwind once more, and look after each: which of them leaves something else than in its own trip?"""
        self._rebuild(max(chain) + 1)
        catalog = self.catalog
        for place, number in enumerate(chain):
            down = self._prospects[number].down
            assert down is not None  # as in unwind()
            travel(self.connection, down)
            catalog = self._states.after(self.connection, catalog)
            if found := self._worse(legs, chain[: place + 1], catalog):
                return number, Leg(Verdict.UNWIND_FAILS, found)
        return None

    def _worse(self, legs: Sequence[Leg], taken_back: Sequence[int], now: Catalog) -> tuple[Difference, ...]:
        """What fails in the state after these were taken back, last first."""
        wanted = self._expected(legs, min(taken_back), now)
        found = differences(wanted, now, self._states.different(wanted, now), AFTER_UNWIND)
        return tuple(one for one in found if one.cls in (Class.STRUCTURE, Class.SECURITY))

    def _expected(self, legs: Sequence[Leg], number: int, now: Catalog) -> Catalog:
        """The catalog before this migration was applied."""
        entries = dict(self.base.entries)
        for leg in legs[:number]:
            for ref, (_, after) in leg.changes.items():
                if after is None:
                    entries.pop(ref, None)
                else:
                    entries[ref] = after
        return replace(now, entries=entries, unmodelled=now.unmodelled if number else self.base.unmodelled)


def _with(leg: Leg, found: tuple[Difference, ...]) -> Leg:
    """The leg with these differences too, and the verdict of the worst."""
    every = (*leg.differences, *found)
    order = list(Class)
    worst = min((order.index(one.cls) for one in every), default=None)
    return replace(leg, differences=every, verdict=leg.verdict if worst is None else OF_CLASS[order[worst]])


def is_of_the_transaction(failure: Failure) -> bool:
    state = failure.sqlstate or ""
    return state[:2] in _OF_THE_TRANSACTION or state in _OF_THE_TRANSACTION_TOO
