"""Runs a plan: guard, lock, freshness, then the parcels, and a report of what is done."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pytest_nself.core.errors import Refused, StepFailed
from pytest_nself.core.plan import Plan, rows_sha256
from pytest_nself.core.step import PRODUCTION, CopyRows, Statement, Step
from pytest_nself.database.database import Database, EphemeralDatabase

from .lock import DEFAULT_WAIT_S, HeldLock, runner_lock
from .messages import Parcel, parcels
from .report import Interrupted, Report, Result
from .send import send_parcel

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Progress:
    """Before a message is sent: the step it begins with (from 1), of how many, and the steps it carries."""

    number: int
    of: int
    steps: tuple[Step, ...]


class Watch(Protocol):
    """Is told before each message. What it raises stops the plan there; what is committed stays."""

    def __call__(self, progress: Progress) -> None:
        """Look on."""


def execute(
    plan: Plan,
    on: Database,
    *,
    accept: Collection[str] = frozenset(),
    watch: Watch | None = None,
    connection: psycopg.Connection[Any] | None = None,
    lock: HeldLock | None = None,
    lock_wait_s: float = DEFAULT_WAIT_S,
) -> Report:
    """Do what the plan says.

    `accept` names the hazards that somebody agreed to (on production also PRODUCTION). `connection` is used if given:
    it must stand outside a transaction and stays open. `lock` is the lock that the caller holds already; else the
    plan's lock is taken here, unless the database is one that we made. Raises Refused (nothing was done), StepFailed
    with the report, or Interrupted.
    """
    _guard(plan, on, accept)
    with ExitStack() as stack:
        if plan.lock is not None and lock is None and not isinstance(on, EphemeralDatabase):
            stack.enter_context(runner_lock(on, plan.lock, wait_s=lock_wait_s))
        if connection is None:
            connection = stack.enter_context(_connection_to(on))
        _check_idle(connection)
        _check_fresh(plan, connection)
        return _run(plan, connection, watch)


def _guard(plan: Plan, on: Database, accept: Collection[str]) -> None:
    refused = sorted(plan.hazards - frozenset(accept))
    if refused:
        raise Refused(
            f"The plan to {plan.title} has hazards that nobody accepted: {', '.join(refused)}.",
            "Nothing was done.",
            "look at the plan, then accept them by name",
        )
    if on.target == PRODUCTION and PRODUCTION not in accept:
        raise Refused(
            f"{on.dsn} is a production database.",
            f"The plan to {plan.title} was not confirmed for production. Nothing was done.",
            "confirm it for production",
        )
    for step in plan.steps:
        if not isinstance(step, Statement | CopyRows) or (isinstance(step, Statement) and step.database is not None):
            raise Refused(
                f"There is nobody here to {step.title}.", "Only SQL on the plan's own database is run so far."
            )


@contextmanager
def _connection_to(on: Database) -> Iterator[psycopg.Connection[Any]]:
    connection = on.connect(autocommit=True, application_name="nself", prepare_threshold=None)
    try:
        yield connection
    finally:
        connection.close()


def _check_idle(connection: psycopg.Connection[Any]) -> None:
    from psycopg.pq import TransactionStatus

    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise Refused(
            "The connection stands inside a transaction.",
            "A plan commits its own transactions.",
            "commit or roll back first, or send the steps without execute()",
        )


def _check_fresh(plan: Plan, connection: psycopg.Connection[Any]) -> None:
    from psycopg.rows import tuple_row

    for seen in plan.seen:
        with connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(seen.query.encode(), prepare=False).fetchall()
        if not connection.autocommit:
            connection.rollback()
        if rows_sha256(rows) != seen.sha256:
            raise Refused(
                f"The database has changed since the plan to {plan.title} was made.",
                "Somebody else was at work in between. Nothing was done.",
                "run the command again: it plans anew",
            )


def _run(plan: Plan, connection: psycopg.Connection[Any], watch: Watch | None) -> Report:
    steps, results, committed, plan_id = plan.steps, list[Result](), 0, plan.id

    def report(failed: Step | None = None) -> Report:
        return Report(plan_id, tuple(results), committed, len(steps), failed)

    at = 0
    try:
        for parcel in parcels(steps):
            if watch is not None and (carried := _carried(steps, parcel)):
                watch(Progress(at + 1, len(steps), carried))
            sent = send_parcel(connection, steps, parcel)
            results += sent.results
            at = sent.next_step
            if sent.ends:
                committed = sent.next_step
    except StepFailed as error:
        _roll_back(connection)
        error.report = report(steps[min(at, len(steps) - 1)])
        raise
    except KeyboardInterrupt:
        _roll_back(connection)
        raise Interrupted(report(steps[min(at, len(steps) - 1)])) from None
    except BaseException:
        _roll_back(connection)
        raise
    return report()


def _carried(steps: tuple[Step, ...], parcel: Parcel) -> tuple[Step, ...]:
    from .messages import Message

    numbers = parcel.steps if isinstance(parcel, Message) else (parcel.step,)
    return tuple(steps[number] for number in numbers)


def _roll_back(connection: psycopg.Connection[Any]) -> None:
    """End what is open; a connection that is gone has no transaction any more."""
    import psycopg

    if connection.closed:
        return
    try:
        connection.rollback()
    except psycopg.Error:
        connection.close()
