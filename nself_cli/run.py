"""Show, confirm, execute, report: written once, for every command that has a plan."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from . import present
from .guard import Loss, confirm, header_of, words_wanted
from .invocation import DESTRUCTIVE
from .reaching import connected, losing
from .session import Session, start
from .watching import watching

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.core.plan import Plan
    from pytest_nself.execute.report import Report
    from pytest_nself.migrations.planning.losses import Losses

__all__ = ["Session", "connected", "run_plan", "start"]


def run_plan(
    session: Session,
    make_plan: Callable[[psycopg.Connection[Any]], Plan],
    *,
    around: Callable[[Plan], AbstractContextManager[object]] = nullcontext,
    losses: Callable[[psycopg.Connection[Any], Plan], Losses] | None = None,
) -> tuple[Plan, Report | None]:
    """Show the plan, ask where the environment asks, run it. Without a report nothing was run (--dry-run, empty plan).

    A plan that somebody said yes to is run as it was shown, or not at all; one that nobody was asked about is made anew
    under the lock if the database has changed, so that of two runs at once the second does what the first has left.
    `around` wraps the execution; `losses` finds what would be gone, where somebody is told of it.
    """
    from pytest_nself.core.step import DATA_LOSS, PRODUCTION
    from pytest_nself.execute.executor import execute, is_fresh
    from pytest_nself.execute.lock import runner_lock, working
    from pytest_nself.migrations.planning.losses import Losses

    def run(plan: Plan, **more: Any) -> Report:
        with around(plan):
            accept = plan.hazards | {PRODUCTION}
            watch = watching(session.invocation, plan)
            return execute(plan, database, accept=accept, watch=watch, lock_wait_s=session.settings.lock_wait_s, **more)

    with connected(session) as (database, connection):
        plan = make_plan(connection)
        if not plan:
            return plan, None
        lost = losses(connection, plan) if losses is not None and _is_told(session) else Losses()
        destructive = DATA_LOSS in plan.hazards or lost.destroys
        tables = [Loss(*one) for one in lost.tables]
        if session.options.dry_run:
            present.note(session.invocation, header_of(session, tables, lost.notes))
            return plan, None
        asked = confirm(session, plan.title, destructive=destructive, losses=tables, notes=lost.notes)
        # What --confirm has agreed to is what was shown, as if it had been typed.
        bound = asked or (destructive and words_wanted(session.target.environment, DESTRUCTIVE) is not None)
        if not bound and plan.lock is not None:
            wait_s = session.settings.lock_wait_s
            note = _noting(session)
            with runner_lock(database, plan.lock, wait_s=wait_s, connection=connection, waiting=note) as lock:
                with working(database, lock) as work:
                    plan = plan if is_fresh(plan, work) else make_plan(work)
                    return plan, run(plan, connection=work, lock=lock) if plan else None
    with losing(session):
        return plan, run(plan)


def _is_told(session: Session) -> bool:
    """Whether somebody is told what would be gone: by a command that destroys, and wherever something is asked."""
    guard = session.invocation.guard
    return guard == DESTRUCTIVE or words_wanted(session.target.environment, guard) is not None


def _noting(session: Session) -> Callable[[str], None]:
    return lambda text: present.note(session.invocation, text)
