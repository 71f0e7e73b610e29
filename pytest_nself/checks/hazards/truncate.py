"""A table that is emptied."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.alone_locks import names_in
from pytest_nself.checks.hazard import Hazard, Sighting, Weight, ancestors, sized, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Name
from pytest_nself.core.finding import Severity


def named(seen: Observed, table: Name) -> bool:
    """Whether the statement names the table, or the partitioned table that it belongs to."""
    said = names_in(seen.text)
    return any(one[-len(name) :] == name for one in ancestors(seen, table) for name in said)


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for table in seen.emptied:
        if named(seen, table):
            remedy = "keep a copy of what may be wanted; delete in batches where somebody reads or writes meanwhile"
            yield Sighting(table_ref(table), f"{sized(table)} is emptied.", remedy, (table,))


HAZARD = Hazard(
    id="truncate",
    severity=Severity.ERROR,
    weight=Weight.ROWS,
    title="a table is emptied",
    why="Its rows are gone, and no down brings them back. Meanwhile nobody can read or write the table.",
    safe="Delete what is to go, and say which rows: those who read the others go on.",
    find=_find,
    given="create table orders (id int primary key, placed date);",
    bad="truncate orders;",
    good=("delete from orders where placed < '2020-01-01';",),
)
