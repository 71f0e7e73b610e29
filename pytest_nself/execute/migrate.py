"""Migrating a database: read the ledger, plan, execute; and errors that name the migration."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import MigrationError, Refused, StepFailed
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import ALONE
from pytest_nself.core.step import Statement
from pytest_nself.database.database import Database
from pytest_nself.migrations.ledger import LEDGER, LedgerTable
from pytest_nself.migrations.migration import Migrations
from pytest_nself.migrations.planning.planner import plan_up
from pytest_nself.migrations.planning.recording import PREPARE_LEDGER, begins_anew, guarded_by, recorded_by
from pytest_nself.migrations.planning.standing import read_standing
from pytest_nself.migrations.planning.walk import sets_the_session

from .executor import Watch, execute
from .report import Interrupted, Report

if TYPE_CHECKING:
    import psycopg


class MigrationFailed(MigrationError, StepFailed):
    """A migration that the server refused: `place` is the failing statement's, `report` says what is done."""


def migrate_up(
    migrations: Migrations,
    on: Database,
    *,
    connection: psycopg.Connection[Any] | None = None,
    environment: str | None = None,
    table: LedgerTable = LEDGER,
    accept: Collection[str] = frozenset(),
    watch: Watch | None = None,
) -> Report:
    """Apply everything that is pending. For databases that nobody else migrates at the same time, such as our own.

    Raises MigrationError (MigrationFailed for what the server refused).
    """
    if connection is None:
        with on.connect(autocommit=True, prepare_threshold=None) as own:
            return migrate_up(
                migrations, on, connection=own, environment=environment, table=table, accept=accept, watch=watch
            )
    plan = plan_up(migrations, read_standing(connection, migrations, table), environment=environment)
    with naming_migrations(plan):
        return execute(plan, on, accept=accept, watch=watch, connection=connection)


@contextmanager
def naming_migrations(plan: Plan) -> Iterator[None]:
    """Say of a failed or interrupted plan which migrations are applied; a failed step becomes MigrationFailed."""
    try:
        yield
    except Interrupted as error:
        raise Interrupted(error.report, _standing(plan, error.report)) from None
    except MigrationFailed:
        raise
    except StepFailed as error:
        if (label := guarded_by(error.step)) and getattr(error.__cause__, "sqlstate", None) == "22P02":
            raise Refused(
                f"{label} was applied, or taken back, by somebody else in between.",
                f"Another tool writes this ledger without our lock. {_standing(plan, error.report)}",
                "run the command again: it plans anew",
            ) from error.__cause__
        standing = _standing(plan, error.report, unknown=error.unknown) if error.report is not None else ""
        cause = f"{error.cause}\n{standing}" if standing else error.cause
        failed = MigrationFailed(error.problem, cause, error.remedy, place=error.place, report=error.report)
        failed.step, failed.unknown = error.step, error.unknown
        raise failed from error.__cause__


def _standing(plan: Plan, report: Report, *, unknown: bool = False) -> str:
    """What is done for good and what is not, counted in migrations (each ends with its ledger step)."""
    ends = {number: label for number, step in enumerate(plan.steps) if (label := recorded_by(step))}
    done = [label for number, label in ends.items() if number < report.committed_steps]
    left = [label for number, label in ends.items() if number >= report.committed_steps]
    text = f"{len(done)} of {len(ends)} migrations of this run are done"
    if done:
        text += f" (the last is {done[-1]})"
    if left:
        text += f"; {left[0]} {'may be done' if unknown else _state(plan, report, list(ends))}"
    if len(left) > 1:
        text += f"; {len(left) - 1} more not started"
    return f"{text}."


def _state(plan: Plan, report: Report, ends: list[int]) -> str:
    """How the failed migration stands: one that does not run in one transaction may be done in part."""
    if report.failed_step is not None and report.failed_step.title == PREPARE_LEDGER:
        return "is not started"
    begins = max((number + 1 for number in ends if number < report.committed_steps), default=0)
    if begins == 0 and plan.steps[0].title == PREPARE_LEDGER:
        begins = 1
    if report.committed_steps <= begins and begins_anew(plan.steps[begins]):
        return "is rolled back"
    step = report.failed_step
    if (
        isinstance(step, Statement)
        and step.sql.transaction is ALONE
        and not (step.if_refused or sets_the_session(step))
    ):
        return "is half-way: what it has committed before the error is not known"
    return "is half-way: run it again to go on from there"
