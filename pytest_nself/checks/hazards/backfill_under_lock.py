"""Rows that are changed while an earlier statement's lock holds others back."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, nobody, sized, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    verb = seen.words[0] if seen.words else ""
    # What inserts only values takes no time that grows with the table.
    changes_rows = verb in ("update", "delete", "merge", "with") or (verb == "insert" and bool(seen.scans))
    for lock in seen.locks:
        if changes_rows and lock.since is not None and lock.blocks_writes:
            message = (
                f"Rows are changed while {sized(lock.table)} is locked with {lock.mode} since line {lock.since.line}; "
                f"{nobody(lock)} until the last one is done."
            )
            remedy = "change the rows in a migration of its own, in batches, after the one that changes the table"
            yield Sighting(table_ref(lock.table), message, remedy, (lock.table,))


HAZARD = Hazard(
    id="backfill-under-lock",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="rows are changed in the transaction that has locked their table",
    why=(
        "The lock of an `alter table` is held until the transaction ends. An update that takes its time makes all "
        "others wait for that long, readers included."
    ),
    safe="One migration changes the table, the next one the rows.",
    find=_find,
    given="create table orders (id int primary key, total int);",
    bad="alter table orders add column paid int;\nupdate orders set paid = total;",
    good=("alter table orders add column paid int;", "update orders set paid = total;"),
    blocks=True,
)
