"""Runs a plan on a copy as the executor would, statement by statement, and looks after each what it has done.

What is sent is what the executor sends, but not as many statements at once: a transaction's locks are read before the
next statement takes more. Statements that stand outside a transaction have let go of theirs by then.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import StepFailed
from pytest_nself.core.place import Place
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import ALONE, SHARED, Sql
from pytest_nself.core.step import CopyRows, Statement, Step
from pytest_nself.execute.messages import Message, Parcel, Piece, parcels
from pytest_nself.execute.send import send_parcel
from pytest_nself.migrations.planning.recording import recorded_by
from pytest_nself.migrations.statements import place_at, split

from .lint_look import Look
from .rehearsed import MODES, BuiltIndex, Observed, Rehearsed, TableLock
from .relations import Name, names_of

if TYPE_CHECKING:
    import psycopg

_COMMIT = Piece("commit;")
_SETS = frozenset({"set", "reset"})


def run_observed(
    connection: psycopg.Connection[Any], plan: Plan, hidden: Iterable[Name], *, each_anew: bool = False
) -> tuple[tuple[Rehearsed, ...], tuple[str, ...]]:
    """Run the plan; what was seen of each migration, and which were left out because one before them failed.

    Of the tables `hidden`, the ledgers, nothing is told, nor of tables that the plan itself makes; with `each_anew`
    only a migration's own are left out: each is looked at as if the earlier ones had been applied long ago.
    """
    steps = tuple(_one_by_one(plan.steps))
    ends = {number: label for number, step in enumerate(steps) if (label := recorded_by(step))}
    run = _Run(connection, steps, ends, Look.first(connection, frozenset(hidden)), each_anew)
    for parcel in parcels(steps):
        try:
            run.send(parcel)
        except StepFailed as error:
            connection.rollback()
            run.fail(error)
            break
    return tuple(run.done), tuple(ends.values())[len(run.done) :]


def _one_by_one(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps, each statement of a file a step of its own; rows that are inserted one by one stay together."""
    for step in steps:
        groups = _groups(step.sql.text) if isinstance(step, Statement) and _shared_from_file(step) else []
        if not groups:
            yield step
            continue
        assert isinstance(step, Statement)
        assert step.place is not None
        for number, (start, end) in enumerate(groups):
            text = Sql(step.sql.text[start:end])
            one = replace(step, sql=text, place=place_at(step.sql.text, start, step.place))
            yield one if number == 0 else replace(one, lock_timeout_ms=None, statement_timeout_ms=None)


def _groups(text: str) -> list[tuple[int, int]]:
    """Where the statements begin and end; `insert` after `insert` is one."""
    groups: list[tuple[int, int]] = []
    inserting = False
    for one in split(text):
        inserts = one.words[:1] == ("insert",)
        if inserts and inserting:
            groups[-1] = (groups[-1][0], one.end)
        else:
            groups.append((one.start, one.end))
        inserting = inserts
    return groups


@dataclass(slots=True)
class _Seen:
    """What has been seen of the migration that is running; tables by name."""

    took_ms: float = 0.0
    locks: dict[Name, tuple[str, bool]] = field(default_factory=dict)
    rewrites: dict[Name, None] = field(default_factory=dict)
    indexes: list[BuiltIndex] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    observed: list[Observed] = field(default_factory=list)

    def add(self, one: Observed) -> None:
        """Note what a statement did, and what it makes of the migration as a whole."""
        self.observed.append(one)
        for lock in one.locks:
            self.lock(lock.table, lock.mode, documented=lock.documented)
        self.rewrites |= dict.fromkeys(one.rewrites)
        if not one.concurrent:
            self.indexes += [BuiltIndex(index.name, one.tables[index.table]) for index in one.built]
        if one.unseen:
            self.unseen.append(" ".join(one.words[:2]))

    def lock(self, table: Name, mode: str, *, documented: bool) -> None:
        known = self.locks.get(table)
        if known is None or MODES.index(known[0]) < MODES.index(mode):
            self.locks[table] = (mode, documented)


