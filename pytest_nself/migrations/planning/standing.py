"""What a plan must know of a database: its ledger, how far a cut-off migration came, and what drizzle has applied."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytest_nself.migrations.ledger import LEDGER, Ledger, LedgerTable, read_ledger
from pytest_nself.migrations.migration import Migrations

if TYPE_CHECKING:
    import psycopg


def read_standing(connection: psycopg.Connection[Any], migrations: Migrations, table: LedgerTable = LEDGER) -> Ledger:
    """The ledger, with what is found of statements that were begun and whose end nobody wrote down.

    For a folder of drizzle's also drizzle's own ledger.
    """
    ledger = read_ledger(connection, table)
    # Both are rare, and what reads them is not loaded for nothing.
    if any(row.dirty for row in ledger.rows.values()):
        ledger = _with_unfinished(connection, ledger, migrations)
    if any(one.drizzle is not None for one in migrations):
        ledger = _with_drizzle(connection, ledger, migrations)
    return ledger


def _with_unfinished(connection: psycopg.Connection[Any], ledger: Ledger, migrations: Migrations) -> Ledger:
    from .unfinished import look_after

    looks = list(look_after(connection, ledger, migrations))
    found = {version: rows for version, rows, _ in looks}
    return replace(ledger, found=MappingProxyType(found), seen=(*ledger.seen, *(seen for _, _, seen in looks)))


def _with_drizzle(connection: psycopg.Connection[Any], ledger: Ledger, migrations: Migrations) -> Ledger:
    from pytest_nself.migrations.foreign.matching import match
    from pytest_nself.migrations.foreign.mirror import drizzle_ledger
    from pytest_nself.migrations.foreign.reading import read_foreign

    theirs = read_foreign(connection, ledger.table, only=("drizzle",))
    drizzle = drizzle_ledger(migrations, theirs)
    applied = match(migrations, drizzle).applied if drizzle is not None else ()
    elsewhere = frozenset(one.version for one in applied if one.version not in ledger)
    seen = (*ledger.seen, *(one.seen for one in theirs if one.seen is not None))
    return replace(ledger, drizzle=drizzle, elsewhere=elsewhere, seen=seen)
