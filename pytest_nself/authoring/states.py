"""The states that a change of the schema lies between: what the migrations make, and what the schema file says."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.changes import plan_changes
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.checks.copied import describe_server
from pytest_nself.checks.roundtrip import trip_databases
from pytest_nself.checks.roundtrips.databases import Databases, opened
from pytest_nself.checks.roundtrips.roads import road, travel
from pytest_nself.checks.roundtrips.states import with_dependencies
from pytest_nself.core.errors import MigrationError, StepFailed
from pytest_nself.core.finding import Findings
from pytest_nself.core.names import ObjectRef, parse_qualified
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.executor import execute
from pytest_nself.migrations.migration import UP, Migration, Migrations
from pytest_nself.migrations.order import ordered
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.schema.model import PUBLIC, Schema
from pytest_nself.schema.validation import missing_targets

from .desired import build_schema
from .refusals import Load

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Workshop:
    """A throwaway server with the prelude, extensions and owner that the project's tests have."""

    databases: Databases
    server: str

    @contextmanager
    def replayed(self, migrations: Migrations) -> Iterator[tuple[EphemeralDatabase, psycopg.Connection[Any], Catalog]]:
        """A database on which all migrations were applied, and what is in it. Raises MigrationError where one fails."""
        with opened(self.databases) as (database, connection):
            for one in ordered(migrations.migrations):
                travelled(connection, one)
            yield database, connection, with_dependencies(connection)

    def made_of(self, schema: Schema, around: Catalog, load: Load | None = None) -> tuple[Catalog, Findings]:
        """What the schema file makes where nothing else is but what it may need of `around`, and what is wrong with it.

        `load` gives the text of a file that the schema was read from. With errors among the findings the catalog is
        that of what could be made.
        """
        with opened(self.databases) as (database, connection):
            empty = with_dependencies(connection)
            plan = plan_changes(empty, _ground(around, empty))
            execute(plan, database, accept=plan.hazards, connection=connection)
            elsewhere = tables_elsewhere(schema)
            findings = build_schema(connection, schema, elsewhere=around, load=load)
            made = with_dependencies(connection)
            entries = {ref: one for ref, one in made.entries.items() if not _is_part_of(one, elsewhere)}
            return replace(made, entries=entries), findings


def tables_elsewhere(schema: Schema) -> frozenset[tuple[str | None, str]]:
    """Tables, by schema and name, to which the file refers without having them."""
    return frozenset((one.schema or PUBLIC, one.table) for one in missing_targets(schema))


def _is_part_of(entry: Entry, tables: Collection[tuple[str | None, str]]) -> bool:
    ref = entry.ref
    if ref.kind == "index":
        return parse_qualified(entry["table"]) in tables
    return ref[1:3] in tables


@contextmanager
def workshop(project: TestProject, migrations: Migrations, *, major: int | None = None) -> Iterator[Workshop]:
    """A server to try things on; gone when the block ends. Raises NoServer where there is none to be had."""
    with trip_databases(project, migrations, major=major) as (databases, server):
        yield Workshop(databases, describe_server(server))


def travelled(connection: psycopg.Connection[Any], migration: Migration) -> None:
    """Apply a migration. Raises MigrationError where it fails."""
    try:
        travel(connection, road(migration, UP))
    except StepFailed as error:
        raise MigrationError(
            f"{migration} fails on a server that has the migrations before it, and nothing else.",
            error.cause,
            error.remedy or "mend it, or give the server what it counts on: nself_prelude",
            place=error.place or migration.place,
        ) from error.__cause__


def _ground(catalog: Catalog, empty: Catalog) -> Catalog:
    """What stands on no table and no enum: domains, functions, collations that a schema file may name."""
    standing: dict[ObjectRef, bool] = {}

    def stands(ref: ObjectRef) -> bool:
        if ref not in standing:
            standing[ref] = False  # in a circle nothing stands by itself
            entry = catalog.get(ref)
            standing[ref] = (
                entry is not None
                and ref.kind in _GROUND
                and all(one in empty.entries or stands(one) for one in catalog.depends.get(ref, ()))
            )
        return standing[ref]

    kept = {ref: entry for ref, entry in catalog.entries.items() if ref in empty.entries or stands(ref)}
    depends = {ref: needs for ref, needs in catalog.depends.items() if ref in kept}
    return Catalog(kept, depends, empty.unmodelled, catalog.role, catalog.version)


_GROUND = frozenset(
    {
        "schema",
        "extension",
        "domain",
        "domain_constraint",
        "composite",
        "range",
        "function",
        "aggregate",
        "collation",
        "operator",
        "operator_class",
        "operator_family",
        "family_operator",
        "family_function",
        "cast",
        "language",
        "text_search_configuration",
        "text_search_dictionary",
        "text_search_parser",
        "text_search_template",
    }
)
"""Kinds that tables and enums may need."""
