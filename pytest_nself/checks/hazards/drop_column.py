"""A column that goes, with its values."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, column_ref, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Column
from pytest_nself.core.finding import Severity


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for column in seen.changes.gone(Column):
        if column.local and seen.knew(column):
            table = seen.tables[column.table]
            message = f"The column {column.name} of {sized(table)} is dropped, with its values."
            remedy = (
                "see that no release still in use reads or writes it (`select *` and ORMs name every column), and let "
                "the drop stand in a migration of its own"
            )
            yield Sighting(column_ref(table, column.name), message, remedy, (table,))


HAZARD = Hazard(
    id="drop-column",
    severity=Severity.ERROR,
    weight=Weight.ROWS,
    title="a column is dropped",
    why="Its values are gone, and no down brings them back; a release that still names the column fails at once.",
    safe="Stop using it in one release, drop it after the next.",
    find=_find,
    given="create table orders (id int primary key, note text);",
    bad="alter table orders drop column note;",
    good=("comment on column orders.note is 'Not read since release 41; goes with release 42.';",),
    squawk=("ban-drop-column",),
)
