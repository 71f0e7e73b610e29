"""A type that is called something else from now on."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.checks.relations import Type
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for old, new in seen.changes.changed(Type):
        if old.name != new.name and seen.knew(old) and ("type", *old.name) not in around.after:
            message = f"The type {shown(old.name)} is called {shown(new.name)} from now on."
            remedy = "leave its name; what casts to it says the old one"
            yield Sighting(ObjectRef("type", *old.name), message, remedy)


HAZARD = Hazard(
    id="rename-type",
    severity=Severity.WARNING,
    weight=Weight.ALWAYS,
    title="a type gets another name",
    why="Every release and function body that casts to the old name (`::mood`) fails from the commit on.",
    safe="Leave the name; a comment can say what the type is.",
    find=_find,
    given="create type mood as enum ('sad', 'happy');",
    bad="alter type mood rename to feeling;",
    good=("comment on type mood is 'How somebody feels.';",),
    squawk=("renaming-object",),
)
