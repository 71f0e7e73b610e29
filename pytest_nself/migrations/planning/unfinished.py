"""What a cut-off run left in the database: looked for where a statement was begun and nobody wrote down its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pytest_nself.core.plan import Seen
from pytest_nself.migrations.ledger import Ledger
from pytest_nself.migrations.migration import Migration, Migrations

from .leftovers import OWN_PATH, Look, path_of
from .resuming import resume
from .transactions import cut

if TYPE_CHECKING:
    import psycopg


def look_after(
    connection: psycopg.Connection[Any], ledger: Ledger, migrations: Migrations
) -> Iterator[tuple[int, tuple[tuple[str, str], ...], Seen]]:
    """For each version that is half-way: rows of a name and a state, and the look itself, to be repeated."""
    from psycopg.rows import tuple_row

    for migration, settings, look in _begun(ledger, migrations):
        schemas = _path(connection, settings)
        if schemas is None:
            continue  # the planner says that it is not known
        query = look(path_of(schemas))
        with connection.transaction(force_rollback=True), connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(query.encode(), prepare=False).fetchall()
        yield migration.version, tuple((str(row[0]), str(row[1])) for row in rows), Seen.of(query, rows)


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
