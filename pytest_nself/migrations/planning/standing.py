"""What a plan must know of a database: its ledger, and how far a migration came that was cut off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytest_nself.core.plan import Seen
from pytest_nself.migrations.foreign.matching import match
from pytest_nself.migrations.foreign.mirror import drizzle_ledger
from pytest_nself.migrations.foreign.reading import read_foreign
from pytest_nself.migrations.ledger import LEDGER, Ledger, LedgerTable, read_ledger
from pytest_nself.migrations.migration import Migration, Migrations

from .leftovers import OWN_PATH, Look, path_of
from .resuming import resume
from .transactions import cut

if TYPE_CHECKING:
    import psycopg


def read_standing(connection: psycopg.Connection[Any], migrations: Migrations, table: LedgerTable = LEDGER) -> Ledger:
    """The ledger, with what is found of statements that were begun and whose end nobody wrote down.

    For a folder of drizzle's also drizzle's own ledger.
    """
    from psycopg.rows import tuple_row

    ledger = read_ledger(connection, table)
    found, seen = dict(ledger.found), list(ledger.seen)
    for migration, settings, look in _begun(ledger, migrations):
        schemas = _path(connection, settings)
        if schemas is None:
            continue  # the planner says that it is not known
        query = look(path_of(schemas))
        with connection.transaction(force_rollback=True), connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(query.encode(), prepare=False).fetchall()
        found[migration.version] = tuple((str(row[0]), str(row[1])) for row in rows)
        seen.append(Seen.of(query, rows))
    if any(one.drizzle is not None for one in migrations):
        theirs = read_foreign(connection, table, only=("drizzle",))
        seen += [one.seen for one in theirs if one.seen is not None]
        drizzle = drizzle_ledger(migrations, theirs)
        applied = match(migrations, drizzle).applied if drizzle is not None else ()
        elsewhere = frozenset(one.version for one in applied if one.version not in ledger)
        ledger = replace(ledger, drizzle=drizzle, elsewhere=elsewhere)
    return replace(ledger, found=MappingProxyType(found), seen=tuple(seen))


def _begun(ledger: Ledger, migrations: Migrations) -> Iterator[tuple[Migration, tuple[str, ...], Look]]:
    """The half-way migrations whose statement can be looked after, and what the file sets for it."""
    for migration in migrations:
        row = ledger.rows.get(migration.version)
        if row is None or not row.dirty or row.progress is None or not (row.progress.begun or row.progress.refused):
            continue
        way = migration.way(row.progress.direction)
        resumed = resume(row.progress, way, cut(way.text, no_transaction=way.no_transaction).parts)
        if resumed is None:
            continue  # the planner says that the file was edited
        parts, number = resumed
        if number > len(parts):
            continue  # what was refused is gone from the file
        part = parts[number - 1]
        if part.alone is not None and part.alone.look is not None:
            yield migration, tuple(way.text[one.start : one.end] for one in part.session), part.alone.look


def _path(connection: psycopg.Connection[Any], settings: Sequence[str]) -> tuple[str, ...] | None:
    """The schemas in which a session with these settings looks for names; None if the server refuses a setting."""
    import psycopg
    from psycopg.rows import tuple_row

    try:
        with connection.transaction(force_rollback=True), connection.cursor(row_factory=tuple_row) as cursor:
            for text in settings:
                cursor.execute(text.encode(), prepare=False)
            rows = cursor.execute(f"select p::text from pg_catalog.unnest({OWN_PATH}) p".encode(), prepare=False)
            return tuple(str(row[0]) for row in rows.fetchall())
    except psycopg.Error:
        if connection.closed:
            raise
        return None
