"""`nself db migrate resolve`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

from ._migrations import in_folder, lock_wait, version

if TYPE_CHECKING:
    from nself_cli.session import Session
    from pytest_nself.core.plan import Plan

_ANSWERS = ("applied", "not_applied", "part_done", "part_not_done")


@click.command("resolve")
@click.option("--migration", metavar="VERSION", callback=version, help="The migration that you looked at.")
@click.option("--applied", is_flag=True, help="All of it is in the database.")
@click.option("--not-applied", is_flag=True, help="Nothing of it is in the database.")
@click.option("--part-done", is_flag=True, help="The part that was begun has taken effect: go on after it.")
@click.option("--part-not-done", is_flag=True, help="The part that was begun has no effect: run it again.")
@click.option("--renumber", is_flag=True, help="Give pending files that collide with others new versions.")
@lock_wait
@in_folder
@common_options(writes=True)
def command(
    invocation: Invocation,
    options: Options,
    migration: int | None,
    renumber: bool,
    lock_wait: float | None,
    migration_dir: str | None,
    **answers: bool,
) -> int:
    """Explain conflicts between branches, and say how a migration stands that was cut off.

    Alone, it lists what is in the way and what to do. With --renumber, pending files whose version another file has
    get the next free ones; of two that are both pending the one whose name sorts first keeps it. With --migration and
    an answer, the ledger learns what you found out; no SQL of the migration is run.

    \b
    Examples:
      nself db migrate resolve
      nself db migrate resolve --renumber
      nself db migrate resolve --migration 0007 --part-done
      nself db migrate resolve --migration 0007 --applied
    """
    from nself_cli.run import start

    given = [name for name in _ANSWERS if answers[name]]
    context = click.get_current_context()
    if len(given) > 1 or (renumber and (given or migration is not None)):
        raise click.UsageError("Give one answer for one migration, or --renumber.", context)
    if (migration is None) != (not given):
        raise click.UsageError("--migration and one of its answers belong together.", context)
    session = start(invocation, options, flags={"migration_lock_timeout": lock_wait})
    if migration is not None:
        return _answer(session, migration_dir, migration, given[0])
    return _conflicts(session, migration_dir, renumber=renumber)


def _answer(session: Session, migration_dir: str | None, version: int, answer: str) -> int:
    from nself_cli.run import run_plan
    from pytest_nself.migrations.planning.bookkeeping import Resolution, plan_resolve

    from ._migrations import read_folder, report_change, standing_of

    migrations = read_folder(session, migration_dir)

    def make_plan(connection: Any) -> Plan:
        ledger = standing_of(session, connection, migrations)
        return plan_resolve(
            migrations, ledger, version, Resolution[answer.upper()], environment=session.target.environment
        )

    plan, report = run_plan(session, make_plan)
    return report_change(session, plan, report, f"The ledger says now: {plan.title[7:]}.", "Nothing to change.")


def _conflicts(session: Session, migration_dir: str | None, *, renumber: bool) -> int:
    """What is in the way of `up`, and what to do about each."""
    from nself_cli.run import connected
    from pytest_nself.execute.files import write_files
    from pytest_nself.migrations.planning.conflicts import explain, plan_renumber, still_depending

    from ._migrations import read_folder, standing_of

    invocation = session.invocation
    migrations = read_folder(session, migration_dir)
    with connected(session) as (_, connection):
        ledger = standing_of(session, connection, migrations)
    if renumber:
        plan = plan_renumber(migrations, ledger)
        if plan and not session.options.dry_run:
            write_files(plan)
        moved, depending = [step.title for step in plan.steps], list(still_depending(plan, migrations))
        text = "\n".join([*moved, *depending]) or "No two files have the same version."
        present.done(invocation, text, {"renamed": moved, "depending": depending})
        return 0
    invocation.findings[:] = explain(migrations, ledger)
    present.findings(invocation)
    found = len(invocation.findings)
    present.done(invocation, f"{found} found." if found else "Nothing is in the way.", {"found": found}, ok=not found)
    return 1 if found else 0
