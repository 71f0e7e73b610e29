"""A partition that is read while it is attached."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, alter, nobody, sized, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Table
from pytest_nself.core.finding import Severity


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    attached = [new for old, new in seen.changes.changed(Table) if new.partition_of and not old.partition_of]
    if not attached and not any(new.partition_of for new in seen.changes.new(Table)):
        return
    for scan in seen.scans:
        lock = seen.lock_on(scan.table)
        if lock is None or not lock.blocks_writes:
            continue
        message = f"To attach a partition, {sized(scan.table)} is read from end to end; {nobody(lock)} meanwhile."
        remedy = (
            f"prove the bounds first: {alter(scan.table)} add constraint … check (… that says them, or for "
            "a default partition their opposite) not valid, validate it in the next migration, then attach, then drop "
            "it"
        )
        yield Sighting(table_ref(scan.table), message, remedy, (scan.table,))


HAZARD = Hazard(
    id="attach-partition",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="a table is read as a whole when a partition is attached or made",
    why=(
        "Its rows are compared with the bounds under ACCESS EXCLUSIVE, and so are those of a default partition: nobody "
        "can even read them meanwhile."
    ),
    safe="A validated check constraint that says the bounds: then nothing is read.",
    find=_find,
    given=(
        "create table events (at date not null) partition by range (at); create table events_2025 (at date not null);"
    ),
    bad="alter table events attach partition events_2025 for values from ('2025-01-01') to ('2026-01-01');",
    good=(
        "alter table events_2025 add constraint bounds check (at >= '2025-01-01' and at < '2026-01-01') not valid;",
        "alter table events_2025 validate constraint bounds;",
        "alter table events attach partition events_2025 for values from ('2025-01-01') to ('2026-01-01');\n"
        "alter table events_2025 drop constraint bounds;",
    ),
    blocks=True,
)
