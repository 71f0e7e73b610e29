"""From what a rehearsal saw to what is dangerous on tables of that size."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef

from .rehearsed import BuiltIndex, Rehearsal, Rehearsed, TableLock, shown
from .relations import Name
from .target import Size

BIG_ROWS = 100_000
BIG_BYTES = 64 * 1024 * 1024
"""From here on a table counts as big: reading it once takes longer than a request may wait."""


def find_dangers(rehearsal: Rehearsal, *, big_rows: int = BIG_ROWS, big_bytes: int = BIG_BYTES) -> Findings:
    """Rewrites of big tables, indexes that are built on them while writers wait, and locks that hold others back."""

    def is_big(table: Name) -> bool:
        size = rehearsal.sizes.get(table)
        return size is not None and ((size.rows or 0) >= big_rows or size.bytes >= big_bytes)

    def of(one: Rehearsed) -> Iterator[Finding]:
        told: set[Name] = set()
        for table in filter(is_big, one.rewrites):
            told.add(table)
            yield _rewrite(one, table, rehearsal.sizes[table])
        for index in one.indexes:
            if is_big(index.table) and index.table not in told:
                told.add(index.table)
                yield _index(one, index, rehearsal.sizes[index.table])
        for lock in one.locks:
            if lock.blocks_writes and is_big(lock.table) and lock.table not in told:
                yield _lock(one, lock, rehearsal.sizes[lock.table])

    return Findings(finding for one in rehearsal.migrations for finding in of(one))


def _rewrite(one: Rehearsed, table: Name, size: Size) -> Finding:
    return _finding(
        "rehearsal-rewrite",
        one,
        table,
        size,
        f"{one.label} rewrites {shown(table)} ({described(size)}), which nobody can read or write until it is done.",
        "add a new column, fill it in batches, then change over; or run it in a maintenance window, with "
        "`-- nself:statement-timeout=0` in the file's header",
    )


def _index(one: Rehearsed, index: BuiltIndex, size: Size) -> Finding:
    return _finding(
        "rehearsal-index",
        one,
        index.table,
        size,
        f"{one.label} builds the index {index.name[1]} on {shown(index.table)} ({described(size)}), "
        "which nobody can write to until the migration ends.",
        "create it in a migration of its own: create index concurrently; a constraint can then take it over: "
        "add constraint … using index",
    )


def _lock(one: Rehearsed, lock: TableLock, size: Size) -> Finding:
    nobody = "nobody can read or write it" if lock.blocks_reads else "nobody can write to it"
    return _finding(
        "rehearsal-lock",
        one,
        lock.table,
        size,
        f"{one.label} takes {lock} ({described(size)}): {nobody} until the migration ends.",
        "let nothing slow stand in the same migration; what reads the whole table can be split: add constraint … not "
        "valid here, validate constraint in the next one",
    )


def _finding(rule: str, one: Rehearsed, table: Name, size: Size, message: str, remedy: str) -> Finding:
    evidence = {"migration": one.label, "rows_estimate": size.rows, "bytes": size.bytes}
    subject = ObjectRef("table", *table)
    return Finding(rule, Severity.WARNING, subject, message, remedy, place=one.place, evidence=evidence)


def described(size: Size) -> str:
    """`about 1,200,000 rows, 96 MB`; without the bytes where nobody knows them, or `no rows`."""
    rows = "rows unknown" if size.rows is None else "1 row" if size.rows == 1 else f"about {size.rows:,} rows"
    if not size.bytes:
        return rows if size.rows else "no rows"
    amount, unit = float(size.bytes), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{rows}, {amount:.0f} {unit}"
