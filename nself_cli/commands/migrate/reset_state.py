"""`nself db migrate reset-state`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli.invocation import DESTRUCTIVE, Invocation
from nself_cli.options import Options, common_options

from ._migrations import in_folder, lock_wait, version

if TYPE_CHECKING:
    from pytest_nself.core.plan import Plan


@click.command("reset-state")
@click.option("--to", metavar="VERSION", callback=version, help="Record all up to this version as applied.")
@lock_wait
@in_folder
@common_options(writes=True, guard=DESTRUCTIVE, words="reset-state")
def command(
    invocation: Invocation, options: Options, to: int | None, lock_wait: float | None, migration_dir: str | None
) -> int:
    """Rebuild the ledger: forget what it says, and record the migrations up to --to as applied.

    Only the ledger changes; what it said before stays in the log. It must be confirmed by typing "reset-state", or
    with --confirm, in every environment: in production the words are "yes-destroy-production".

    \b
    Examples:
      nself db migrate reset-state --to 0012
      nself db migrate reset-state --to 0012 --confirm reset-state
    """
    from nself_cli.run import run_plan, start
    from pytest_nself.migrations.planning.bookkeeping import plan_reset_state
    from pytest_nself.migrations.planning.losses import Losses

    from ._migrations import read_folder, report_change, standing_of

    session = start(invocation, options, flags={"migration_lock_timeout": lock_wait})
    migrations = read_folder(session, migration_dir)
    if to:  # 0 is before the first
        migrations.named(to)
    chosen = [one for one in migrations if to is not None and one.version <= to]

    def make_plan(connection: Any) -> Plan:
        ledger = standing_of(session, connection, migrations)
        return plan_reset_state(migrations, ledger, chosen, environment=session.target.environment)

    def losses(connection: Any, _: Plan) -> Losses:
        number = len(standing_of(session, connection, migrations))
        return Losses(
            notes=[f"The ledger's {number} row{'' if number == 1 else 's'} would be replaced; the log has them."]
        )

    plan, report = run_plan(session, make_plan, losses=losses)
    done = f"The ledger is rebuilt: {len(chosen)} migrations are recorded as applied."
    return report_change(session, plan, report, done, "The ledger is empty, as it was.")
