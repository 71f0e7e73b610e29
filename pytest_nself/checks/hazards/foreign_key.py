"""A foreign key that is validated while others wait."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, alter, blocked_scan, nobody, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.checks.relations import Constraint
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef, quote_identifier


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for one in seen.changes.new(Constraint):
        if one.kind != "f" or not one.validated or not one.local or one.table not in seen.tables:
            continue
        table = seen.tables[one.table]
        if (lock := blocked_scan(seen, table)) is None:
            continue
        other = seen.tables.get(one.refers_to)
        held = nobody(lock)
        if other is not None and other != table:
            held += f", or write to {shown(other)}," if lock.blocks_reads else f" or to {shown(other)}"
        message = f"The foreign key {one.name} looks up each row of {sized(table)} under {lock.mode}; {held} meanwhile."
        remedy = (
            f"{alter(table)} add constraint {quote_identifier(one.name)} {one.definition} not valid; in the next "
            f"migration: {alter(table)} validate constraint {quote_identifier(one.name)}"
        )
        yield Sighting(ObjectRef("constraint", *table, one.name), message, remedy, (table,))


HAZARD = Hazard(
    id="foreign-key",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="a foreign key is added without NOT VALID",
    why="Each row is looked up in the other table under SHARE ROW EXCLUSIVE: nobody can write to either meanwhile.",
    safe="Add it `not valid`, which takes a moment; validate it in the next migration, while others go on.",
    find=_find,
    given="create table customers (id int primary key); create table orders (id int primary key, customer int);",
    bad="alter table orders add constraint orders_customer foreign key (customer) references customers;",
    good=(
        "alter table orders add constraint orders_customer foreign key (customer) references customers not valid;",
        "alter table orders validate constraint orders_customer;",
    ),
    blocks=True,
    squawk=("adding-foreign-key-constraint", "constraint-missing-not-valid"),
)
