"""Sends steps on a given connection: no guard, no lock, and no commit but what the parcels themselves say."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_nself.core.errors import StepFailed
from pytest_nself.core.place import Place
from pytest_nself.core.secret import Secret
from pytest_nself.core.step import CopyRows, Statement, Step
from pytest_nself.migrations.statements import place_at, split

from .messages import Message, Parcel, Piece, parcels
from .report import Result
from .waiting import wait_for

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGresult

Onlooker: TypeAlias = Callable[[], None]
_FIRST_LOOK_S, _LOOK_EVERY_S = 0.1, 0.5  # a short lock timeout must not be over before the first look

_NO_SUCH_CHARACTER = "22P05"
_REMEDIES = {
    _NO_SUCH_CHARACTER: "write it with characters that the database's encoding has, or use a database in UTF8",
    "23502": "give the column a value, or a default, in the rows that are there already; then run it again",
    "25001": "say `-- nself:no-transaction` in the file's header, so that its statements run one by one",
    "25006": "connect to the primary server; or see why transactions are read-only (default_transaction_read_only)",
    "2D000": "say `-- nself:no-transaction` in the file's header, so that what ends transactions stands outside of one",
    "42501": "connect as a role that may do this, or grant it the right",
    "53100": "make room on the server's disk, then run it again",
    "55P03": "find who holds the lock (pg_stat_activity), then run it again",
    "55P04": "use the new enum value in a later migration than the one that adds it",
    "57014": "give the statement more time, or find what held it up, then run it again",
    "57P01": "see why the server ended the connection, then run it again",
    "57P02": "see in the server's log why it went down, then run it again",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A parcel that arrived: the steps it carried, and whether they are committed.

    `interruption` is what came while it was under way, too late to stop it; whoever has booked the parcel raises it.
    """

    results: tuple[Result, ...]
    next_step: int
    ends: bool
    interruption: BaseException | None = None


def send(connection: psycopg.Connection[Any], steps: Sequence[Step]) -> tuple[Result, ...]:
    """Run the steps inside the transaction that is open on the connection. Nothing is begun and nothing committed.

    Raises StepFailed with the place of the failing statement; the transaction is then the caller's to roll back.
    """
    results: list[Result] = []
    for parcel in parcels(steps, own_transactions=False):
        results += send_parcel(connection, steps, parcel).results
    return tuple(results)


def send_parcel(
    connection: psycopg.Connection[Any], steps: Sequence[Step], parcel: Parcel, onlooker: Onlooker | None = None
) -> Sent:
    """Send one parcel and wait for the answer; `onlooker` is called now and then while it does not come."""
    started = time.perf_counter()
    if isinstance(parcel, Message):
        answers, interruption = _exchange(connection, steps, parcel, onlooker)
        took_ms = 1000 * (time.perf_counter() - started)
        # With one statement to a piece the counts can be told apart.
        rows = [_rows(answer) for answer in answers] if len(answers) == len(parcel.pieces) else None
        counts = {
            piece.step: rows[number] if rows else None
            for number, piece in enumerate(parcel.pieces)
            if piece.step is not None
        }
        results = tuple(
            Result(steps[step].title, took_ms if number == 0 else None, counts[step])
            for number, step in enumerate(parcel.steps)
        )
        return Sent(results, parcel.next_step, parcel.ends, interruption)
    step = steps[parcel.step]
    count = _send_single(connection, step)
    took_ms = 1000 * (time.perf_counter() - started)
    return Sent((Result(step.title, took_ms, count),), parcel.step + 1, False)


def _rows(answer: PGresult) -> int | None:
    return answer.command_tuples


def _exchange(
    connection: psycopg.Connection[Any], steps: Sequence[Step], message: Message, onlooker: Onlooker | None
) -> tuple[list[PGresult], BaseException | None]:
    """Send a message of several statements by the simple protocol; one result for each, and what interrupted them.

    An interruption that ended a statement is raised, the failed step its cause.
    """
    import psycopg
    from psycopg import generators, pq

    pgconn = connection.pgconn
    text = message.text
    try:
        pgconn.send_query(text.encode(connection.info.encoding))
        answer = generators.execute(pgconn)
        answers: list[PGresult]
        if onlooker is None:
            answers, interruption = connection.wait(answer), None
        else:
            answers, interruption = wait_for(
                connection, answer, meanwhile=onlooker, first_s=_FIRST_LOOK_S, every_s=_LOOK_EVERY_S
            )
    except psycopg.Error as error:
        raise _lost(_main_step(steps, message), error) from error
    last = answers[-1].status
    if last == pq.ExecStatus.FATAL_ERROR:
        failure = _failure(connection, steps, message, answers)
        if interruption is not None:
            raise interruption from failure
        raise failure
    if last in (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH):
        connection.close()
        step = steps[message.steps[0]]
        raise StepFailed(
            f"{step.title} wants to copy over the connection.",
            "Rows cannot travel inside a message of SQL. The connection was closed, so nothing of it is done.",
            "write the rows as `insert into … values`",
            place=getattr(step, "place", None),
        )
    return answers, interruption


