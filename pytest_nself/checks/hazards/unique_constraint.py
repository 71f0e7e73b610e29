"""A unique constraint or primary key whose index is built while others wait."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, alter, nobody, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Constraint
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef, quote_identifier


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    built = {index.oid: index for index in seen.built}
    for one in seen.changes.new(Constraint):
        if one.kind not in "pu" or not one.local or one.index not in built or one.table not in seen.tables:
            continue
        table, index = seen.tables[one.table], built[one.index]
        kind, words = ("primary key", "primary key") if one.kind == "p" else ("unique constraint", "unique")
        lock = seen.lock_on(table)
        message = f"The index of the {kind} {one.name} is built on {sized(table)}; {nobody(lock)} until then."
        create = index.definition.replace("INDEX", "INDEX CONCURRENTLY", 1)
        remedy = (
            f"in a migration of its own: {create}; in the next one: {alter(table)} add constraint "
            f"{quote_identifier(one.name)} {words} using index {quote_identifier(index.name[1])}"
        )
        yield Sighting(ObjectRef("constraint", *table, one.name), message, remedy, (table,))


HAZARD = Hazard(
    id="unique-constraint",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="a unique constraint or primary key is added without USING INDEX",
    why="Its index is built under ACCESS EXCLUSIVE: nobody can even read the table meanwhile.",
    safe="Build the index concurrently; the constraint then takes it over, which takes a moment.",
    find=_find,
    given="create table orders (id int primary key, code text);",
    bad="alter table orders add constraint orders_code unique (code);",
    good=(
        "create unique index concurrently orders_code on orders (code);",
        "alter table orders add constraint orders_code unique using index orders_code;",
    ),
    blocks=True,
    squawk=("disallowed-unique-constraint", "constraint-missing-not-valid"),
)
