"""Show, confirm, execute, report: written once, for every command that has a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import NoServer, NselfError
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import DATA_LOSS, PRODUCTION

from .guard import confirm
from .session import Session, start
from .watching import watching

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.database.database import Database
    from pytest_nself.execute.report import Report

__all__ = ["Session", "connected", "run_plan", "start"]


@contextmanager
def connected(session: Session) -> Iterator[tuple[Database, psycopg.Connection[Any]]]:
    """The database, and a connection to it. Raises NoServer when there is none to be had."""
    import psycopg

    from pytest_nself.database.database import Database

    target = session.target
    database = Database(target.dsn, 0, target.environment)
    try:
        connection = database.connect(autocommit=True, application_name="nself", prepare_threshold=None)
    except psycopg.OperationalError as error:
        raise NoServer(
            f"{target.dsn} cannot be reached.",
            f"{str(error).strip()}\nThe address comes from {target.origin} (environment {target.environment}).",
            "start the server, or correct the address",
        ) from None
    try:
        yield Database(target.dsn, connection.info.server_version, target.environment), connection
    except psycopg.Error as error:
        raise NselfError("The database refused a query.", str(error).strip(), "see what the server says") from error
    finally:
        connection.close()


def run_plan(
    session: Session,
    database: Database,
    connection: psycopg.Connection[Any],
    make_plan: Callable[[], Plan],
    *,
    around: Callable[[Plan], AbstractContextManager[object]] = nullcontext,
) -> tuple[Plan, Report | None]:
    """Show the plan, ask where the environment asks, run it. Without a report nothing was run (--dry-run, empty plan).

    A plan that somebody said yes to is run as it was shown, or not at all; one that nobody was asked about is made anew
    under the lock, so that of two runs at once the second does what the first has left. `around` wraps the execution.
    """
    from pytest_nself.execute.executor import execute
    from pytest_nself.execute.lock import runner_lock

    plan = make_plan()
    if session.options.dry_run or not plan:
        return plan, None
    asked = confirm(session, plan.title, destructive=DATA_LOSS in plan.hazards)
    accept = plan.hazards | {PRODUCTION}
    watch = watching(session.invocation)
    if asked or plan.lock is None:
        with around(plan):
            return plan, execute(plan, database, accept=accept, watch=watch, connection=connection)
    with runner_lock(database, plan.lock) as lock:
        plan = make_plan()
        if not plan:
            return plan, None
        with around(plan):
            return plan, execute(plan, database, accept=accept, watch=watch, connection=connection, lock=lock)
