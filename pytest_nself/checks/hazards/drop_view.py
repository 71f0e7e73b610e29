"""A view that goes, and does not come again."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, known_tables
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for name, view in known_tables(seen, "vm"):
        if ("table", *view.name) not in around.after:
            remedy = "see that no release still in use reads it; one that is made anew in the same migration is no loss"
            yield Sighting(ObjectRef("view", *name), f"The view {shown(name)} is dropped.", remedy)


HAZARD = Hazard(
    id="drop-view",
    severity=Severity.WARNING,
    weight=Weight.ALWAYS,
    title="a view is dropped",
    why="Who reads it fails from then on; with `cascade` the views that are made of it go, too.",
    safe="Replace it, or drop it and make it again in the same migration.",
    find=_find,
    given="create table orders (id int, total int); create view totals as select total from orders;",
    bad="drop view totals;",
    good=("drop view totals;\ncreate view totals as select id, total from orders;",),
    squawk=("ban-drop-view",),
)
