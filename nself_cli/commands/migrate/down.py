"""`nself db migrate down`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.invocation import DESTRUCTIVE, Invocation
from nself_cli.options import Options, common_options

from ._migrations import COUNT, in_folder, lock_wait, one_count, skip_metadata, version

if TYPE_CHECKING:
    from pytest_nself.core.plan import Plan


@click.command("down")
@click.argument("n", type=COUNT, required=False)
@click.option("--count", type=COUNT, metavar="N", help="Take back N migrations (default: 1).")
@click.option("--steps", type=COUNT, hidden=True)
@click.option("--to", metavar="VERSION", callback=version, help="Take back all above this version; it stays.")
@click.option("--all", "everything", is_flag=True, help="Take back all migrations.")
@lock_wait
@skip_metadata
@in_folder
@common_options(writes=True, guard=DESTRUCTIVE)
def command(
    invocation: Invocation,
    options: Options,
    to: int | None,
    everything: bool,
    lock_wait: float | None,
    migration_dir: str | None,
    **counts: Any,
) -> int:
    """Take back the migrations applied last.

    All downs are found, and their files compared with what was applied, before the first one runs. Tables that would
    be gone are named first, with their rows and size.

    \b
    Examples:
      nself db migrate down
      nself db migrate down --count 3 --dry-run
      nself db migrate down --to 0004
      nself db migrate down --env production --confirm yes-destroy-production
    """
    from nself_cli.run import run_plan, start
    from pytest_nself.execute.migrate import naming_migrations
    from pytest_nself.migrations.planning.losses import read_losses
    from pytest_nself.migrations.planning.planner import plan_down

    from ._migrations import read_folder, report_run, standing_of, timeouts_of

    count = one_count(**counts)
    if sum((count is not None, to is not None, everything)) > 1:
        raise click.UsageError("Give one of --count, --to and --all.", click.get_current_context())
    session = start(invocation, options, flags={"migration_lock_timeout": lock_wait})
    migrations = read_folder(session, migration_dir)
    environment = session.target.environment

    def make_plan(connection: Any) -> Plan:
        ledger = standing_of(session, connection, migrations)
        return plan_down(
            migrations,
            ledger,
            count=count,
            to=to,
            everything=everything,
            environment=environment,
            timeouts=timeouts_of(session),
        )

    plan, report = run_plan(session, make_plan, around=naming_migrations, losses=read_losses)
    if invocation.verbose:
        present.findings(invocation)
    return report_run(session, plan, report, "taken back", "Nothing is applied that could go back.")
