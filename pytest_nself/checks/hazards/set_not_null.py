"""A column that may not be empty any more, for which the table is read while others wait."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import (
    Hazard,
    Sighting,
    Weight,
    alter,
    blocked_scan,
    changed_columns,
    column_ref,
    nobody,
    sized,
)
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import quote_identifier


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for table, old, new in changed_columns(seen):
        lock = blocked_scan(seen, table) if new.not_null and not old.not_null else None
        if lock is None:
            continue
        message = (
            f"To set {new.name} not null, {sized(table)} is read from end to end under {lock.mode}; {nobody(lock)} "
            "meanwhile."
        )
        check = quote_identifier(f"{new.name}_not_null")
        remedy = (
            f"{alter(table)} add constraint {check} check ({quote_identifier(new.name)} is not null) not valid; in the "
            f"next migration {alter(table)} validate constraint {check}; then set not null reads nothing, and the "
            "check can go"
        )
        yield Sighting(column_ref(table, new.name), message, remedy, (table,))


HAZARD = Hazard(
    id="set-not-null",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="a column is set NOT NULL without a validated check",
    why="Every row is looked at under ACCESS EXCLUSIVE: nobody can even read the table meanwhile.",
    safe="A check constraint, validated before, proves it: then `set not null` reads nothing.",
    find=_find,
    given="create table orders (id int primary key, customer int);",
    bad="alter table orders alter column customer set not null;",
    good=(
        "alter table orders add constraint customer_not_null check (customer is not null) not valid;",
        "alter table orders validate constraint customer_not_null;",
        "alter table orders alter column customer set not null;\nalter table orders drop constraint customer_not_null;",
    ),
    blocks=True,
    squawk=("adding-not-nullable-field",),
)
