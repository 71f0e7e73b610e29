"""`nself db migrate up`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

from ._migrations import COUNT, in_folder, lock_wait, one_count, skip_metadata, version
from ._rehearsal import no_rehearsal_flag, rehearse_flag

if TYPE_CHECKING:
    from pytest_nself.core.plan import Plan


@click.command("up")
@click.argument("n", type=COUNT, required=False)
@click.option("--count", type=COUNT, metavar="N", help="Apply at most N migrations (default: all).")
@click.option("--steps", type=COUNT, hidden=True)
@click.option("--to", metavar="VERSION", callback=version, help="Apply none above this version.")
@rehearse_flag
@no_rehearsal_flag
@lock_wait
@skip_metadata
@in_folder
@common_options(writes=True)
def command(
    invocation: Invocation,
    options: Options,
    to: int | None,
    rehearse: bool,
    no_rehearsal: bool,
    lock_wait: float | None,
    migration_dir: str | None,
    **counts: Any,
) -> int:
    """Apply the pending migrations.

    Each runs in a transaction of its own, together with its row in the ledger. What cannot run in a transaction is
    noted step by step, so that a run that was cut off goes on where it stopped. Of several runs at once one works and
    the others wait.

    In production nothing runs while the history is in doubt: an applied file that was edited or is gone, or a pending
    migration without a down that does not say why it has none. What is pending is rehearsed there first, where a
    server for the copy and pg_dump can be had. Files that drop, truncate or delete are confirmed there as a `down` is;
    wherever something is asked, the tables that they take data from are named.

    \b
    Examples:
      nself db migrate up
      nself db migrate up --rehearse --env production
      nself db migrate up --count 3 --env staging
      nself db migrate up --to 0007 --dry-run
      nself db migrate up --env production --yes --lock-wait 300
      nself db migrate up --env production --yes --confirm yes-destroy-production
    """
    from nself_cli.run import run_plan, start
    from pytest_nself.execute.migrate import naming_migrations
    from pytest_nself.migrations.planning.elsewhere import check_elsewhere
    from pytest_nself.migrations.planning.losses import read_losses
    from pytest_nself.migrations.planning.planner import plan_up, to_apply
    from pytest_nself.migrations.planning.verify import before_up
    from pytest_nself.project.environment_names import DEV, PRODUCTION

    from ._migrations import hasura_note, read_folder, record_sums, report_run, standing_of, timeouts_of
    from ._rehearsal import rehearse_first, report_rehearsal

    count = one_count(**counts)
    if rehearse and (options.dry_run or no_rehearsal):
        other = "--dry-run" if options.dry_run else "--no-rehearsal"
        raise click.UsageError(f"--rehearse and {other} say the opposite: give one.", click.get_current_context())
    session = start(invocation, options, flags={"migration_lock_timeout": lock_wait})
    migrations = read_folder(session, migration_dir)
    environment, found = session.target.environment, list(invocation.findings)
    hasura: str | None = None

    def make_plan(connection: Any) -> Plan:
        nonlocal hasura
        ledger = standing_of(session, connection, migrations)
        check_elsewhere(connection, migrations, ledger)
        said = before_up(migrations, ledger, count=count, to=to, environment=environment)
        invocation.findings[:] = [*found, *said]
        plan = plan_up(migrations, ledger, count=count, to=to, environment=environment, timeouts=timeouts_of(session))
        planned = {one.version for one in to_apply(migrations, ledger, count, to)}
        hasura = hasura_note(connection, migrations, ledger, planned)
        return plan

    if rehearse:
        return report_rehearsal(session, make_plan)
    if environment == PRODUCTION and not options.dry_run and not no_rehearsal:
        found += rehearse_first(session, make_plan)
    plan, report = run_plan(session, make_plan, around=naming_migrations, losses=read_losses)
    if report is not None and environment == DEV:
        invocation.findings += record_sums(migrations)
    present.findings(invocation)
    if report is not None and hasura is not None:
        present.note(invocation, f"Note: {hasura}")
    return report_run(session, plan, report, "applied", "Nothing is pending.")
