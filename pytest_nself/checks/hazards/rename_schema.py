"""A schema that is called something else from now on."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Schema
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for old, new in seen.changes.changed(Schema):
        if old.name != new.name and seen.knew(old):
            message = f"The schema {old.name} is called {new.name} from now on, and all that is in it with it."
            remedy = f"leave it; or make a schema {old.name} again, with views on what its users need"
            yield Sighting(ObjectRef("schema", None, old.name), message, remedy)


HAZARD = Hazard(
    id="rename-schema",
    severity=Severity.WARNING,
    weight=Weight.ALWAYS,
    title="a schema gets another name",
    why="Every release, function body and search_path that says the old name fails from the commit on.",
    safe="A new schema with views on the tables of the old one; change over, then move the tables.",
    find=_find,
    given="create schema shop; create table shop.orders (id int primary key);",
    bad="alter schema shop rename to store;",
    good=("create schema store;\ncreate view store.orders as select * from shop.orders;",),
    squawk=("renaming-object",),
)
