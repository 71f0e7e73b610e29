"""An index that is built while writers wait."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, nobody, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Constraint
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    if seen.alone or seen.words[:1] == ("reindex",):
        return
    held = {one.index for one in seen.changes.new(Constraint)}
    for index in seen.built:
        if index.part or index.oid in held:
            continue
        table = seen.tables[index.table]
        message = f"The index {index.name[1]} is built on {sized(table)}; {nobody(seen.lock_on(table))} until the end."
        if index.file:
            create = index.definition.replace("INDEX", "INDEX CONCURRENTLY", 1)
            remedy = f"in a migration of its own: {create}"
        else:
            remedy = (
                "create it on only the partitioned table, then concurrently on each partition, in migrations of their "
                "own, and attach each: alter index … attach partition …"
            )
        yield Sighting(ObjectRef("index", *index.name), message, remedy, (table,))


HAZARD = Hazard(
    id="create-index",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="an index is built without CONCURRENTLY",
    why="Nobody can write to the table from the first row to the last, and then until the transaction ends.",
    safe="`create index concurrently`, in a migration of its own.",
    find=_find,
    given="create table orders (id int primary key, customer int);",
    bad="create index orders_customer on orders (customer);",
    good=("create index concurrently orders_customer on orders (customer);",),
    blocks=True,
    squawk=("require-concurrent-index-creation",),
)
