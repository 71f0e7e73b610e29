"""Runs a plan: guard, lock, freshness, then the parcels, and a report of what is done."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from pytest_nself.core.errors import Refused, StepFailed
from pytest_nself.core.plan import Plan, rows_sha256
from pytest_nself.core.sql import ALONE
from pytest_nself.core.step import PRODUCTION, CopyRows, Statement, Step
from pytest_nself.database.database import Database, EphemeralDatabase
from pytest_nself.migrations.planning.walk import sets_the_session

from .lock import DEFAULT_WAIT_S, HeldLock, runner_lock, working
from .messages import Message, Parcel, parcels, texts_of
from .report import Interrupted, Report, Result
from .send import send_parcel

if TYPE_CHECKING:
    import psycopg

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 8.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Before a message is sent: the step it begins with (from 1), of how many, and the steps it carries.

    `texts` is all of it, each piece with its step; what is ours (`begin`, timeouts, `commit`) has none, and a message
    of such alone carries no steps.
    """

    number: int
    of: int
    steps: tuple[Step, ...]
    texts: tuple[tuple[str, Step | None], ...] = ()


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
    plan's lock is taken here, unless the database is one that we made. A transaction that ran into its lock timeout is
    tried again for `lock_wait_s` seconds. Raises Refused (nothing was done), StepFailed with the report, or
    Interrupted.
    """
    _guard(plan, on, accept)
    with ExitStack() as stack:
        if plan.lock is not None and lock is None and not isinstance(on, EphemeralDatabase):
            lock = stack.enter_context(runner_lock(on, plan.lock, wait_s=lock_wait_s))
        if connection is None:
            connection = stack.enter_context(working(on, lock) if lock is not None else _connection_to(on))
        _check_idle(connection)
        if not is_fresh(plan, connection):
            raise Refused(
                f"The database has changed since the plan to {plan.title} was made.",
                "Somebody else was at work in between. Nothing was done.",
                "run the command again: it plans anew",
            )
        return _Run(plan, connection, watch, lock, lock_wait_s).run()


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


def is_fresh(plan: Plan, connection: psycopg.Connection[Any]) -> bool:
    """Whether the database is still as the plan saw it."""
    from psycopg.rows import tuple_row

    for seen in plan.seen:
        with connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(seen.query.encode(), prepare=False).fetchall()
        if not connection.autocommit:
            connection.rollback()
        if rows_sha256(rows) != seen.sha256:
            return False
    return True


@dataclass(slots=True)
class _Run:
    """A plan under way."""

    plan: Plan
    connection: psycopg.Connection[Any]
    watch: Watch | None
    lock: HeldLock | None
    retry_s: float
    results: list[Result] = field(default_factory=list)
    committed: int = 0
    at: int = 0
    blockers: str = ""

    def run(self) -> Report:
        steps = self.plan.steps
        try:
            lent = self._is_lent()
            if lent:
                _refuse_settings(steps)
            for transaction in _transactions(steps, own_session=not lent):
                self._persist(transaction)
        except StepFailed as error:
            _roll_back(self.connection)
            self._note_refused(error)
            error.report = self._report(error.step or steps[min(self.at, len(steps) - 1)])
            raise
        except KeyboardInterrupt as interruption:
            _roll_back(self.connection)
            if isinstance(interruption.__cause__, StepFailed):
                self._note_refused(interruption.__cause__)
            raise Interrupted(self._report(steps[min(self.at, len(steps) - 1)])) from None
        except BaseException:
            _roll_back(self.connection)
            raise
        return self._report()

    def _report(self, failed: Step | None = None) -> Report:
        return Report(self.plan.id, tuple(self.results), self.committed, len(self.plan.steps), failed)

    def _persist(self, transaction: Sequence[Parcel]) -> None:
        """Send a transaction; again, after a while, if it had to wait for a lock for too long."""
        if self.lock is not None and self.lock.is_lost():
            raise StepFailed(
                "The connection that held the lock was lost.",
                "Another run may begin at any moment, so this one stops before its next transaction.",
                "see whether the server is up, then run it again",
            )
        give_up = time.monotonic() + self.retry_s
        pause = _FIRST_PAUSE_S
        while True:
            kept = len(self.results)
            try:
                return self._send(transaction)
            except StepFailed as error:
                if not _waited_for_a_lock(error):
                    raise
                error.cause += f"\n{self.blockers}" if self.blockers else ""
                if time.monotonic() + pause > give_up or _is_alone(self.plan.steps, transaction):
                    raise
            _roll_back(self.connection)
            del self.results[kept:]
            self.at = self.committed
            # Whoever queued behind us gets through before the next try.
            time.sleep(pause * random.uniform(0.75, 1.25))
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _send(self, transaction: Sequence[Parcel]) -> None:
        steps = self.plan.steps
        for parcel in transaction:
            if self.watch is not None:
                self.watch(Progress(self.at + 1, len(steps), _carried(steps, parcel), texts_of(steps, parcel)))
            sent = send_parcel(self.connection, steps, parcel, self._look if self.lock is not None else None)
            self.results += sent.results
            self.at = sent.next_step
            if sent.ends:
                self.committed = sent.next_step
            if sent.interruption is not None:
                raise sent.interruption

    def _is_lent(self) -> bool:
        """Whether a pool stands in between, and it matters: then the server's process is not whom we connected to."""
        if not any(isinstance(step, Statement) and step.sql.transaction is ALONE for step in self.plan.steps):
            return False
        row = self.connection.execute("select pg_catalog.pg_backend_pid()", prepare=False).fetchone()
        return row != (self.connection.info.backend_pid,)

    def _note_refused(self, error: StepFailed) -> None:
        """Write down that the server refused a statement outside a transaction: its end is known then."""
        import psycopg

        step = error.step
        refused = isinstance(error.__cause__, psycopg.Error) and error.__cause__.diag.severity_nonlocalized == "ERROR"
        if not refused or not isinstance(step, Statement) or not step.if_refused or self.connection.closed:
            return
        try:
            self.connection.execute(step.if_refused.encode(), prepare=False)
            if not self.connection.autocommit:
                self.connection.commit()
        except psycopg.Error:
            _roll_back(self.connection)  # then the ledger still says that its end is not known

    def _look(self) -> None:
        """While the server is silent: who holds us back?"""
        if self.lock is not None:
            self.blockers = self.lock.blockers() or self.blockers


