"""`nself db migrate reset-checksum`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

from ._migrations import in_folder, lock_wait, version

if TYPE_CHECKING:
    from pytest_nself.core.plan import Plan


@click.command("reset-checksum")
@click.option("--migration", metavar="VERSION", callback=version, required=True, help="The migration to accept.")
@lock_wait
@in_folder
@common_options(writes=True)
def command(
    invocation: Invocation, options: Options, migration: int, lock_wait: float | None, migration_dir: str | None
) -> int:
    """Accept one applied migration's file as it is now.

    Only the ledger and the file's line in nself.sum change; the log keeps the old checksum, and who accepted the new
    one.

    \b
    Examples:
      nself db migrate reset-checksum --migration 20240501120000
      nself db migrate reset-checksum --migration 0007 --env production --yes
    """
    from pathlib import Path

    from nself_cli.run import run_plan, start
    from pytest_nself.execute.files import write_files
    from pytest_nself.migrations.planning.bookkeeping import plan_reset_checksum
    from pytest_nself.migrations.sums import plan_sums

    from ._migrations import read_folder, report_change, standing_of

    session = start(invocation, options, flags={"migration_lock_timeout": lock_wait})
    migrations = read_folder(session, migration_dir)

    def make_plan(connection: Any) -> Plan:
        ledger = standing_of(session, connection, migrations)
        return plan_reset_checksum(migrations, ledger, migration, environment=session.target.environment)

    plan, report = run_plan(session, make_plan)
    labels = [one.label for one in migrations if one.version == migration]
    sums = plan_sums(Path(migrations.folder), migrations, accept=labels)
    if sums and not options.dry_run:
        write_files(sums)
    nothing = "The file is what the ledger says: nothing to accept" + (", but in nself.sum." if sums else ".")
    return report_change(session, plan, report, f"{migration} is accepted as it is now.", nothing)
