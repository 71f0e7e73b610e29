"""`nself db migrate baseline`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

from ._migrations import in_folder, lock_wait, version

if TYPE_CHECKING:
    from pytest_nself.core.plan import Plan


@click.command("baseline")
@click.argument("version", required=False, callback=version)
@click.option("--from", "tool", metavar="TOOL", help="Take over what this tool's ledger says: drizzle, dbmate, goose …")
@lock_wait
@in_folder
@common_options(writes=True)
def command(
    invocation: Invocation,
    options: Options,
    version: int | None,
    tool: str | None,
    lock_wait: float | None,
    migration_dir: str | None,
) -> int:
    """Adopt a populated database: record migrations as applied, without running them.

    With a VERSION, all up to it. Without one, those that another tool's ledger in the database lists; if there are
    several such ledgers, --from says which.

    \b
    Examples:
      nself db migrate baseline 0012
      nself db migrate baseline --from drizzle
      nself db migrate baseline 20240501120000 --env staging --yes
    """
    from nself_cli.run import run_plan, start
    from pytest_nself.migrations.planning.adopt import chosen_for_baseline
    from pytest_nself.migrations.planning.bookkeeping import plan_baseline

    from ._migrations import read_folder, report_change, standing_of

    if version is not None and tool is not None:
        raise click.UsageError("Give a VERSION or --from, not both.", click.get_current_context())
    session = start(invocation, options, flags={"migration_lock_timeout": lock_wait})
    migrations = read_folder(session, migration_dir)
    found = list(invocation.findings)

    def make_plan(connection: Any) -> Plan:
        ledger = standing_of(session, connection, migrations)
        chosen = chosen_for_baseline(connection, migrations, ledger, version=version, tool=tool)
        invocation.findings[:] = [*found, *chosen.findings]
        environment = session.target.environment
        return plan_baseline(migrations, ledger, chosen.migrations, environment=environment, note=chosen.note)

    plan, report = run_plan(session, make_plan)
    present.findings(invocation)
    done = f"{plan.title[0].upper()}{plan.title[1:]}: done."
    return report_change(session, plan, report, done, "The ledger has all of them already.")