def _refuse_settings(steps: Sequence[Step]) -> None:
    """A pool would give the next statement another session, and this one, as we have set it, to somebody else."""
    for step in steps:
        if isinstance(step, Statement) and sets_the_session(step):
            raise Refused(
                "A connection pool stands in between, and this setting needs a session of our own.",
                f"`{step.sql.text.strip()}` must hold for a statement outside a transaction; a pool could lend the "
                "session, with the setting, to somebody else. Nothing was sent.",
                "set DATABASE_URL_DIRECT to the server itself, past the pool; or do without the setting",
                place=step.place,
            )


def _transactions(steps: Sequence[Step], *, own_session: bool) -> Iterator[Sequence[Parcel]]:
    """The parcels, those of one transaction together."""
    together: list[Parcel] = []
    for parcel in parcels(steps, own_session=own_session):
        together.append(parcel)
        if isinstance(parcel, Message) and parcel.ends:
            yield together
            together = []
    if together:
        yield together


def _waited_for_a_lock(error: StepFailed) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == "55P03"


def _is_alone(steps: Sequence[Step], transaction: Sequence[Parcel]) -> bool:
    """Whether it is a statement outside a transaction: what it has done so far is not taken back."""
    carried = [step for parcel in transaction for step in _carried(steps, parcel)]
    return any(isinstance(step, Statement) and step.sql.transaction is ALONE for step in carried)


def _carried(steps: Sequence[Step], parcel: Parcel) -> tuple[Step, ...]:
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
