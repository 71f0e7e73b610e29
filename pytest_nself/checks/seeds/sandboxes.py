"""A sandbox for the seeds of a database that is only read: what its migrations made, on a server of our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.checks.copied import copied_schema, describe_server
from pytest_nself.checks.roundtrips.databases import SandboxDatabases
from pytest_nself.checks.target import read_original
from pytest_nself.core.errors import MigrationError
from pytest_nself.core.step import DATA_LOSS
from pytest_nself.database.database import Database, EphemeralDatabase
from pytest_nself.execute.migrate import migrate_up
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.ledger import LedgerTable, read_ledger
from pytest_nself.migrations.migration import Migrations
from pytest_nself.migrations.statements import extensions_in
from pytest_nself.project.folders import find_migrations_folder
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.sandbox.throwaway import throwaway_sandbox

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class SeedSandbox:
    """A database like the target, without its rows. `how` says in words where it came from."""

    database: EphemeralDatabase
    connection: psycopg.Connection[Any]
    how: str


@contextmanager
def seed_sandbox(
    target: Database, connection: psycopg.Connection[Any], *, project: TestProject, table: LedgerTable
) -> Iterator[SeedSandbox]:
    """A database with the schema of `target`, to which `connection` leads and which is only read.

    The migrations that are applied there are replayed, with the rows that they bring. Where the project has none of
    them, the schema is copied. Raises NoServer, ToolMissing or MigrationError where neither can be had.
    """
    applied = _applied(connection, project, table)
    if applied is None:
        with _copied(target, connection, project, table) as found:
            yield found
        return
    wanted = frozenset(name for one in applied for name in extensions_in(one.up))
    with throwaway_sandbox(project, major=target.server_version // 10000, extensions=wanted) as sandbox:
        fresh = SandboxDatabases(sandbox).fresh()
        with closing(fresh.connect(autocommit=True, prepare_threshold=None, client_encoding="UTF8")) as owner:
            migrate_up(applied, fresh, connection=owner, accept={DATA_LOSS})
        database = sandbox.superuser(fresh.dsn.dbname)
        with closing(_connected(database)) as work:
            count = len(applied.migrations)
            said = f"{'1 migration' if count == 1 else f'{count} migrations'} replayed on"
            yield SeedSandbox(database, work, f"{said} {describe_server(sandbox.server)}")


def _applied(connection: psycopg.Connection[Any], project: TestProject, table: LedgerTable) -> Migrations | None:
    """The project's migrations that the target has; None where it has others, or the project makes its schema so."""
    folder = find_migrations_folder(project.root, project.settings["migrations"])
    if folder is None or "recipe" in project.table:
        return None
    try:
        migrations = read_migrations(folder)
        migrations.raise_errors()
        ledger = read_ledger(connection, table)
    except MigrationError:
        return None
    known = {one.version for one in migrations}
    if not len(ledger) or not known.issuperset(ledger.rows) or any(row.dirty for row in ledger):
        return None
    return replace(migrations, migrations=tuple(one for one in migrations if one.version in ledger))


@contextmanager
def _copied(
    target: Database, connection: psycopg.Connection[Any], project: TestProject, table: LedgerTable
) -> Iterator[SeedSandbox]:
    original = read_original(connection, ((table.schema, table.name),))
    with copied_schema(project, target, original) as found:
        superuser = found.copy.superuser
        with closing(_connected(superuser)) as work:
            how = f"a copy of the schema, without rows, on {describe_server(found.server)}"
            yield SeedSandbox(superuser, work, how)


def _connected(database: EphemeralDatabase) -> psycopg.Connection[Any]:
    return database.connect(autocommit=True, prepare_threshold=None, client_encoding="UTF8", application_name="nself")