def _send_single(connection: psycopg.Connection[Any], step: Step) -> int | None:
    import psycopg

    if not isinstance(step, Statement | CopyRows):
        raise StepFailed(f"{step.title} is not a step for a database.", "Nothing of it was run.")
    try:
        with connection.cursor() as cursor:
            if isinstance(step, CopyRows):
                _copy(cursor, step)
            else:
                params = [param.reveal() if isinstance(param, Secret) else param for param in step.params]
                # Bytes, because psycopg takes only literal strings for granted.
                cursor.execute(step.sql.text.encode(connection.info.encoding), params or None, prepare=False)
                if step.expects is not None:
                    _check_expected(step, cursor)
            return cursor.rowcount if cursor.rowcount >= 0 else None
    except psycopg.Error as error:
        raise _step_failed(step, getattr(step, "place", None), error) from error


def _copy(cursor: psycopg.Cursor[Any], step: CopyRows) -> None:
    with cursor.copy(step.query.encode()) as copy:
        for chunk in step.source():
            copy.write(chunk)


def _check_expected(step: Statement, cursor: psycopg.Cursor[Any]) -> None:
    """Compare what came back with what the plan counted on, as the server prints it."""
    answer = cursor.pgresult
    assert answer is not None  # execute() raised otherwise
    got = tuple(
        tuple(_printed(answer.get_value(row, column)) for column in range(answer.nfields))
        for row in range(answer.ntuples)
    )
    if got != step.expects:
        raise StepFailed(
            f"{step.title}: the server's answer is not what the plan counts on.",
            f"Expected {step.expects!r}, got {got!r}.",
            "look at the database, then plan again",
            place=step.place,
        )


def _printed(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _failure(
    connection: psycopg.Connection[Any], steps: Sequence[Step], message: Message, answers: list[PGresult]
) -> StepFailed:
    from psycopg import errors

    error = errors.error_from_result(answers[-1], encoding=connection.info.encoding)
    position = error.diag.statement_position
    if position:
        piece, offset = _by_offset(message, int(position) - 1)
    elif error.sqlstate == _NO_SUCH_CHARACTER and (character := _told_in_bytes(error)) in message.text:
        piece, offset = _by_offset(message, message.text.index(character))
    else:
        piece, offset = _by_count(message, len(answers) - 1)
    step = steps[piece.step if piece.step is not None else (message.steps or (message.next_step - 1,))[-1]]
    place = step.place if isinstance(step, Statement) else None
    if place is not None and piece.step is not None:
        place = place_at(piece.text, offset, place)
    failed = _step_failed(step, place, error)
    failed.__cause__ = error
    failed.step = step
    return failed


def _told_in_bytes(error: psycopg.Error) -> str:
    """The character that the server writes as `0xe2 0x82 0xac`: it refuses the message before it looks for statements.

    NUL, which no message holds, where the server says it otherwise.
    """
    told = re.findall(r"0x([0-9a-f]{2})\b", error.diag.message_primary or "")
    return bytes.fromhex("".join(told)).decode(errors="replace") or "\0"


def _by_offset(message: Message, offset: int) -> tuple[Piece, int]:
    """The piece that holds a character of the message, and where in it."""
    for piece in message.pieces:
        if offset <= len(piece.text):
            return piece, max(0, offset)
        offset -= len(piece.text) + 1
    return message.pieces[-1], 0


def _by_count(message: Message, answered: int) -> tuple[Piece, int]:
    """The piece, and where in it, that holds the statement after so many answered ones."""
    for piece in message.pieces:
        statements = split(piece.text)
        if answered < len(statements):
            return piece, statements[answered].start
        answered -= len(statements)
    return message.pieces[-1], 0


def _lost(step: Step, error: psycopg.Error) -> StepFailed:
    """The connection broke while a message was under way."""
    failed = StepFailed(
        f"The connection was lost while trying to {step.title}.",
        f"{str(error).strip()}\nWhether this step is committed is not known; it is so as a whole, or not at all.",
        "see whether the server is up, look at the state, then run it again",
        place=getattr(step, "place", None),
    )
    failed.step, failed.unknown = step, True
    return failed


def _main_step(steps: Sequence[Step], message: Message) -> Step:
    """What a message is about: its first step with a place in a file, else its first."""
    carried = [steps[number] for number in message.steps or (message.next_step - 1,)]
    return next((step for step in carried if getattr(step, "place", None) is not None), carried[0])


def _step_failed(step: Step, place: Place | None, error: psycopg.Error) -> StepFailed:
    diag = error.diag
    text = diag.message_primary or str(error).strip() or type(error).__name__
    code = f"{error.sqlstate}: " if error.sqlstate else ""
    parts = [f"{diag.severity or 'ERROR'} {code}{text}"]
    parts += [part for part in (diag.message_detail, diag.message_hint, diag.context) if part]
    remedy = _REMEDIES.get(error.sqlstate or "", "correct the statement, then run it again")
    failed = StepFailed(f"Failed to {step.title}.", "\n".join(parts), remedy, place=place)
    failed.__cause__ = error
    failed.step = step
    return failed
