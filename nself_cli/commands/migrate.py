"""`nself db migrate`: what should be in the database, and what is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options
from nself_cli.tree import Group

if TYPE_CHECKING:
    from nself_cli.run import Session
    from pytest_nself.core.plan import Plan
    from pytest_nself.execute.report import Report
    from pytest_nself.migrations.migration import Migrations
    from pytest_nself.migrations.status import StatusRow

_COUNT = click.IntRange(min=1)
_FOLDER = click.option("--migration-dir", metavar="FOLDER", help="Folder of the migrations, from the project's root.")


def _version(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """`0007`, or `0007_add_users`, as its number."""
    digits = "" if value is None else value.split("_")[0]
    if value is not None and not (digits.isascii() and digits.isdigit()):
        raise click.BadParameter(f"{value!r} is not a version.", ctx, param)
    return int(digits) if value is not None else None


@click.group(cls=Group)
def command() -> None:
    """Apply migrations, take them back, see how they stand.

    \b
    Examples:
      nself db migrate status
      nself db migrate up
      nself db migrate down 2
    """


@command.command()
@click.argument("n", type=_COUNT, required=False)
@click.option("--count", type=_COUNT, metavar="N", help="Apply at most N migrations (default: all).")
@click.option("--steps", type=_COUNT, hidden=True)
@click.option("--to", metavar="VERSION", callback=_version, help="Apply none above this version.")
@_FOLDER
@common_options(writes=True)
def up(invocation: Invocation, options: Options, to: int | None, migration_dir: str | None, **counts: Any) -> int:
    """Apply the pending migrations.

    Each runs in a transaction of its own, together with its row in the ledger.

    \b
    Examples:
      nself db migrate up
      nself db migrate up --count 3 --env staging
      nself db migrate up --to 0007 --dry-run
    """
    from nself_cli.run import connected, start
    from pytest_nself.migrations.ledger import read_ledger
    from pytest_nself.migrations.planner import plan_up

    count = _one_count(**counts)
    session = start(invocation, options)
    migrations = _migrations(session, migration_dir)
    with connected(session) as (database, connection):

        def make_plan() -> Plan:
            ledger = read_ledger(connection)
            return plan_up(migrations, ledger, count=count, to=to, environment=session.target.environment)

        return _run(session, database, connection, make_plan, "applied", "Nothing is pending.")


@command.command()
@click.argument("n", type=_COUNT, required=False)
@click.option("--count", type=_COUNT, metavar="N", help="Take back N migrations (default: 1).")
@click.option("--steps", type=_COUNT, hidden=True)
@click.option("--to", metavar="VERSION", callback=_version, help="Take back all above this version; it stays.")
@click.option("--all", "everything", is_flag=True, help="Take back all migrations.")
@_FOLDER
@common_options(writes=True, guard="destructive")
def down(
    invocation: Invocation,
    options: Options,
    to: int | None,
    everything: bool,
    migration_dir: str | None,
    **counts: Any,
) -> int:
    """Take back the migrations applied last.

    All downs are found before the first one runs.

    \b
    Examples:
      nself db migrate down
      nself db migrate down --count 3 --dry-run
      nself db migrate down --to 0004
    """
    from nself_cli.run import connected, start
    from pytest_nself.migrations.ledger import read_ledger
    from pytest_nself.migrations.planner import plan_down

    count = _one_count(**counts)
    if sum((count is not None, to is not None, everything)) > 1:
        raise click.UsageError("Give one of --count, --to and --all.", click.get_current_context())
    session = start(invocation, options)
    migrations = _migrations(session, migration_dir)
    environment = session.target.environment
    with connected(session) as (database, connection):

        def make_plan() -> Plan:
            ledger = read_ledger(connection)
            return plan_down(migrations, ledger, count=count, to=to, everything=everything, environment=environment)

        return _run(session, database, connection, make_plan, "taken back", "Nothing is applied that could go back.")


@command.command()
@click.option("--exit-code", is_flag=True, help="Exit 1 when anything is pending or wrong.")
@_FOLDER
@common_options(writes=False)
def status(invocation: Invocation, options: Options, exit_code: bool, migration_dir: str | None) -> int:
    """Show every migration: applied, pending, edited, or without its file.

    \b
    Examples:
      nself db migrate status
      nself db migrate status --env production --json
      nself db migrate status --exit-code
    """
    from nself_cli.run import connected, start
    from pytest_nself.migrations.ledger import read_ledger
    from pytest_nself.migrations.status import State
    from pytest_nself.migrations.status import status as status_of

    session = start(invocation, options)
    migrations = _migrations(session, migration_dir)
    with connected(session) as (_, connection):
        rows = status_of(migrations, read_ledger(connection))
    present.findings(invocation)
    wrong = any(row.state is not State.APPLIED for row in rows) or any(one.severity > 2 for one in invocation.findings)
    code = 1 if exit_code and wrong else 0
    data = {"migrations": [_status_data(row) for row in rows]}
    present.done(invocation, _status_text(rows), data, ok=code == 0)
    return code


def _one_count(n: int | None, count: int | None, steps: int | None) -> int | None:
    given = {number for number in (n, count, steps) if number is not None}
    if len(given) > 1:
        raise click.UsageError("N, --count and --steps say the same: give one.", click.get_current_context())
    return next(iter(given), None)


def _migrations(session: Session, setting: str | None) -> Migrations:
    from pytest_nself.core.errors import ConfigError
    from pytest_nself.migrations.layouts import read_migrations
    from pytest_nself.project.folders import MIGRATIONS, find_migrations_folder
    from pytest_nself.project.pyproject import read_table

    folder = find_migrations_folder(session.root, setting or read_table(session.root).get("migrations"))
    if folder is None:
        raise ConfigError(
            "There is no folder of migrations.",
            f"Looked in {session.root} for {', '.join(MIGRATIONS)}.",
            "create migrations/, or name the folder: --migration-dir, or `migrations` in [tool.nself]",
        )
    migrations = read_migrations(_shown(folder))
    session.invocation.findings.extend(migrations.findings)
    return migrations


def _shown(folder: Path) -> Path:
    """The folder as seen from here, where that is shorter."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _run(session: Session, database: Any, connection: Any, make_plan: Any, verb: str, nothing: str) -> int:
    from nself_cli.run import run_plan
    from pytest_nself.execute.messages import preview
    from pytest_nself.execute.migrate import naming_migrations

    invocation = session.invocation
    plan, report = run_plan(session, database, connection, make_plan, around=naming_migrations)
    if invocation.json or invocation.verbose:
        present.findings(invocation)
    if report is None:
        sql = list(preview(plan.steps)) if session.options.dry_run else []
        text = "\n\n".join(sql) or nothing
        data = {"plan": plan.id, "dry_run": session.options.dry_run, "sql": sql, "migrations": _labels(plan)}
        present.done(invocation, text, data)
        return 0
    rows = _timed(plan, report)
    lines = [] if invocation.quiet else [f"{verb}  {label}  {took_ms:.0f} ms" for label, took_ms in rows]
    counted = "1 migration" if len(rows) == 1 else f"{len(rows)} migrations"
    data = {
        "plan": plan.id,
        "dry_run": False,
        "migrations": [label for label, _ in rows],
        "took_ms": {label: round(took_ms, 1) for label, took_ms in rows},
    }
    present.done(invocation, "\n".join([*lines, f"{counted} {verb}."]), data)
    return 0


