"""Runs a plan on a copy as the executor would, and looks at each transaction before it commits.

What is sent is what the executor sends, but for the commit, which waits until the locks have been read. Statements that
stand outside a transaction have let go of theirs by then.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import StepFailed
from pytest_nself.core.place import Place
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import ALONE
from pytest_nself.core.step import CopyRows, Statement, Step
from pytest_nself.execute.messages import Message, Parcel, Piece, parcels
from pytest_nself.execute.send import send_parcel
from pytest_nself.migrations.planning.alone import must_stand_alone
from pytest_nself.migrations.planning.recording import recorded_by
from pytest_nself.migrations.statements import split

from .alone_locks import documented_locks, truncated
from .rehearsed import MODES, BuiltIndex, Rehearsed, TableLock
from .relations import Name, Relations, read_locks, read_relations

if TYPE_CHECKING:
    import psycopg

_COMMIT = Piece("commit;")
_SETS = frozenset({"set", "reset", "select"})


def run_observed(
    connection: psycopg.Connection[Any], plan: Plan, hidden: Iterable[Name]
) -> tuple[tuple[Rehearsed, ...], tuple[str, ...]]:
    """Run the plan; what was seen of each migration, and which were left out because one before them failed.

    Of the tables `hidden`, the ledgers, nothing is told.
    """
    ends = {number: label for number, step in enumerate(plan.steps) if (label := recorded_by(step))}
    run = _Run(connection, plan.steps, ends, read_relations(connection), frozenset(hidden))
    for parcel in parcels(plan.steps):
        try:
            run.send(parcel)
        except StepFailed as error:
            connection.rollback()
            run.end(error)
            break
    return tuple(run.done), tuple(ends.values())[len(run.done) :]


@dataclass(slots=True)
class _Seen:
    """What has been seen of the migration that is running; tables by oid."""

    took_ms: float = 0.0
    locks: dict[int, tuple[str, bool]] = field(default_factory=dict)
    rewrites: dict[int, None] = field(default_factory=dict)
    indexes: list[BuiltIndex] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    def lock(self, table: int, mode: str, *, documented: bool) -> None:
        known = self.locks.get(table)
        if known is None or MODES.index(known[0]) < MODES.index(mode):
            self.locks[table] = (mode, documented)


@dataclass(slots=True)
class _Run:
    """The plan under way. `tables` are those that were there before it, `last` is how they stood at the last look."""

    connection: psycopg.Connection[Any]
    steps: Sequence[Step]
    ends: dict[int, str]
    last: Relations
    hidden: frozenset[Name]
    tables: dict[int, Name] = field(init=False)
    seen: _Seen = field(default_factory=_Seen)
    done: list[Rehearsed] = field(default_factory=list)
    begun: int = 0

    def __post_init__(self) -> None:
        self.tables = {oid: name for oid, name in self.last.tables.items() if name not in self.hidden}

    def send(self, parcel: Parcel) -> None:
        """Send a parcel; one that commits, in two pieces."""
        if isinstance(parcel, Message) and parcel.pieces[-1] == _COMMIT:
            self._send(replace(parcel, pieces=parcel.pieces[:-1], ends=False))
            self._look_inside()
            self._send(replace(parcel, pieces=(_COMMIT,)))
            if parcel.next_step - 1 in self.ends:
                self.end(None)
            return
        self._send(parcel)
        if isinstance(parcel, Message) and (alone := self._alone(parcel)) is not None:
            self._look_after(alone)

    def _send(self, parcel: Parcel) -> None:
        if isinstance(parcel, Message) and not parcel.pieces:
            return
        began = time.perf_counter()
        send_parcel(self.connection, self.steps, parcel)
        self.seen.took_ms += 1000 * (time.perf_counter() - began)

    def end(self, failure: StepFailed | None) -> None:
        """The running migration is over."""
        number = next(number for number in self.ends if number >= self.begun)
        mine, last = self.steps[self.begun : number + 1], self.steps[number]
        place = failure.place if failure is not None else None
        locks = [TableLock(self.tables[oid], *lock) for oid, lock in self.seen.locks.items()]
        self.done.append(
            Rehearsed(
                self.ends[number],
                place or (last.place if isinstance(last, Statement) else None),
                self.seen.took_ms,
                sum(map(_statements, mine)),
                tuple(sorted(locks, key=lambda lock: (-lock.strength, lock.table))),
                tuple(sorted(self.tables[oid] for oid in self.seen.rewrites)),
                tuple(self.seen.indexes),
                tuple(self.seen.unseen),
                failure,
            )
        )
        self.seen, self.begun = _Seen(), number + 1

    def _look_inside(self) -> None:
        """Before the commit: what is locked, and which tables have new files."""
        locked = [(oid, _in_words(mode)) for oid, mode in read_locks(self.connection) if oid in self.tables]
        for oid, mode in locked:
            self.seen.lock(oid, mode, documented=False)
        # Nothing gentler lets a table's files or indexes change.
        if any(MODES.index(mode) >= MODES.index("SHARE") for _, mode in locked):
            self._compare(concurrently=False)

    def _look_after(self, step: Statement) -> None:
        text = step.sql.text
        statement = split(text)[0]
        if statement.words[:1] and statement.words[0] in _SETS:
            return
        alone = must_stand_alone(text, statement)
        before = self.last
        concurrently = alone is not None and "concurrently" in text.lower()
        self._compare(concurrently=concurrently)
        found = documented_locks(alone, text, before, self.last)
        for oid, mode in found.locks:
            if oid in self.tables:
                self.seen.lock(oid, mode, documented=True)
        if found.unseen:
            self.seen.unseen.append(" ".join(statement.words[:2]))

    def _compare(self, *, concurrently: bool) -> None:
        now = read_relations(self.connection)
        changed = {oid for oid in now.rewritten(self.last) if oid in self.tables}
        if changed:
            changed -= truncated(self._text(), changed, self.last)
            self.seen.rewrites |= dict.fromkeys(sorted(changed))
        for index in now.built(self.last).values() if not concurrently else ():
            # A table that is written anew gets its indexes written anew: that is told of the table.
            if index.table in self.tables and index.table not in now.rewritten(self.last):
                self.seen.indexes.append(BuiltIndex(index.name, self.tables[index.table]))
        self.last = now

    def _text(self) -> str:
        """What the running migration sends, as far as it comes from its file."""
        end = next((number for number in self.ends if number >= self.begun), len(self.steps))
        mine = self.steps[self.begun : end]
        return ";\n".join(step.sql.text for step in mine if isinstance(step, Statement) and _from_file(step))

    def _alone(self, message: Message) -> Statement | None:
        for number in message.steps:
            step = self.steps[number]
            if isinstance(step, Statement) and step.sql.transaction is ALONE:
                return step
        return None


def _from_file(step: Statement) -> bool:
    place: Place | None = step.place
    return place is not None and place.line is not None and step.expects is None


def _statements(step: Step) -> int:
    if isinstance(step, CopyRows):
        return 1
    return len(split(step.sql.text)) if isinstance(step, Statement) and _from_file(step) else 0


def _in_words(mode: str) -> str:
    """`AccessExclusiveLock` as `ACCESS EXCLUSIVE`."""
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return words.strip().upper()
