"""A trigger that is created on a table which others write to."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Trigger
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for trigger in seen.changes.new(Trigger):
        if trigger.local and trigger.table in seen.tables:
            table = seen.tables[trigger.table]
            message = (
                f"To create the trigger {trigger.name}, {sized(table)} is locked with SHARE ROW EXCLUSIVE: nobody can "
                "write to it until the migration ends."
            )
            remedy = "let it stand in a migration of its own, so that the lock is held for a moment"
            yield Sighting(ObjectRef("trigger", *table, trigger.name), message, remedy, (table,))


HAZARD = Hazard(
    id="create-trigger",
    severity=Severity.WARNING,
    weight=Weight.SIZE,
    title="a trigger is created on a table that was there before",
    why=(
        "It takes SHARE ROW EXCLUSIVE: it waits for all who are writing, all who come after wait behind it, and then "
        "until the transaction ends. From then on each write does more."
    ),
    safe="Nothing else in that migration, and a short lock timeout, so that it gives up and is run again.",
    find=_find,
    given=(
        "create table orders (id int primary key);"
        " create function touch() returns trigger language plpgsql as 'begin return new; end';"
    ),
    bad="create trigger touched before update on orders for each row execute function touch();",
    good=(
        "create table orders_log (id int primary key);\n"
        "create trigger touched before update on orders_log for each row execute function touch();",
    ),
)
