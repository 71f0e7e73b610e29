"""A change of a column's type that writes the table anew."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, changed_columns, column_ref, rewrote, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for table, old, new in changed_columns(seen):
        if (old.type_id, old.modifier) != (new.type_id, new.modifier) and rewrote(seen, table):
            message = (
                f"The column {new.name} goes from {old.type} to {new.type}, for which {sized(table)} is written anew; "
                "nobody can read or write it until that is done."
            )
            remedy = (
                f"add a column of type {new.type}, let a trigger keep it equal, fill it in batches, and let the "
                f"clients change over; then drop {old.name}"
            )
            yield Sighting(column_ref(table, new.name), message, remedy, (table,))


HAZARD = Hazard(
    id="type-change",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="a column's type is changed, for which the table is written anew",
    why=(
        "Every row is copied and every index built again, under ACCESS EXCLUSIVE: nobody can even read meanwhile. "
        "Changes that leave the rows as they are, such as a longer varchar, are none of these."
    ),
    safe=(
        "A new column beside the old one: keep it equal by a trigger, fill it in batches, change over, drop the old "
        "one."
    ),
    find=_find,
    given="create table orders (id int primary key, customer int);",
    bad="alter table orders alter column customer type bigint;",
    good=("alter table orders add column customer_id bigint;",),
    blocks=True,
    squawk=("changing-column-type",),
)
