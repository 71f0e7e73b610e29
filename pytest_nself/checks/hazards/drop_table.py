"""A table that goes, with its rows."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, known_tables, sized, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Schema, Table
from pytest_nself.core.finding import Severity


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    schemas = {schema.name for schema in seen.changes.gone(Schema)}
    gone = {table.oid for table in seen.changes.gone(Table)}
    for name, table in known_tables(seen, "rp"):
        if table.name[0] not in schemas and table.partition_of not in gone:
            remedy = (
                "see that no release still in use reads it, keep a copy of what may be wanted, and let the drop stand "
                "in a migration of its own"
            )
            yield Sighting(table_ref(name), f"{sized(name)} is dropped, with its rows.", remedy, (name,))


HAZARD = Hazard(
    id="drop-table",
    severity=Severity.ERROR,
    weight=Weight.ROWS,
    title="a table is dropped",
    why="Its rows are gone, and no down brings them back; a release that still reads the table fails at once.",
    safe="Stop using it in one release, drop it after the next.",
    find=_find,
    given="create table orders (id int primary key);",
    bad="drop table orders;",
    good=("comment on table orders is 'Not read since release 41; goes with release 42.';",),
    squawk=("ban-drop-table",),
)
