"""`--rehearse`: the plan on a throw-away copy, told; and the rehearsal that production has before `up`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from nself_cli import present

if TYPE_CHECKING:
    from nself_cli.session import Session
    from pytest_nself.checks.rehearsed import Rehearsal, Rehearsed
    from pytest_nself.core.finding import Finding
    from pytest_nself.core.plan import Plan

    MakePlan = Callable[[Any], Plan]

_SHOWN = 6

rehearse_flag = click.option("--rehearse", is_flag=True, help="Run on a throw-away copy of the schema and tell.")
no_rehearsal_flag = click.option("--no-rehearsal", is_flag=True, help="In production: do not rehearse first.")


def report_rehearsal(session: Session, make_plan: MakePlan) -> int:
    """Rehearse, and say what was seen; the exit code."""
    invocation = session.invocation
    rehearsal = _rehearse(session, make_plan)
    invocation.findings.extend(rehearsal.findings)
    present.findings(invocation)
    present.done(invocation, _text(rehearsal), {"rehearsal": _data(rehearsal)}, ok=rehearsal.failed is None)
    return 0 if rehearsal.failed is None else 1


def rehearse_first(session: Session, make_plan: MakePlan) -> Sequence[Finding]:
    """Refuse what would fail; where no rehearsal can be had, say why and go on.

    A person is told of dangers before he is asked; for a program they are returned.
    """
    from pytest_nself.core.errors import MigrationError, NselfError, Refused

    invocation = session.invocation
    answered = session.options.yes or session.options.confirm is not None
    if not answered and not (sys.stdin is not None and sys.stdin.isatty()):
        return ()  # it is refused at once: nobody is there to ask
    try:
        rehearsal = _rehearse(session, make_plan)
    except (Refused, MigrationError):
        raise
    except NselfError as error:
        present.note(invocation, f"Not rehearsed: {error.problem} {error.cause}".rstrip())
        return ()
    if not rehearsal.migrations:
        return ()
    for finding in () if invocation.json else rehearsal.findings:
        present.note(invocation, str(finding))
    failed = rehearsal.failed
    if failed is not None and failed.failure is not None:
        failure = failed.failure
        raise Refused(
            f"{failed.label} fails in the rehearsal.",
            f"{failure.cause}\nIt ran on a copy of the schema, on {rehearsal.server}. Nothing was done.",
            f"{failure.remedy}; if it can only fail in a copy, say --no-rehearsal",
            place=failed.place,
        )
    present.note(invocation, f"Rehearsed on a copy of the schema: {_counted(rehearsal)} would go through.")
    return rehearsal.findings if invocation.json else ()


def _rehearse(session: Session, make_plan: MakePlan) -> Rehearsal:
    from nself_cli.run import connected
    from nself_cli.session import table_of
    from pytest_nself.checks.rehearsal import rehearse
    from pytest_nself.sandbox.kept import TestProject

    project = TestProject.find(session.root)
    with connected(session) as (database, connection):
        return rehearse(database, connection, make_plan, project=project, table=table_of(session))


def _counted(rehearsal: Rehearsal) -> str:
    from pytest_nself.migrations.migration import counted

    return counted(len(rehearsal.migrations))


def _text(rehearsal: Rehearsal) -> str:
    if not rehearsal.migrations:
        return "Nothing is pending."
    rows = [("migration", "ms", "locks", "rewrites")]
    for one in rehearsal.migrations:
        rows += _rows(one)
    lines = [present.table(rows), ""]
    lines += [f"Note: {note}." for note in rehearsal.notes]
    lines.append(f"Copy of the schema on {rehearsal.server}, by {rehearsal.client}, in {rehearsal.copy_ms:.0f} ms.")
    lines.append("Tables are empty there: times are without rows. The database itself was only read.")
    failed = rehearsal.failed
    if failed is None:
        lines.append(f"{_counted(rehearsal)} would go through.")
    else:
        lines += ["", str(failed.failure)]
        if rehearsal.left_out:
            lines.append(f"Not tried after it: {', '.join(rehearsal.left_out)}.")
    return "\n".join(lines)


def _rows(one: Rehearsed) -> list[tuple[str, str, str, str]]:
    """The migration's line, and one more for each further lock or rewrite."""
    from pytest_nself.checks.rehearsed import shown

    locks = [f"{lock}{' (documented)' if lock.documented else ''}" for lock in one.locks if lock.strength > 1]
    locks = _cut([*locks, *(f"unknown: {what}" for what in one.unseen)])
    rewrites = _cut([shown(table) for table in one.rewrites])
    took = "failed" if one.failure is not None else f"{one.took_ms:.0f}"
    height = max(1, len(locks), len(rewrites))
    columns = [[one.label], [took], locks, rewrites]
    first, second, third, fourth = ([*column, *[""] * (height - len(column))] for column in columns)
    return list(zip(first, second, third, fourth, strict=True))


def _cut(texts: list[str]) -> list[str]:
    return texts if len(texts) <= _SHOWN else [*texts[: _SHOWN - 1], f"and {len(texts) - _SHOWN + 1} more"]


def _data(rehearsal: Rehearsal) -> dict[str, Any]:
    return {
        "server": rehearsal.server or None,
        "client": rehearsal.client or None,
        "copy_ms": round(rehearsal.copy_ms, 1),
        "notes": list(rehearsal.notes),
        "migrations": [_migration(rehearsal, one) for one in rehearsal.migrations],
        "not_tried": list(rehearsal.left_out),
    }


def _migration(rehearsal: Rehearsal, one: Rehearsed) -> dict[str, Any]:
    from pytest_nself.checks.rehearsed import shown

    failure = one.failure
    return {
        "name": one.label,
        "took_ms": round(one.took_ms, 1),
        "statements": one.statements,
        "locks": [
            {
                "table": shown(lock.table),
                "mode": lock.mode,
                "documented": lock.documented,
                **_size(rehearsal, lock.table),
            }
            for lock in one.locks
        ],
        "rewrites": [{"table": shown(table), **_size(rehearsal, table)} for table in one.rewrites],
        "indexes": [
            {"index": shown(index.name), "table": shown(index.table), **_size(rehearsal, index.table)}
            for index in one.indexes
        ],
        "unknown": list(one.unseen),
        "failure": None
        if failure is None
        else {"problem": failure.problem, "cause": failure.cause, "remedy": failure.remedy, "place": str(one.place)},
    }


def _size(rehearsal: Rehearsal, table: tuple[str, str]) -> dict[str, int | None]:
    size = rehearsal.sizes.get(table)
    return {"rows_estimate": size.rows if size else None, "bytes": size.bytes if size else None}
