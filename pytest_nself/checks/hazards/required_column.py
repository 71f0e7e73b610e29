"""A new column that must have a value, and gets none."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, column_ref, new_columns, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for table, column in new_columns(seen):
        if column.not_null and column.default is None and not column.generated and not column.identity:
            message = (
                f"The new column {column.name} of {sized(table)} is NOT NULL and has no default: with a single row in "
                "the table the migration fails."
            )
            remedy = (
                "give it a default, which costs nothing where it is the same for all rows; or add it without not null, "
                "fill it, and set it not null then"
            )
            yield Sighting(column_ref(table, column.name), message, remedy, (table,))


HAZARD = Hazard(
    id="required-column",
    severity=Severity.ERROR,
    weight=Weight.ROWS,
    title="a NOT NULL column is added without a default",
    why=(
        "The rows that are there have no value for it, so the migration fails as soon as there is one; and a release "
        "that does not know the column cannot insert any more."
    ),
    safe="A default that is the same for all rows is stored once, and costs nothing.",
    find=_find,
    given="create table orders (id int primary key);",
    bad="alter table orders add column status text not null;",
    good=("alter table orders add column status text not null default 'new';",),
    blocks=True,
    squawk=("adding-required-field",),
)
