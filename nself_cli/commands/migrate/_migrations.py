"""What the commands on migrations share: their folder, their ledger, their versions, and the report of a run."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nself_cli import present

if TYPE_CHECKING:
    import psycopg

    from nself_cli.session import Session
    from pytest_nself.core.finding import Finding
    from pytest_nself.core.plan import Plan
    from pytest_nself.execute.report import Report
    from pytest_nself.migrations.ledger import Ledger
    from pytest_nself.migrations.migration import Migrations
    from pytest_nself.migrations.planning.walk import Timeouts

_STOP = "\\set ON_ERROR_STOP on"

COUNT = click.IntRange(min=1)

in_folder = click.option("--migration-dir", metavar="FOLDER", help="Folder of the migrations, from the project's root.")
lock_wait = click.option(
    "--lock-wait",
    type=click.FloatRange(min=0),
    metavar="S",
    help="Wait S seconds for another run to end (default: DB_MIGRATION_LOCK_TIMEOUT, 60).",
)
skip_metadata = click.option("--skip-metadata", is_flag=True, hidden=True, expose_value=False)


def version(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """`0007`, or `0007_add_users`, as its number."""
    digits = "" if value is None else value.split("_")[0]
    if value is not None and not (digits.isascii() and digits.isdigit()):
        raise click.BadParameter(f"{value!r} is not a version.", ctx, param)
    return int(digits) if value is not None else None


def one_count(n: int | None, count: int | None, steps: int | None) -> int | None:
    """The number that N, --count and --steps say."""
    given = {number for number in (n, count, steps) if number is not None}
    if len(given) > 1:
        raise click.UsageError("N, --count and --steps say the same: give one.", click.get_current_context())
    return next(iter(given), None)


def timeouts_of(session: Session) -> Timeouts:
    """What each statement may take where its file says nothing else."""
    from pytest_nself.migrations.planning.walk import Timeouts

    return Timeouts(session.settings.lock_timeout_ms, session.settings.statement_timeout_ms)


def read_folder(session: Session, setting: str | None) -> Migrations:
    """The project's migrations; what was found on the way becomes the invocation's."""
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
    migrations = read_migrations(shown(folder))
    session.invocation.findings.extend(migrations.findings)
    return migrations


def standing_of(session: Session, connection: psycopg.Connection[Any], migrations: Migrations) -> Ledger:
    """What the environment's database says of these migrations."""
    from nself_cli.session import table_of
    from pytest_nself.migrations.planning.standing import read_standing

    return read_standing(connection, migrations, table_of(session))


def shown(folder: Path) -> Path:
    """The folder as seen from here, where that is shorter."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def record_sums(migrations: Migrations) -> list[Finding]:
    """Record in nself.sum what it does not know yet; what is in the way of that is a warning, never an error."""
    from pytest_nself.core.errors import NselfError
    from pytest_nself.core.finding import Finding, Severity
    from pytest_nself.core.names import ObjectRef
    from pytest_nself.execute.files import write_files
    from pytest_nself.migrations.sums import FILE_NAME, check_sums, plan_sums, read_sums

    folder = Path(migrations.folder)
    found = [
        Finding(one.rule, Severity.WARNING, one.subject, one.message, one.remedy, place=one.place)
        for one in check_sums(migrations, read_sums(folder)).at_least(Severity.WARNING)
    ]
    try:
        write_files(plan_sums(folder, migrations))
    except (NselfError, OSError) as error:
        said = error.problem if isinstance(error, NselfError) else str(error)
        subject = ObjectRef("file", None, FILE_NAME)
        remedy = "make the folder writable, or record it where it is: the database is migrated in any case"
        found.append(Finding("migration-sum-not-written", Severity.WARNING, subject, said, remedy))
    return found


def hasura_note(
    connection: psycopg.Connection[Any], migrations: Migrations, ledger: Ledger, planned: Collection[int] = ()
) -> str | None:
    """What Hasura's command line would not know, once `planned` is applied too; None where it does not look here."""
    if not ledger.hasura:
        return None
    from pytest_nself.migrations.foreign.hasura_state import HASURA, hasura_ledger, hasura_state_note
    from pytest_nself.migrations.foreign.reading import read_foreign

    state = hasura_ledger(migrations, read_foreign(connection, ledger.table, only=(HASURA,)))
    return hasura_state_note(migrations, state, {*ledger.rows, *planned})


def report_run(session: Session, plan: Plan, report: Report | None, verb: str, nothing: str) -> int:
    """Say what was done, or with --dry-run what would be; the exit code."""
    from pytest_nself.execute.messages import preview
    from pytest_nself.migrations.migration import counted

    invocation = session.invocation
    if report is None:
        sql = list(preview(plan.steps)) if session.options.dry_run else []
        data = {"plan": plan.id, "dry_run": session.options.dry_run, "sql": sql, "migrations": _labels(plan)}
        present.done(invocation, _for_psql(sql) or nothing, data)
        return 0
    rows = _timed(plan, report)
    lines = [] if invocation.quiet else [f"{verb}  {label}  {took_ms:.0f} ms" for label, took_ms in rows]
    data = {
        "plan": plan.id,
        "dry_run": False,
        "migrations": [label for label, _ in rows],
        "took_ms": {label: round(took_ms, 1) for label, took_ms in rows},
    }
    present.done(invocation, "\n".join([*lines, f"{counted(len(rows))} {verb}."]), data)
    return 0


def report_change(session: Session, plan: Plan, report: Report | None, done: str, nothing: str) -> int:
    """Say what was done to the ledger alone, or with --dry-run what would be; the exit code."""
    from pytest_nself.execute.messages import preview

    sql = list(preview(plan.steps)) if session.options.dry_run else []
    data = {"plan": plan.id, "dry_run": session.options.dry_run, "sql": sql, "changed": report is not None}
    text = _for_psql(sql) if sql else (done if report is not None else nothing)
    present.done(session.invocation, text, data)
    return 0


def _for_psql(sql: list[str]) -> str:
    """The messages as a script for psql, which would go on after an error: in whichever database, with half of it."""
    return "\n\n".join([_STOP, *sql]) if sql else ""


def _labels(plan: Plan) -> list[str]:
    from pytest_nself.migrations.planning.recording import recorded_by

    return [label for step in plan.steps if (label := recorded_by(step))]


def _timed(plan: Plan, report: Report) -> list[tuple[str, float]]:
    """Each migration with the milliseconds of its messages."""
    from pytest_nself.migrations.planning.recording import recorded_by

    rows, took_ms = [], 0.0
    for step, result in zip(plan.steps, report.results, strict=True):
        took_ms += result.took_ms or 0.0
        if label := recorded_by(step):
            rows.append((label, took_ms))
            took_ms = 0.0
    return rows
