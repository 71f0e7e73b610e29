"""An exclusion constraint, whose index is built while others wait."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, nobody, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Constraint
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    built = {index.oid for index in seen.built}
    for one in seen.changes.new(Constraint):
        if one.kind == "x" and one.local and one.index in built and one.table in seen.tables:
            table = seen.tables[one.table]
            lock = seen.lock_on(table)
            message = (
                f"The exclusion constraint {one.name} compares the rows of {sized(table)}; {nobody(lock)} until then."
            )
            remedy = (
                "there is no online form: make a new table that has it, copy in batches, change over; or do it in a "
                "maintenance window, with `-- nself:statement-timeout=0` in the file's header"
            )
            yield Sighting(ObjectRef("constraint", *table, one.name), message, remedy, (table,))


HAZARD = Hazard(
    id="exclusion-constraint",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="an exclusion constraint is added",
    why=(
        "Its index is built and all rows are compared under ACCESS EXCLUSIVE, and neither `not valid` nor a finished "
        "index helps: PostgreSQL takes over no index for it."
    ),
    safe="A new table that has the constraint from the start, filled in batches.",
    find=_find,
    given="create table bookings (id int primary key, during int4range);",
    bad="alter table bookings add constraint bookings_apart exclude using gist (during with &&);",
    good=(
        "create table bookings_apart (id int primary key, during int4range, exclude using gist (during with &&));",
        "insert into bookings_apart select * from bookings;",
    ),
    blocks=True,
    squawk=("constraint-missing-not-valid",),
)
