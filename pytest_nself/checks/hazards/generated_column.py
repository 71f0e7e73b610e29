"""A new column that is computed from others, and stored."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, column_ref, new_columns, rewrote, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for table, column in new_columns(seen):
        if column.generated == "s" and rewrote(seen, table):
            message = (
                f"The new column {column.name} is computed and stored for each row, for which {sized(table)} is "
                "written anew; nobody can read or write it until that is done."
            )
            remedy = "let a view compute it; or add a plain column, let a trigger fill it, and the others in batches"
            yield Sighting(column_ref(table, column.name), message, remedy, (table,))


HAZARD = Hazard(
    id="generated-column",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="a stored generated column is added",
    why="It is computed for each row that is there: the table is written anew, and nobody can even read meanwhile.",
    safe="A view computes it when it is read (so does a virtual column, from PostgreSQL 18 on).",
    find=_find,
    given="create table orders (id int primary key, price int, amount int);",
    bad="alter table orders add column total int generated always as (price * amount) stored;",
    good=("create view orders_with_total as select *, price * amount as total from orders;",),
    blocks=True,
    squawk=("adding-field-with-default",),
)
