"""How the steps of a plan travel: as few messages as the server allows, each exactly as it is sent.

Statements that share a transaction go in one message with their `begin` and `commit`: a migration with its ledger row
is one round trip. A preview prints these same messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pytest_nself.core.sql import Transaction
from pytest_nself.core.step import Command, CopyRows, Request, Statement, Step, WriteFile

_LARGEST = 1 << 20
"""Characters after which a message is sent although its transaction goes on."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message; `step` counts from 0 in the plan, None is ours (`begin`, timeouts, `commit`)."""

    text: str
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Several statements in one message. `ends` says that with it all steps before `next_step` are committed."""

    pieces: tuple[Piece, ...]
    next_step: int
    ends: bool

    @property
    def text(self) -> str:
        """What is sent."""
        return "\n".join(piece.text for piece in self.pieces)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that travel in it."""
        return tuple(dict.fromkeys(piece.step for piece in self.pieces if piece.step is not None))


@dataclass(frozen=True, slots=True)
class Single:
    """A step that needs a message of its own: bound parameters, expected rows, COPY, or what is not SQL at all."""

    step: int


Parcel: TypeAlias = Message | Single


@dataclass(slots=True)
class _Packing:
    own_transactions: bool
    own_session: bool
    pieces: list[Piece] = field(default_factory=list)
    size: int = 0
    inside: bool = False
    timeouts: tuple[str, ...] = ()  # of the session, while statements follow one another outside a transaction

    def put(self, text: str, step: int | None = None) -> None:
        self.pieces.append(Piece(text, step))
        self.size += len(text)

    def open(self) -> None:
        if self.own_transactions and not self.inside:
            self.put("begin isolation level read committed;")
            self.inside = True

    def close(self) -> None:
        if self.inside:
            self.put("commit;")
            self.inside = False

    def flush(self, next_step: int) -> Iterator[Message]:
        if self.pieces:
            yield Message(tuple(self.pieces), next_step, self.own_transactions and not self.inside)
            self.pieces.clear()
            self.size = 0


def parcels(steps: Sequence[Step], *, own_transactions: bool = True, own_session: bool = True) -> Iterator[Parcel]:
    """Pack the steps. Without `own_transactions` everything goes into the transaction that is open already.

    Without `own_session` a pool lends us somebody else's session between transactions: nothing is set for it, so what
    stands alone has no timeouts.
    """
    packing = _Packing(own_transactions, own_session)
    for number, step in enumerate(steps):
        if isinstance(step, Statement) and step.sql.transaction is Transaction.ALONE:
            packing.close()
            yield from packing.flush(number)
            yield from _timed_session(packing, number, tuple(_timeouts(step, "set")) if own_session else ())
            packing.put(_closed(step.sql.text), number)
            yield from packing.flush(number + 1)
            continue
        yield from _timed_session(packing, number, ())
        packing.open()
        if isinstance(step, Statement):
            for text in _timeouts(step, "set local"):
                packing.put(text)
        if not isinstance(step, Statement) or step.params or step.expects is not None:
            yield from packing.flush(number)
            yield Single(number)
        else:
            packing.put(_closed(step.sql.text), number)
        if isinstance(step, Statement) and step.sql.transaction is Transaction.COMMIT_AFTER:
            packing.close()
            yield from packing.flush(number + 1)
        elif packing.size > _LARGEST:
            yield from packing.flush(number + 1)
    packing.close()
    yield from packing.flush(len(steps))
    yield from _timed_session(packing, len(steps), ())


def _timed_session(packing: _Packing, number: int, timeouts: tuple[str, ...]) -> Iterator[Message]:
    """Give the session these timeouts instead of those it has from us, each in a message of its own.

    Only where they change: what a file itself sets among its statements comes later, and so wins.
    """
    if timeouts == packing.timeouts:
        return
    for text in packing.timeouts:
        packing.put(f"reset {text.split()[1]};")
        yield from packing.flush(number)
    for text in timeouts:
        packing.put(text)
        yield from packing.flush(number)
    packing.timeouts = timeouts


def _timeouts(step: Statement, how: str) -> Iterator[str]:
    if step.lock_timeout_ms is not None:
        yield f"{how} lock_timeout = {int(step.lock_timeout_ms)};"
    if step.statement_timeout_ms is not None:
        yield f"{how} statement_timeout = {int(step.statement_timeout_ms)};"


def _closed(text: str) -> str:
    """The text with an end of its own: a last comment, or a missing semicolon, must not reach into what follows."""
    text = text.rstrip()
    return text if text.endswith(";") and "--" not in text[text.rfind("\n") + 1 :] else f"{text}\n;"


def preview(steps: Sequence[Step]) -> Iterable[str]:
    """What would be sent, in order, as text that can be pasted into psql; steps that are not SQL as a comment."""
    for parcel in parcels(steps):
        if isinstance(parcel, Message):
            yield parcel.text
            continue
        yield _shown(steps[parcel.step])


def texts_of(steps: Sequence[Step], parcel: Parcel) -> tuple[tuple[str, Step | None], ...]:
    """What a parcel sends, piece by piece, with the step that each piece is of; None for what is ours."""
    if isinstance(parcel, Single):
        step = steps[parcel.step]
        shown = f"{step.query};  -- {step.rows} rows" if isinstance(step, CopyRows) else _shown(step)
        return ((shown, step),)
    return tuple((piece.text, steps[piece.step] if piece.step is not None else None) for piece in parcel.pieces)


def _shown(step: Step) -> str:
    match step:
        case Statement():
            bound = f"  -- with {', '.join(map(str, step.params))}" if step.params else ""
            return f"{step.sql.text.rstrip().rstrip(';')};{bound}"
        case CopyRows():
            return "\n".join([f"{step.query};", b"".join(step.source()).decode() + "\\."])
        case Command():
            return f"-- run: {' '.join(step.argv)}"
        case Request():
            return f"-- {step.method} {step.url}"
        case WriteFile():
            return (
                f"-- delete {step.path}"
                if step.content is None
                else f"-- write {step.path} ({len(step.content)} bytes)"
            )
