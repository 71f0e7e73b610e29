"""A partition that is detached while others wait."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, alter, sized, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.checks.relations import Table
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import quote_qualified


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    if seen.alone:
        return
    for old, new in seen.changes.changed(Table):
        whole = seen.tables.get(old.partition_of)
        if whole is None or new.partition_of or new.oid not in seen.tables:
            continue
        part = seen.tables[new.oid]
        message = (
            f"To detach {shown(part)}, the whole {sized(whole)} is locked with ACCESS EXCLUSIVE, and all who come "
            "after wait for those who are reading."
        )
        remedy = f"in a migration of its own: {alter(whole)} detach partition {quote_qualified(*part)} concurrently"
        yield Sighting(table_ref(part), message, remedy, (whole,))


HAZARD = Hazard(
    id="detach-partition",
    severity=Severity.WARNING,
    weight=Weight.SIZE,
    title="a partition is detached without CONCURRENTLY",
    why="The whole partitioned table is locked: nobody can even read it until the transaction ends.",
    safe="`detach partition … concurrently`, in a migration of its own.",
    find=_find,
    given=(
        "create table events (at date not null) partition by range (at);"
        " create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');"
    ),
    bad="alter table events detach partition events_2025;",
    good=("alter table events detach partition events_2025 concurrently;",),
    squawk=("require-concurrent-partition-detach",),
)
