"""A change of who may do what."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.checks.relations import Table
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef

_PRINCIPALS = frozenset({"role", "user", "group", "policy"})


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    remedy = "have it looked at by whoever answers for access"
    tables = [
        seen.tables[new.oid]
        for old, new in seen.changes.changed(Table)
        if old.access != new.access and new.oid in seen.tables
    ]
    for table in tables:
        yield Sighting(table_ref(table), f"Who may do what with {shown(table)} is changed.", remedy)
    if tables:
        return
    words = seen.words
    verb, what = (*words, "", "")[:2]
    policy = verb in ("create", "alter", "drop") and what in _PRINCIPALS
    defaults = words[:3] == ("alter", "default", "privileges")
    if policy or defaults or (verb in ("grant", "revoke") and not _of_a_new_table(seen)):
        subject = ObjectRef("migration", None, around.label)
        yield Sighting(subject, f"{around.label} changes rights: {' '.join(words[:3])} ….", remedy)


def _of_a_new_table(seen: Observed) -> bool:
    """A grant on a table changes its row; if that is none of those that were there before, it is a new one."""
    return any(isinstance(new, Table) for _, new in seen.changes.altered)


HAZARD = Hazard(
    id="authorization",
    severity=Severity.INFO,
    weight=Weight.ALWAYS,
    title="rights, owners, roles or policies are changed",
    why="A right too many is not seen by any test that does not look for it, and one too few stops a release.",
    safe="Nothing is wrong with it; somebody should look.",
    find=_find,
    given="create table orders (id int primary key);",
    bad="grant select on orders to public;",
    good=("create table more_orders (id int primary key);\ngrant select on more_orders to public;",),
)
