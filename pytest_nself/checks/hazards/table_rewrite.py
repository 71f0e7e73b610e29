"""A table that is written anew, for whatever reason."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, sized, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for table in seen.rewrites:
        message = f"{sized(table)} is written anew, row by row; nobody can read or write it until that is done."
        remedy = (
            "do it in a maintenance window, with `-- nself:statement-timeout=0` in the file's header; or fill a new "
            "table or column in batches and change over"
        )
        yield Sighting(table_ref(table), message, remedy, (table,))


HAZARD = Hazard(
    id="table-rewrite",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="a table is written anew",
    why="Every row is copied and every index built again, under ACCESS EXCLUSIVE: nobody can even read meanwhile.",
    safe="Avoid the rewrite, or do it while nobody works.",
    find=_find,
    given="create table orders (id int primary key, note text);",
    bad="alter table orders set unlogged;",
    good=("alter table orders set (fillfactor = 90);",),
    blocks=True,
    general=True,
)
