"""A check constraint that is validated while others wait."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, alter, blocked_scan, nobody, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Constraint
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef, quote_identifier


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for one in seen.changes.new(Constraint):
        if one.kind != "c" or not one.validated or not one.local or one.table not in seen.tables:
            continue
        table = seen.tables[one.table]
        if (lock := blocked_scan(seen, table)) is None:
            continue
        message = (
            f"The check constraint {one.name} reads {sized(table)} from end to end under {lock.mode}; {nobody(lock)} "
            "meanwhile."
        )
        remedy = (
            f"{alter(table)} add constraint {quote_identifier(one.name)} {one.definition} not valid; in the next "
            f"migration: {alter(table)} validate constraint {quote_identifier(one.name)}"
        )
        yield Sighting(ObjectRef("constraint", *table, one.name), message, remedy, (table,))


HAZARD = Hazard(
    id="check-constraint",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="a check constraint is added without NOT VALID",
    why="Every row is checked under ACCESS EXCLUSIVE: nobody can even read the table meanwhile.",
    safe="Add it `not valid`, which takes a moment; validate it in the next migration, while others go on.",
    find=_find,
    given="create table orders (id int primary key, total int);",
    bad="alter table orders add constraint orders_total check (total >= 0);",
    good=(
        "alter table orders add constraint orders_total check (total >= 0) not valid;",
        "alter table orders validate constraint orders_total;",
    ),
    blocks=True,
    squawk=("constraint-missing-not-valid",),
)
