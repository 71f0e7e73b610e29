"""A table or view that is called something else from now on."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.checks.relations import Table
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import quote_qualified


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for old, new in seen.changes.changed(Table):
        if old.name != new.name and seen.knew(old) and ("table", *old.name) not in around.after:
            message = f"{shown(old.name)} is called {shown(new.name)} from now on."
            remedy = (
                f"let a view have the old name, in the same migration: create view {quote_qualified(*old.name)} as "
                f"select * from {quote_qualified(*new.name)}; drop it when no release in use says it"
            )
            yield Sighting(table_ref(seen.tables.get(old.oid, old.name)), message, remedy)


HAZARD = Hazard(
    id="rename-table",
    severity=Severity.WARNING,
    weight=Weight.ALWAYS,
    title="a table or view gets another name, or another schema",
    why="Every release that still says the old name fails from the commit on, and so does the new one until then.",
    safe="A view with the old name, made in the same migration.",
    find=_find,
    given="create table orders (id int primary key);",
    bad="alter table orders rename to purchases;",
    good=("alter table orders rename to purchases;\ncreate view orders as select * from purchases;",),
    squawk=("renaming-table", "renaming-object", "ban-set-schema"),
)
