"""Show, confirm, execute, report: written once, for every command that has a plan."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import NoServer, NselfError, Refused
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import DATA_LOSS, PRODUCTION, Statement

from . import present
from .invocation import Invocation
from .options import Options

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.database.database import Database
    from pytest_nself.execute.executor import Progress, Watch
    from pytest_nself.execute.report import Report
    from pytest_nself.project.target import Target

DESTROY = "yes-destroy-production"
_UNASKED = ("dev", "test")


@dataclass(frozen=True, slots=True)
class Session:
    """One command on one environment's database."""

    invocation: Invocation
    options: Options
    root: Path
    target: Target


def start(invocation: Invocation, options: Options) -> Session:
    """Find out which project, environment and database are meant."""
    from pytest_nself.project.target import find_root, resolve_target, select_environment

    root = find_root(Path.cwd())
    invocation.environment = select_environment(root, options.env)
    target = resolve_target(root, env=invocation.environment, dsn=options.dsn)
    return Session(invocation, options, root, target)


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
    asked = _confirm(session, plan)
    accept = plan.hazards | {PRODUCTION}
    watch = _watch(session.invocation) if session.options.verbose else None
    if asked or plan.lock is None:
        with around(plan):
            return plan, execute(plan, database, accept=accept, watch=watch, connection=connection)
    with runner_lock(database, plan.lock) as lock:
        plan = make_plan()
        if not plan:
            return plan, None
        with around(plan):
            return plan, execute(plan, database, accept=accept, watch=watch, connection=connection, lock=lock)


def _confirm(session: Session, plan: Plan) -> bool:
    """Get the yes that the environment wants; whether a person gave it. Raises Refused without one."""
    target, options = session.target, session.options
    dsn = target.dsn
    present.note(
        session.invocation, f"{target.environment}: {dsn.dbname} on {dsn.host}:{dsn.port} (from {target.origin})"
    )
    if target.environment in _UNASKED:
        return False
    destructive = DATA_LOSS in plan.hazards
    if target.environment == PRODUCTION and destructive:
        if options.confirm == DESTROY:
            return False
        if options.confirm is not None or not sys.stdin.isatty():
            raise Refused(
                f"This would {plan.title} on production, which may destroy data.",
                "Nothing was done.",
                f"say --confirm {DESTROY}",
            )
        return _typed(f"This will {plan.title} on production. Type {DESTROY} to go on:", DESTROY)
    if options.yes:
        return False
    if not sys.stdin.isatty():
        raise Refused(
            f"This would {plan.title} in the environment {target.environment}, and nobody is there to ask.",
            "Nothing was done.",
            "say --yes",
        )
    return _typed(f"This will {plan.title} in {target.environment}. Type yes to go on:", "yes")


def _typed(question: str, wanted: str) -> bool:
    if present.ask(question) != wanted:
        raise Refused("Not confirmed.", "Nothing was done.")
    return True


def _watch(invocation: Invocation) -> Watch:
    def show(progress: Progress) -> None:
        for step in progress.steps:
            place = f" ({step.place})" if isinstance(step, Statement) and step.place is not None else ""
            present.note(invocation, f"-- {step.title}{place}")
            if isinstance(step, Statement):
                present.note(invocation, step.sql.text.rstrip())

    return show
