"""A table that is read as a whole while others wait, for whatever reason."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, nobody, sized, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity

# These read rows by intention; and a view is refreshed concurrently under a lock that only other refreshes wait for.
_OTHERS = frozenset({"insert", "update", "delete", "merge", "select", "with", "copy", "values", "table", "refresh"})


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    if seen.words[:1] and seen.words[0] in _OTHERS:
        return
    for scan in seen.scans:
        if scan.table in seen.rewrites or scan.table in seen.emptied:
            continue
        lock = seen.lock_on(scan.table)
        if lock is None or not lock.blocks_writes or scan.documented:
            continue
        since = f", which line {since.line} has taken" if (since := lock.since) is not None else ""
        message = f"{sized(scan.table)} is read from end to end under {lock.mode}{since}; {nobody(lock)} meanwhile."
        remedy = (
            "let what reads the whole table stand in a migration of its own, after the one that takes the lock: add a "
            "constraint not valid in the one, validate it in the next"
        )
        yield Sighting(table_ref(scan.table), message, remedy, (scan.table,))


HAZARD = Hazard(
    id="lock-scan",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="a table is read as a whole, while others wait",
    why=(
        "A lock is held until the transaction ends. A statement that takes its time, such as `validate constraint`, "
        "holds others back for as long when an earlier statement of the same transaction has locked the table."
    ),
    safe="Two migrations: the first takes the strong lock for a moment, the second reads the table under a weak one.",
    find=_find,
    given="create table orders (id int primary key, total int);",
    bad=(
        "alter table orders add constraint orders_total check (total >= 0) not valid;\n"
        "alter table orders validate constraint orders_total;"
    ),
    good=(
        "alter table orders add constraint orders_total check (total >= 0) not valid;",
        "alter table orders validate constraint orders_total;",
    ),
    blocks=True,
    general=True,
)
