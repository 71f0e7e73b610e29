"""A column that is called something else from now on."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, changed_columns, column_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.core.finding import Severity


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for table, old, new in changed_columns(seen):
        if old.name != new.name and seen.knew(old):
            message = f"The column {old.name} of {shown(table)} is called {new.name} from now on."
            remedy = (
                f"add {new.name} beside {old.name}, let a trigger keep both equal, fill it in batches, change over, "
                "and drop the old one when no release in use names it"
            )
            yield Sighting(column_ref(table, old.name), message, remedy)


HAZARD = Hazard(
    id="rename-column",
    severity=Severity.WARNING,
    weight=Weight.ALWAYS,
    title="a column gets another name",
    why="Every release that still says the old name fails from the commit on, and so does the new one until then.",
    safe="A new column beside the old one; or a view that shows it under the new name.",
    find=_find,
    given="create table orders (id int primary key, cust int);",
    bad="alter table orders rename column cust to customer;",
    good=("create view orders_readable as select id, cust as customer from orders;",),
    squawk=("renaming-column",),
)
