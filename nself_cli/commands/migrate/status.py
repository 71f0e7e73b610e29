"""`nself db migrate status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE, FAILED, UNREACHABLE
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

from ._migrations import in_folder

if TYPE_CHECKING:
    from nself_cli.session import Session
    from pytest_nself.checks.detect import Detected, Detection, Effect
    from pytest_nself.migrations.migration import Migrations
    from pytest_nself.migrations.status import StatusRow


@click.command("status")
@click.option("--exit-code", is_flag=True, help="Exit 1 when anything is pending or wrong.")
@click.option("--detect", is_flag=True, help="Tell what of pending migrations is in the database already.")
@in_folder
@common_options(writes=False)
def command(invocation: Invocation, options: Options, exit_code: bool, detect: bool, migration_dir: str | None) -> int:
    """Show every migration: applied, pending, edited, out of order, half-way, or without its file.

    With --env, the environment that is active here stands beside the named one.

    With --detect, the folder is replayed on a throw-away server to see what each pending migration makes; the database
    is only read. Of each it is told whether all, some or none of that is there, by name, and how to go on.

    \b
    Examples:
      nself db migrate status
      nself db migrate status --env prod
      nself db migrate status --json
      nself db migrate status --exit-code
      nself db migrate status --detect
    """
    from nself_cli.run import start
    from pytest_nself.core.finding import Severity

    from ._migrations import read_folder

    session = start(invocation, options)
    migrations = read_folder(session, migration_dir)
    other = _active(session)
    data: dict[str, Any]
    if other is None:
        rows, gone = _rows(session, migrations), False
        found = _detect(session, migrations, rows) if detect else None
        text, data = _text(rows, found), {"migrations": [_data(row) for row in rows]}
    else:
        rows, text, data = _beside(session, other, migrations)
        gone = data["migrations"] is None
        found = _detect(session, migrations, rows) if detect and not gone else None
    if found is not None:
        text, data["detected"] = f"{text}{_replayed(found, session if other is not None else None)}", _detected(found)
    present.findings(invocation)
    wrong = any(row.wrong for row in rows) or any(one.severity is Severity.ERROR for one in invocation.findings)
    code = UNREACHABLE if gone else FAILED if exit_code and wrong else DONE
    present.done(invocation, text, data, ok=code == DONE)
    return code


def _rows(session: Session, migrations: Migrations) -> tuple[StatusRow, ...]:
    from nself_cli.run import connected
    from pytest_nself.migrations.status import status

    from ._migrations import hasura_note, standing_of

    with connected(session) as (_, connection):
        ledger = standing_of(session, connection, migrations)
        hasura = hasura_note(connection, migrations, ledger)
    if hasura is not None:
        present.note_once(session.invocation, f"Note: {session.target.environment}: {hasura}")
    return status(migrations, ledger)


def _detect(session: Session, migrations: Migrations, rows: tuple[StatusRow, ...]) -> Detection:
    """What of the pending ones, and of those that were cut off, is there."""
    from nself_cli.run import connected
    from nself_cli.session import table_of
    from pytest_nself.checks.detect import detect, findings_of
    from pytest_nself.sandbox.kept import TestProject

    half_way = {row.version for row in rows if row.half_way and row.place is not None}
    asked = half_way | {row.version for row in rows if row.pending}
    with connected(session) as (_, connection):
        project = TestProject.find(session.root)
        found = detect(connection, migrations, asked, project=project, table=table_of(session))
    session.invocation.findings += findings_of(found, half_way)
    return found


def _active(session: Session) -> Session | None:
    """The environment that is active without --env, where that is another one with another database."""
    from nself_cli.run import start
    from nself_cli.session import one_place
    from pytest_nself.core.errors import NselfError, Refused

    invocation, options = session.invocation, session.options
    if options.env is None or options.dsn is not None:
        return None
    named = invocation.environment
    try:
        other = start(invocation, options._replace(env=None))
    except Refused:
        return None  # which one is active is not clear; --env has settled which one is meant
    except NselfError as error:
        present.note(invocation, f"The environment that is active here cannot be shown beside it: {error.problem}")
        return None
    finally:
        invocation.environment = named
    return other if other.target.environment != named and not one_place(other.target, session.target) else None


def _beside(
    session: Session, other: Session, migrations: Migrations
) -> tuple[tuple[StatusRow, ...], str, dict[str, Any]]:
    """Two environments side by side, and the named one's rows; one that cannot be reached says so."""
    from pytest_nself.core.errors import NoServer, NselfError

    here, there = other.target.environment, session.target.environment
    mine: tuple[StatusRow, ...] = ()
    problem = ""
    try:
        mine = _rows(session, migrations)
    except NoServer as error:
        problem = error.problem
    beside: dict[str, Any] = {"env": here, "migrations": None}
    data: dict[str, Any] = {"migrations": None if problem else [_data(row) for row in mine], "beside": beside}
    if problem:
        data["error"] = problem
    try:
        theirs = _rows(other, migrations)
    except NselfError as error:
        beside["error"] = error.problem
        return mine, "\n".join([f"{there}: {problem}" if problem else _text(mine), f"{here}: {error.problem}"]), data
    beside["migrations"] = [_data(row) for row in theirs]
    if problem:
        return mine, f"{here}:\n{_text(theirs)}\n{there}: {problem}", data
    left, right = {row.version: row for row in theirs}, {row.version: row for row in mine}
    labels = {row.version: row.label for row in (*theirs, *mine)}
    lines = [("", here, there)]
    lines += [(labels[one], _standing(left.get(one)), _standing(right.get(one))) for one in sorted(labels)]
    differ = sum(_state(left.get(one)) != _state(right.get(one)) for one in labels)
    ending = "Both stand alike." if not differ else f"{differ} of {len(labels)} differ."
    return mine, f"{present.table(lines)}\n{ending}", data


