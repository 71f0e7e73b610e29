"""How a live database differs from what the schema file says, from what the migrations make, and from another one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pytest_nself.catalog.compare import Change, differences
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.finding import Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.migrations.migration import Migrations
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.schema.model import Schema

from .importing import given_names, missing_in
from .lines import Line, lines_of
from .merging import merged
from .refusals import Load
from .states import tables_elsewhere, workshop


@dataclass(frozen=True, slots=True)
class Compared:
    """Two states: what the database is, and what it shall be. `kept` are schemas that were not looked at."""

    now: Catalog
    wanted: Catalog
    kept: tuple[str, ...] = ()
    findings: Findings = field(default_factory=Findings)

    @property
    def lines(self) -> tuple[Line, ...]:
        """`+` is wanted and not there, `-` is there and not wanted."""
        return lines_of(self.changes, self.now, self.wanted)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Fact by fact; that each side belongs to who migrates there is no difference."""
        return tuple(one for one in differences(self.now, self.wanted) if not self._is_own(one))

    def _is_own(self, change: Change) -> bool:
        return change.attribute == "owner" and (change.before, change.after) == (self.now.role, self.wanted.role)


def compare_file(
    project: TestProject, schema: Schema, live: Catalog, migrations: Migrations, load: Load | None = None
) -> Compared:
    """The database beside the schema file, which is built on a throwaway server. Raises Refused and NoServer."""
    missing = missing_in(schema, live)
    if missing:
        return Compared(live, live, findings=missing)
    with workshop(project, migrations, major=live.version // 10000) as shop:
        made, findings = shop.made_of(schema, live, load)
    if findings.at_least(Severity.ERROR):
        return Compared(live, live, findings=findings)
    wanted = merged(live, owned_by(made, live.role), named=given_names(schema), elsewhere=tables_elsewhere(schema))
    wanted.raise_orphans()
    return Compared(live, wanted.catalog, wanted.kept, findings)


def compare_migrations(project: TestProject, migrations: Migrations, live: Catalog) -> Compared:
    """The database beside what the migrations make on a throwaway server: what differs is drift."""
    migrations.raise_errors()
    with workshop(project, migrations, major=live.version // 10000) as shop, shop.replayed(migrations) as (_, _, made):
        return Compared(live, owned_by(made, live.role))


def owned_by(catalog: Catalog, role: str) -> Catalog:
    """The same where whoever migrates is `role`."""
    if catalog.role == role:
        return catalog
    entries: dict[ObjectRef, Entry] = {
        ref: entry.replaced(owner=role) if entry["owner"] == catalog.role else entry
        for ref, entry in catalog.entries.items()
    }
    return replace(catalog, entries=entries, role=role)
