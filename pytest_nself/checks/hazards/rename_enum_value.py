"""A value of an enum that is called something else from now on."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.checks.relations import Type
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for old, new in seen.changes.changed(Type):
        if not seen.knew(old):
            continue
        for before in old.labels:
            if before not in new.labels:
                message = f"The enum {shown(new.name)} has no value {before!r} any more: it is called something else."
                remedy = "add the new value, change the rows, and leave the old value where it is"
                yield Sighting(ObjectRef("type", *new.name, before), message, remedy)


HAZARD = Hazard(
    id="rename-enum-value",
    severity=Severity.WARNING,
    weight=Weight.ALWAYS,
    title="a value of an enum gets another name",
    why="Every release, function body and view that says the old value fails from the commit on.",
    safe="Add the new value in one migration, change the rows in the next; the old value stays.",
    find=_find,
    given="create type mood as enum ('sad', 'happy'); create table days (id int primary key, mood mood);",
    bad="alter type mood rename value 'sad' to 'blue';",
    good=("alter type mood add value 'blue';", "update days set mood = 'blue' where mood = 'sad';"),
    squawk=("renaming-object",),
)
