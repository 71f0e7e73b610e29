"""What `lint` has found, for a person and for a program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nself_cli import present

if TYPE_CHECKING:
    from pytest_nself.checks.lint import Linted
    from pytest_nself.checks.rehearsed import Observed, TableLock
    from pytest_nself.core.finding import Finding

_STATEMENTS, _LOCKS = 60, 4
"""How many statements a person is shown, and how many locks of one."""

_LONGEST = 2000
"""Characters of a statement that a program is given."""


def summary(findings: Iterable[Finding]) -> str:
    """`2 errors, 1 warning.`"""
    from pytest_nself.core.finding import Severity

    counts = dict.fromkeys(sorted(Severity, reverse=True), 0)
    for one in findings:
        counts[one.severity] += 1
    said = [
        f"{count} {severity if severity > Severity.INFO else 'note'}{'s' if count > 1 else ''}"
        for severity, count in counts.items()
        if count
    ]
    return f"{', '.join(said)}." if said else "No hazard was found."


def text_of(linted: Linted) -> str:
    """A table of the statements, and where they were run."""
    from pytest_nself.checks.lint import COPY

    rehearsal = linted.rehearsal
    if not rehearsal.migrations:
        if linted.source == COPY:
            return "Nothing is pending; name versions, or say --replay, to look at what is applied.\n"
        return "There is nothing to look at.\n"
    rows = [("statement", "ms", "locks", "does")]
    observed = [seen for one in rehearsal.migrations for seen in one.observed]
    for seen in observed[:_STATEMENTS]:
        rows += _rows(seen)
    lines = [present.table(rows)]
    if len(observed) > _STATEMENTS:
        lines.append(f"and {len(observed) - _STATEMENTS} more; --json lists them all")
    lines += ["", *(f"Note: {note}." for note in rehearsal.notes)]
    if linted.not_tried:
        lines.append(f"Not tried: {', '.join(linted.not_tried)}.")
    if rehearsal.server and linted.source == COPY:
        lines.append(f"Measured on a copy of the schema, on {rehearsal.server}. The database itself was only read.")
    elif rehearsal.server:
        lines.append(f"Measured on a replay of the files, on {rehearsal.server}.")
    if rehearsal.server and not rehearsal.sizes and any(seen.locks for seen in observed):
        lines.append("Nobody knows how large the tables are: the worst is thought of them (see --assume-rows).")
    return "\n".join([*lines, ""])


def _rows(seen: Observed) -> list[tuple[str, str, str, str]]:
    """The statement's line, and one more for each further lock or thing that it does."""
    took = "refused" if seen.failure is not None else "not sent" if seen.problem is not None else f"{seen.took_ms:.1f}"
    locks = _cut([_lock(lock) for lock in seen.locks if lock.strength > 1] or ["unknown"] * seen.unseen)
    does = _cut(_does(seen))
    height = max(1, len(locks), len(does))
    columns = [[str(seen.place or "")], [took], locks, does]
    first, second, third, fourth = ([*column, *[""] * (height - len(column))] for column in columns)
    return list(zip(first, second, third, fourth, strict=True))


def _lock(lock: TableLock) -> str:
    if lock.since is not None:
        return f"{lock} (since line {lock.since.line})"
    return f"{lock}{' (documented)' if lock.documented else ''}"


def _does(seen: Observed) -> list[str]:
    from pytest_nself.checks.rehearsed import shown

    does = [f"rewrites {shown(table)}" for table in seen.rewrites]
    does += [f"empties {shown(table)}" for table in seen.emptied]
    does += [f"builds {index.name[1]}" for index in seen.built]
    done = {*seen.rewrites, *seen.emptied, *(seen.tables[index.table] for index in seen.built)}
    return does + [f"reads {shown(scan.table)}" for scan in seen.scans if scan.table not in done]


def _cut(texts: list[str]) -> list[str]:
    return texts if len(texts) <= _LOCKS else [*texts[: _LOCKS - 1], f"and {len(texts) - _LOCKS + 1} more"]


def data_of(linted: Linted) -> dict[str, Any]:
    """All of it."""
    rehearsal = linted.rehearsal
    return {
        "source": linted.source,
        "server": rehearsal.server or None,
        "client": rehearsal.client or None,
        "copy_ms": round(rehearsal.copy_ms, 1),
        "notes": list(rehearsal.notes),
        "migrations": [
            {
                "name": one.label,
                "took_ms": round(one.took_ms, 1),
                "failed": one.failure is not None,
                "statements": [_statement(linted, seen) for seen in one.observed],
            }
            for one in rehearsal.migrations
        ],
        "not_tried": list(linted.not_tried),
        "hazards": [
            {
                "rule": one.rule,
                "subject": str(one.subject),
                "place": str(one.place) if one.place is not None else None,
                **one.evidence,
            }
            for one in linted.findings
        ],
    }


def _statement(linted: Linted, seen: Observed) -> dict[str, Any]:
    from pytest_nself.checks.rehearsed import shown

    def size(table: tuple[str, str]) -> dict[str, int | None]:
        known = linted.rehearsal.sizes.get(table)
        return {"rows_estimate": known.rows if known else None, "bytes": known.bytes if known else None}

    ran = seen.failure is None and seen.problem is None
    return {
        "place": str(seen.place) if seen.place is not None else None,
        "sql": seen.text if len(seen.text) <= _LONGEST else f"{seen.text[: _LONGEST - 1]}…",
        "ran": ran,
        "took_ms": round(seen.took_ms, 2) if ran else None,
        "locks": [
            {
                "table": shown(lock.table),
                "mode": lock.mode,
                "documented": lock.documented,
                "since": str(lock.since) if lock.since is not None else None,
                **size(lock.table),
            }
            for lock in seen.locks
        ],
        "rewrites": [{"table": shown(table), **size(table)} for table in seen.rewrites],
        "empties": [{"table": shown(table), **size(table)} for table in seen.emptied],
        "scans": [
            {"table": shown(scan.table), "documented": scan.documented, **size(scan.table)} for scan in seen.scans
        ],
        "indexes": [{"index": shown(one.name), "table": shown(seen.tables[one.table])} for one in seen.built],
        "lock_timeout_ms": seen.lock_timeout_ms,
        "statement_timeout_ms": seen.statement_timeout_ms,
        "unknown": seen.unseen,
    }
