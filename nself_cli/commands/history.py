"""`nself db history`: what ran, when, by whom, and how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    from pytest_nself.migrations.log import LogLine


@click.command("history")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Show the last N only.")
@common_options(writes=False)
def command(invocation: Invocation, options: Options, limit: int | None) -> int:
    """Show what was applied, taken back and recorded: when, by whom, how long it took.

    \b
    Examples:
      nself db history
      nself db history --limit 20 --env production
      nself db history --json
    """
    from nself_cli.run import connected, start
    from nself_cli.session import table_of
    from pytest_nself.migrations.log import read_log

    session = start(invocation, options)
    with connected(session) as (_, connection):
        lines = read_log(connection, table_of(session), limit=limit)
    rows = [
        (
            f"{line.done_at:%Y-%m-%d %H:%M:%S}" if line.done_at else "",
            line.action,
            line.label,
            f"{line.took_ms} ms" if line.took_ms is not None else "",
            line.done_by or "",
            line.environment or "",
            line.note or "",
        )
        for line in lines
    ]
    present.done(
        invocation, present.table(rows) if rows else "Nothing ran yet.", {"history": [_data(x) for x in lines]}
    )
    return 0


def _data(line: LogLine) -> dict[str, Any]:
    return {
        "done_at": line.done_at.isoformat() if line.done_at else None,
        "action": line.action,
        "version": line.version,
        "name": line.label,
        "took_ms": line.took_ms,
        "done_by": line.done_by,
        "tool_version": line.tool_version,
        "environment": line.environment,
        "note": line.note,
    }
