"""A column that may be empty from now on."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, changed_columns, column_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.core.finding import Severity


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for table, old, new in changed_columns(seen):
        if old.not_null and not new.not_null and seen.knew(old):
            message = f"The column {new.name} of {shown(table)} may be NULL from now on."
            remedy = "see that everybody who reads it can take NULL, before the first such row is written"
            yield Sighting(column_ref(table, new.name), message, remedy)


HAZARD = Hazard(
    id="drop-not-null",
    severity=Severity.WARNING,
    weight=Weight.ALWAYS,
    title="a column may be NULL from now on",
    why=(
        "A release that was made when it could not be may fail on the first such row; and no down helps, once there "
        "are some."
    ),
    safe="A default instead of NULL, where there is one that fits.",
    find=_find,
    given="create table orders (id int primary key, note text not null);",
    bad="alter table orders alter column note drop not null;",
    good=("alter table orders alter column note set default '';",),
    squawk=("ban-drop-not-null",),
)
