"""`nself db migrate status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

from ._migrations import in_folder

if TYPE_CHECKING:
    from nself_cli.session import Session
    from pytest_nself.migrations.migration import Migrations
    from pytest_nself.migrations.status import StatusRow

_UNKNOWN = "?"


@click.command("status")
@click.option("--exit-code", is_flag=True, help="Exit 1 when anything is pending or wrong.")
@in_folder
@common_options(writes=False)
def command(invocation: Invocation, options: Options, exit_code: bool, migration_dir: str | None) -> int:
    """Show every migration: applied, pending, edited, out of order, half-way, or without its file.

    With --env, the environment that is active here stands beside the named one.

    \b
    Examples:
      nself db migrate status
      nself db migrate status --env prod
      nself db migrate status --json
      nself db migrate status --exit-code
    """
    from nself_cli.run import start

    from ._migrations import read_folder

    session = start(invocation, options)
    migrations = read_folder(session, migration_dir)
    rows = _rows(session, migrations)
    other = _active(invocation, options)
    if other is None:
        text, data = _text(rows), {"migrations": [_data(row) for row in rows]}
    else:
        text, data = _beside(session, rows, other, migrations)
    present.findings(invocation)
    wrong = any(row.wrong for row in rows) or any(one.severity > 2 for one in invocation.findings)
    code = 1 if exit_code and wrong else 0
    present.done(invocation, text, data, ok=code == 0)
    return code


def _rows(session: Session, migrations: Migrations) -> tuple[StatusRow, ...]:
    from nself_cli.run import connected
    from pytest_nself.migrations.planning.standing import read_standing
    from pytest_nself.migrations.status import status

    from ._migrations import table_of

    with connected(session) as (_, connection):
        return status(migrations, read_standing(connection, migrations, table_of(session)))


def _active(invocation: Invocation, options: Options) -> Session | None:
    """The environment that is active without --env, where that is another one."""

    from nself_cli.run import start
    from pytest_nself.core.errors import NselfError

    if options.env is None or options.dsn is not None:
        return None
    named = invocation.environment
    try:
        session = start(invocation, options._replace(env=None))
    except NselfError as error:
        present.note(invocation, f"The environment that is active here cannot be shown beside it: {error.problem}")
        return None
    finally:
        invocation.environment = named
    return session if session.target.environment != named else None


def _beside(
    session: Session, rows: tuple[StatusRow, ...], other: Session, migrations: Migrations
) -> tuple[str, dict[str, Any]]:
    """Two environments side by side; one that cannot be reached says so."""
    from pytest_nself.core.errors import NoServer, NselfError

    here, there = other.target.environment, session.target.environment
    data: dict[str, Any] = {"migrations": [_data(row) for row in rows], "beside": {"env": here, "migrations": None}}
    try:
        theirs = _rows(other, migrations)
    except (NoServer, NselfError) as error:
        data["beside"]["error"] = error.problem
        return f"{_text(rows)}\n{here}: {error.problem}", data
    data["beside"]["migrations"] = [_data(row) for row in theirs]
    states = {row.version: row for row in theirs}
    labels = {row.version: row.label for row in (*theirs, *rows)}
    mine = {row.version: row for row in rows}
    lines = [("", here, there)]
    for version in sorted(labels):
        pair = (_state(states.get(version)), _state(mine.get(version)))
        lines.append((labels[version], *pair))
    differ = sum(_state(states.get(version)) != _state(mine.get(version)) for version in labels)
    ending = "Both stand alike." if not differ else f"{differ} of {len(labels)} differ."
    return f"{present.table(lines)}\n{ending}", data


def _state(row: StatusRow | None) -> str:
    return row.state.value if row is not None else "unknown"


def _text(rows: tuple[StatusRow, ...]) -> str:
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
    counted = "1 migration" if len(rows) == 1 else f"{len(rows)} migrations"
    return f"{present.table(lines)}\n{counted}, {pending} pending."


def _data(row: StatusRow) -> dict[str, Any]:
    return {
        "version": row.version,
        "name": row.label,
        "state": row.state.value,
        "applied_at": row.applied_at.isoformat() if row.applied_at else None,
        "took_ms": row.took_ms,
        "applied_by": row.applied_by,
        "place": str(row.place) if row.place is not None else None,
    }
