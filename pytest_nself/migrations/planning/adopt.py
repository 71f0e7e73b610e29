"""Which migrations a populated database holds already: up to a version, or as another tool's ledger says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import ConfigError, Refused
from pytest_nself.core.finding import Findings
from pytest_nself.migrations.foreign.ledger import ForeignLedger, MatchBy
from pytest_nself.migrations.foreign.matching import match
from pytest_nself.migrations.foreign.reading import read_foreign
from pytest_nself.migrations.ledger import Ledger
from pytest_nself.migrations.migration import Migration, Migrations

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a baseline records; `note` says for the log on whose word."""

    migrations: tuple[Migration, ...]
    note: str
    findings: Findings = field(default_factory=Findings)


def chosen_for_baseline(
    connection: psycopg.Connection[Any],
    migrations: Migrations,
    ledger: Ledger,
    *,
    version: int | None = None,
    tool: str | None = None,
) -> Chosen:
    """The migrations up to `version`, or those that the other tool's ledger lists.

    Raises MigrationError for a version without a file, Refused for an empty database, and ConfigError where no ledger,
    or more than one, could be meant.
    """
    if version is not None:
        migrations.named(version)
        _check_populated(connection)
        return Chosen(tuple(one for one in migrations if one.version <= version), f"up to {version}")
    theirs = _the_one(read_foreign(connection, ledger.table), tool)
    adoption = match(migrations, theirs)
    return Chosen(adoption.applied, f"from {theirs.tool}, {theirs.schema}.{theirs.table}", adoption.findings)


def _check_populated(connection: psycopg.Connection[Any]) -> None:
    """An empty database holds nothing that could be adopted."""
    row = connection.execute(
        "select exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_' "
        " and n.nspname not in ('information_schema', 'hdb_catalog'))"
    ).fetchone()
    if row != (True,):
        raise Refused(
            "The database has no tables.",
            "A baseline records migrations without running them: afterwards the tables would be missing for good.",
            "nself db migrate up",
        )


def _the_one(ledgers: tuple[ForeignLedger, ...], tool: str | None) -> ForeignLedger:
    known = [one for one in ledgers if one.by is not MatchBy.NOTHING and one.readable]
    meant = [one for one in known if tool is None or one.tool == tool]
    if len(meant) == 1:
        return meant[0]
    names = ", ".join(f"{one.tool} ({one.schema}.{one.table})" for one in known) or "none"
    unusable = "".join(f" {one.note}" for one in ledgers if one not in known and one.note)
    if meant:
        raise ConfigError(
            "Several tools' ledgers are in the database.",
            f"Found: {names}.{unusable}",
            "say which one counts: nself db migrate baseline --from TOOL",
        )
    raise ConfigError(
        f"No ledger of {tool} is in the database." if tool else "No other tool's ledger is in the database.",
        f"Found: {names}.{unusable}",
        "name the last version that the database holds: nself db migrate baseline VERSION",
    )
