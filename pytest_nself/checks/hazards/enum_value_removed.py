"""An enum that loses a value, because it is made anew without it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.checks.relations import Type
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    named_anew = [new for old, new in seen.changes.changed(Type) if old.name != new.name]
    for one in (*seen.changes.new(Type), *named_anew):
        before = around.before.get(("type", *one.name), ())
        missing = [label for label in before if label not in one.labels]
        if one.kind == "e" and missing:
            values = ", ".join(repr(label) for label in missing)
            message = f"The enum {shown(one.name)} is made anew without {values}."
            remedy = "leave the value in the type, and keep it out of the rows with a check constraint"
            yield Sighting(ObjectRef("type", *one.name), message, remedy)


HAZARD = Hazard(
    id="enum-value-removed",
    severity=Severity.ERROR,
    weight=Weight.ALWAYS,
    title="an enum loses a value",
    why=(
        "PostgreSQL cannot take a value out of an enum, so the type is made anew and its columns are written anew, "
        "while nobody can read them. Rows that hold the value make it fail, or lose it; a release that writes it fails."
    ),
    safe="Leave the value where it is, and keep it out with a check constraint.",
    find=_find,
    given="create type mood as enum ('sad', 'ok', 'happy'); create table days (id int, mood mood);",
    bad=(
        "alter type mood rename to mood_before;\n"
        "create type mood as enum ('sad', 'happy');\n"
        "alter table days alter column mood type mood using mood::text::mood;\n"
        "drop type mood_before;"
    ),
    good=(
        "alter table days add constraint days_mood_not_ok check (mood <> 'ok') not valid;",
        "alter table days validate constraint days_mood_not_ok;",
    ),
)