@dataclass(slots=True)
class _Run:
    """The plan under way; `running` is the statement that was sent last."""

    connection: psycopg.Connection[Any]
    steps: Sequence[Step]
    ends: dict[int, str]
    look: Look
    each_anew: bool
    seen: _Seen = field(default_factory=_Seen)
    done: list[Rehearsed] = field(default_factory=list)
    begun: int = 0
    running: Statement | CopyRows | None = None
    before: dict[tuple[str, str, str], tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.before = names_of(self.look.state.rows.values())

    def send(self, parcel: Parcel) -> None:
        """Send a parcel, each statement of a file by itself, and the commit after a last look."""
        if not isinstance(parcel, Message):
            step = self.steps[parcel.step]
            if isinstance(step, CopyRows):
                self._observe(parcel, step)
            else:
                self._send(parcel)
            return
        ours: list[Piece] = []
        for piece in parcel.pieces:
            of = self.steps[piece.step] if piece.step is not None else None
            if isinstance(of, Statement) and _from_file(of):
                self._send_ours(parcel, ours)
                self._observe(_part(parcel, [piece]), of)
            elif piece == _COMMIT:
                self._send_ours(parcel, ours)
                self._last_look()
                self._send(_part(parcel, [piece]))
            else:
                ours.append(piece)
        self._send_ours(parcel, ours)
        if parcel.pieces[-1] == _COMMIT and parcel.next_step - 1 in self.ends:
            self._end(None)

    def _send_ours(self, parcel: Message, pieces: list[Piece]) -> None:
        """What does not come from a file: the begin, timeouts, the ledger."""
        if not pieces:
            return
        if pieces[0].step is None and pieces[0].text.startswith("begin"):
            self.look.begin()
        self.running = None
        self._send(_part(parcel, pieces))
        pieces.clear()

    def _observe(self, parcel: Parcel, step: Statement | CopyRows) -> None:
        self.running = step
        alone = isinstance(step, Statement) and step.sql.transaction is ALONE
        text, words = _said(step)
        if alone:
            self.look.begin()
        took_ms = self._send(parcel)
        self.running = None
        if words[:1] and words[0] in _SETS:
            return
        seen = Observed(text, words, step.place, took_ms, alone=alone)
        self.seen.add(self.look.after_alone(seen) if alone else self.look.inside(seen))

    def _send(self, parcel: Parcel) -> float:
        began = time.perf_counter()
        send_parcel(self.connection, self.steps, parcel)
        took_ms = 1000 * (time.perf_counter() - began)
        self.seen.took_ms += took_ms
        return took_ms

    def _last_look(self) -> None:
        """Before the commit: what the locks are in the end, whoever took them."""
        for table, mode in self.look.locked():
            self.seen.lock(table, mode, documented=False)

    def fail(self, failure: StepFailed) -> None:
        """The running migration was refused by the server, and so was the statement that was sent last."""
        if self.running is not None:
            self.seen.observed.append(Observed(*_said(self.running), self.running.place, failure=failure))
        self._end(failure)

    def _end(self, failure: StepFailed | None) -> None:
        """The running migration is over."""
        number = next(number for number in self.ends if number >= self.begun)
        mine, last = self.steps[self.begun : number + 1], self.steps[number]
        place = failure.place if failure is not None else None
        locks = [TableLock(table, *lock) for table, lock in self.seen.locks.items()]
        after = self.before if failure is not None else names_of(self.look.state.rows.values())
        self.done.append(
            Rehearsed(
                self.ends[number],
                place or (last.place if isinstance(last, Statement) else None),
                self.seen.took_ms,
                sum(map(_statements, mine)),
                tuple(sorted(locks, key=lambda lock: (-lock.strength, lock.table))),
                tuple(sorted(self.seen.rewrites)),
                tuple(self.seen.indexes),
                tuple(self.seen.unseen),
                failure,
                tuple(self.seen.observed),
                self.before,
                after,
            )
        )
        self.seen, self.begun, self.before = _Seen(), number + 1, after
        if self.each_anew:
            self.look.know_all()


def _part(message: Message, pieces: Sequence[Piece]) -> Message:
    return Message(tuple(pieces), message.next_step, False)


def _said(step: Statement | CopyRows) -> tuple[str, tuple[str, ...]]:
    """What a step says, and the first words of it."""
    text = step.sql.text if isinstance(step, Statement) else step.query
    return text, next((one.words for one in split(text)), ())


def _from_file(step: Statement) -> bool:
    place: Place | None = step.place
    return place is not None and place.line is not None and step.expects is None


def _shared_from_file(step: Statement) -> bool:
    return _from_file(step) and step.sql.transaction is SHARED and not step.params


def _statements(step: Step) -> int:
    if isinstance(step, CopyRows):
        return 1
    return len(split(step.sql.text)) if isinstance(step, Statement) and _from_file(step) else 0
