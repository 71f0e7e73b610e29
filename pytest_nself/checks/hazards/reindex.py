"""Indexes that are built anew while others wait."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, sized, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import quote_qualified


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    if seen.words[:1] != ("reindex",) or "concurrently" in seen.text.lower():
        return
    for table in dict.fromkeys(seen.tables[index.table] for index in seen.built):
        message = (
            f"Indexes of {sized(table)} are built anew; nobody can write to it meanwhile, nor read where a query would "
            "use them."
        )
        yield Sighting(table_ref(table), message, f"reindex table concurrently {quote_qualified(*table)}", (table,))


HAZARD = Hazard(
    id="reindex",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="indexes are built anew without CONCURRENTLY",
    why="Nobody can write to the table meanwhile, and queries that would use the index wait.",
    safe="`reindex … concurrently`, in a migration of its own.",
    find=_find,
    given="create table orders (id int primary key, customer int); create index orders_customer on orders (customer);",
    bad="reindex index orders_customer;",
    good=("reindex index concurrently orders_customer;",),
    blocks=True,
    squawk=("require-concurrent-reindex",),
)
