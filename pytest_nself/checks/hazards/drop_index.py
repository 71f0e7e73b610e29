"""An index that is dropped while others wait."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Column, Constraint, Index
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef, quote_qualified


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    if seen.alone:
        return
    held = {one.index for one in seen.changes.gone(Constraint)}
    # An index goes with its column, which is told of that.
    shrunk = {column.table for column in seen.changes.gone(Column)}
    for index in seen.changes.gone(Index):
        if index.table in shrunk:
            continue
        if seen.knew(index) and index.oid not in held and not index.part and index.table in seen.tables:
            table = seen.tables[index.table]
            message = (
                f"To drop the index {index.name[1]}, {sized(table)} is locked with ACCESS EXCLUSIVE, and all who come "
                "after wait for those who are reading."
            )
            remedy = f"in a migration of its own: drop index concurrently {quote_qualified(*index.name)}"
            yield Sighting(ObjectRef("index", *index.name), message, remedy, (table,))


HAZARD = Hazard(
    id="drop-index",
    severity=Severity.WARNING,
    weight=Weight.SIZE,
    title="an index is dropped without CONCURRENTLY",
    why=(
        "It takes ACCESS EXCLUSIVE on the table: it waits for the longest query that runs, and everybody else waits "
        "behind it, then until the transaction ends."
    ),
    safe="`drop index concurrently`, in a migration of its own.",
    find=_find,
    given="create table orders (id int primary key, customer int); create index orders_customer on orders (customer);",
    bad="drop index orders_customer;",
    good=("drop index concurrently orders_customer;",),
    squawk=("require-concurrent-index-deletion",),
)