def _standing(row: StatusRow | None) -> str:
    applied = f" {row.applied_at:%Y-%m-%d %H:%M}" if row is not None and row.applied_at else ""
    return f"{_state(row)}{applied}"


def _state(row: StatusRow | None) -> str:
    return row.state.value if row is not None else "unknown"


def _text(rows: tuple[StatusRow, ...], found: Detection | None = None) -> str:
    if not rows:
        return "No migrations."
    from pytest_nself.migrations.migration import counted

    lines = [
        (
            row.label,
            row.state.value,
            f"{row.applied_at:%Y-%m-%d %H:%M}" if row.applied_at else "",
            f"{row.took_ms} ms" if row.took_ms is not None else "",
            _there(found.of(row.version)) if found is not None else "",
        )
        for row in rows
    ]
    pending, half_way = sum(row.pending for row in rows), sum(row.half_way for row in rows)
    cut_off = f"{half_way} half-way, " if half_way else ""
    return f"{present.table(lines)}\n{counted(len(rows))}, {cut_off}{pending} pending."


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


def _there(one: Detected | None) -> str:
    """`all there`, or why it cannot be told."""
    if one is None:
        return ""
    standing = one.standing.value
    return f"{one.reason}, {standing}" if not one.told else standing


def _replayed(found: Detection, beside: Session | None) -> str:
    """Where it was found out; each migration, too, where the table shows another environment beside this one."""
    lines = [f"\n{one.label}, {beside.target.environment}: {_there(one)}" for one in found.migrations] if beside else []
    lines += [f"\nNote: {note}." for note in found.notes]
    if found.server:
        lines.append(f"\nReplayed on {found.server}. The database itself was only read.")
    return "".join(lines)


def _detected(found: Detection) -> dict[str, Any]:
    return {
        "server": found.server or None,
        "notes": list(found.notes),
        "migrations": [
            {
                "version": one.version,
                "name": one.label,
                "standing": one.standing.name.lower(),
                "reason": None if one.told else one.reason,
                "writes_rows": one.writes,
                "there": [_effect(effect) for effect in one.effects if effect.there],
                "not_there": [_effect(effect) for effect in one.effects if effect.there is False],
                "untold": [_effect(effect) for effect in one.effects if effect.there is None],
            }
            for one in found.migrations
        ],
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "kind": effect.subject.kind,
        "object": str(effect.subject),
        "attribute": effect.attribute or None,
        "wanted": effect.wanted,
        "has": effect.has,
    }
