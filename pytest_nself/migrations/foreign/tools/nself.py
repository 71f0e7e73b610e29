"""Our own ledger, at another place than the one that is configured now."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import BOOLEAN, NUMBER, TEXT, MatchBy, Tool

TOOL = Tool(
    name="nself",
    tables=("schema_migrations",),
    recognise=lambda found: found.has(version=NUMBER, dirty=BOOLEAN, checksum=TEXT, checksum_algorithm=TEXT),
    rows=lambda found: found.rows(
        key=found.text("version"), version=found.text("version"), dirty="dirty", sha="checksum"
    ),
    by=MatchBy.VERSION,
    note="a ledger of nself at another place than DB_MIGRATION_TABLE names now",
)
