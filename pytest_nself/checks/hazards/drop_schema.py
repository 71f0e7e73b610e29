"""A schema that goes, with all that is in it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, known_tables
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.checks.relations import Schema
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for schema in seen.changes.gone(Schema):
        if not seen.knew(schema):
            continue
        tables = sorted(name for name, table in known_tables(seen, "rp") if table.name[0] == schema.name)
        if tables:
            yield Sighting(
                ObjectRef("schema", None, schema.name),
                f"The schema {schema.name} is dropped, and with it {', '.join(map(shown, tables))}.",
                "drop its tables one by one, without cascade, in a migration that says so, then the empty schema",
                tuple(tables),
            )


HAZARD = Hazard(
    id="drop-schema",
    severity=Severity.ERROR,
    weight=Weight.ROWS,
    title="a schema is dropped, with what is in it",
    why="With `cascade` everything in it goes, and what depends on that elsewhere: no file says what that is.",
    safe="Drop what is in it by name; an empty schema goes without `cascade`.",
    find=_find,
    given="create schema old; create table old.orders (id int);",
    bad="drop schema old cascade;",
    good=("alter table old.orders set schema public;", "drop schema old;"),
    squawk=("ban-drop-schema",),
)
