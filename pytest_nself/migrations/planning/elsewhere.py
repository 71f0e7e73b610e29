"""A database that another tool has migrated: what it has applied must not run again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import Refused
from pytest_nself.migrations.foreign.ledger import MatchBy
from pytest_nself.migrations.foreign.matching import match
from pytest_nself.migrations.foreign.reading import read_foreign
from pytest_nself.migrations.ledger import Ledger
from pytest_nself.migrations.migration import Migrations

if TYPE_CHECKING:
    import psycopg


def check_elsewhere(connection: psycopg.Connection[Any], migrations: Migrations, ledger: Ledger) -> None:
    """Raise Refused if our ledger is empty, and another tool's lists migrations of this folder.

    drizzle's ledger is read, and kept in step, in any case.
    """
    if ledger.rows:
        return
    for theirs in read_foreign(connection, ledger.table):
        if theirs.by in (MatchBy.NOTHING, MatchBy.DRIZZLE) or not theirs.readable:
            continue
        if applied := match(migrations, theirs).applied:
            shown = ", ".join(one.label for one in applied[:3]) + (" …" if len(applied) > 3 else "")
            raise Refused(
                f"{theirs.tool} has applied {len(applied)} of these migrations, and our ledger knows of none.",
                f"{theirs.schema}.{theirs.table} lists {shown}. Now they would run a second time. Nothing was done.",
                f"take over what is there: nself db migrate baseline --from {theirs.tool}",
            )
