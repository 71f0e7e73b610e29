"""A materialized view that is filled while its readers wait."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Table
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef, quote_qualified


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for old, new in seen.changes.changed(Table):
        if new.kind == "m" and old.file != new.file and new.oid in seen.tables:
            view = seen.tables[new.oid]
            message = f"{sized(view)} is filled anew; nobody can read it until that is done."
            remedy = (
                f"refresh materialized view concurrently {quote_qualified(*view)}, for which it needs a unique index"
            )
            yield Sighting(ObjectRef("view", *view), message, remedy, (view,))


HAZARD = Hazard(
    id="refresh-view",
    severity=Severity.WARNING,
    weight=Weight.SIZE,
    title="a materialized view is refreshed without CONCURRENTLY",
    why="Nobody can read it until it is full again, and the query behind it may take long.",
    safe="`refresh materialized view concurrently`, for which the view needs a unique index.",
    find=_find,
    given=(
        "create table orders (id int, total int);"
        " create materialized view totals as select id, sum(total) from orders group by id;"
        " create unique index on totals (id);"
    ),
    bad="refresh materialized view totals;",
    good=("refresh materialized view concurrently totals;",),
    blocks=True,
)
