"""`nself db migrate verify-checksums`."""

from __future__ import annotations

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options, findings_format

from ._migrations import in_folder


@click.command("verify-checksums")
@in_folder
@common_options(writes=False)
@findings_format
def command(invocation: Invocation, options: Options, migration_dir: str | None, form: str | None) -> int:
    """Name applied migrations whose files were edited or deleted; exit 1 if there are any.

    A change of line ends alone is no edit.

    \b
    Examples:
      nself db migrate verify-checksums
      nself db migrate verify-checksums --env production --json
      nself db migrate verify-checksums --format github
    """
    from nself_cli.run import connected, start
    from nself_cli.session import table_of
    from pytest_nself.core.finding import Severity
    from pytest_nself.migrations.ledger import read_ledger
    from pytest_nself.migrations.planning.verify import verify

    from ._migrations import read_folder

    session = start(invocation, options)
    migrations = read_folder(session, migration_dir)
    with connected(session) as (_, connection):
        ledger = read_ledger(connection, table_of(session))
    invocation.findings += verify(migrations, ledger)
    wrong = sum(one.severity is Severity.ERROR for one in invocation.findings)
    unverified = sum(one.rule == "migration-unverified" for one in invocation.findings)
    good = len(ledger) - unverified
    text = f"{wrong} found." if wrong else f"{good} applied migrations are as they were applied."
    if unverified:
        text += f" {unverified} more were applied by another tool, without a checksum."
    data = {"applied": len(ledger), "unverified": unverified, "errors": wrong}
    present.checked(invocation, form, text, data, ok=not wrong)
    return 1 if wrong else 0
