"""What a plan must know of a database: its ledger, and how far a migration came that was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytest_nself.core.plan import Seen
from pytest_nself.migrations.foreign.matching import match
from pytest_nself.migrations.foreign.mirror import drizzle_ledger
from pytest_nself.migrations.foreign.reading import read_foreign
from pytest_nself.migrations.ledger import LEDGER, Ledger, LedgerTable, read_ledger
from pytest_nself.migrations.migration import Migration, Migrations

from .alone import Again, Alone
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
    for migration, alone in _begun(ledger, migrations):
        with connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(alone.query.encode(), prepare=False).fetchall()
        found[migration.version] = tuple((str(row[0]), str(row[1])) for row in rows)
        seen.append(Seen.of(alone.query, rows))
    if any(one.drizzle is not None for one in migrations):
        theirs = read_foreign(connection, table, only=("drizzle",))
        seen += [one.seen for one in theirs if one.seen is not None]
        drizzle = drizzle_ledger(migrations, theirs)
        applied = match(migrations, drizzle).applied if drizzle is not None else ()
        elsewhere = frozenset(one.version for one in applied if one.version not in ledger)
        ledger = replace(ledger, drizzle=drizzle, elsewhere=elsewhere)
    return replace(ledger, found=MappingProxyType(found), seen=tuple(seen))


def _begun(ledger: Ledger, migrations: Migrations) -> Iterator[tuple[Migration, Alone]]:
    """The half-way migrations whose statement can be looked after."""
    for migration in migrations:
        row = ledger.rows.get(migration.version)
        if row is None or not row.dirty or row.progress is None or not row.progress.begun:
            continue
        way = migration.way(row.progress.direction)
        parts = cut(way.text, no_transaction=way.no_transaction).parts
        if way.checksum != row.progress.checksum or row.progress.part > len(parts):
            continue  # the planner says that the file was edited
        alone = parts[row.progress.part - 1].alone
        if alone is not None and alone.again is Again.LOOK:
            yield migration, alone
