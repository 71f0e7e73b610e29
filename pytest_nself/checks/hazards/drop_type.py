"""A type that goes."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.checks.relations import Type
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for one in seen.changes.gone(Type):
        name = ("type", *one.name)
        if seen.knew(one) and name in around.before and name not in around.after:
            message = f"The type {shown(one.name)} is dropped."
            remedy = "change its columns to another type first, and drop it without cascade, which would drop them"
            yield Sighting(ObjectRef("type", *one.name), message, remedy)


HAZARD = Hazard(
    id="drop-type",
    severity=Severity.WARNING,
    weight=Weight.ALWAYS,
    title="a type is dropped",
    why="Who casts to it fails from then on; with `cascade` every column of that type goes, with its values.",
    safe="Leave an unused type where it is until no release names it.",
    find=_find,
    given="create type mood as enum ('sad', 'happy');",
    bad="drop type mood;",
    good=("comment on type mood is 'Not used since release 41; goes with release 42.';",),
    squawk=("ban-drop-type",),
)