def _labels(plan: Plan) -> list[str]:
    from pytest_nself.migrations.recording import recorded_by

    return [label for step in plan.steps if (label := recorded_by(step))]


def _timed(plan: Plan, report: Report) -> list[tuple[str, float]]:
    """Each migration with the milliseconds of its messages."""
    from pytest_nself.migrations.recording import recorded_by

    rows, took_ms = [], 0.0
    for step, result in zip(plan.steps, report.results, strict=True):
        took_ms += result.took_ms or 0.0
        if label := recorded_by(step):
            rows.append((label, took_ms))
            took_ms = 0.0
    return rows


def _status_text(rows: tuple[StatusRow, ...]) -> str:
    if not rows:
        return "No migrations."
    lines = [
        (
            row.label,
            row.state.value,
            f"{row.applied_at:%Y-%m-%d %H:%M}" if row.applied_at else "",
            f"{row.took_ms} ms" if row.took_ms is not None else "",
        )
        for row in rows
    ]
    pending = sum(row.pending for row in rows)
    return f"{present.table(lines)}\n{len(rows)} migrations, {pending} pending."


def _status_data(row: StatusRow) -> dict[str, Any]:
    return {
        "version": row.version,
        "name": row.label,
        "state": row.state.value,
        "applied_at": row.applied_at.isoformat() if row.applied_at else None,
        "took_ms": row.took_ms,
        "applied_by": row.applied_by,
        "place": str(row.place) if row.place is not None else None,
    }
