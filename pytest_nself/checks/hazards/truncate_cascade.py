"""Tables that are emptied though the statement does not name them."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, sized, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity

from .truncate import named


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for table in seen.emptied:
        if not named(seen, table):
            message = f"{sized(table)} is emptied, too, and the statement does not name it."
            remedy = (
                "name every table that is to be emptied, without cascade: then the server refuses what is forgotten"
            )
            yield Sighting(table_ref(table), message, remedy, (table,))


HAZARD = Hazard(
    id="truncate-cascade",
    severity=Severity.ERROR,
    weight=Weight.ROWS,
    title="a table is emptied that the statement does not name",
    why="`cascade` follows foreign keys, to any depth, and empties tables that nobody thought of.",
    safe="Name each table; without `cascade` the server refuses what was forgotten.",
    find=_find,
    given=(
        "create table customers (id int primary key);"
        " create table orders (id int primary key, customer int references customers);"
    ),
    bad="truncate customers cascade;",
    good=("truncate customers, orders;",),
    squawk=("ban-truncate-cascade",),
)
