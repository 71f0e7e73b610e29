"""Hasura, config v1 and v2. It is also where our own ledger is by default, and then nobody asks here."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import BOOLEAN, NUMBER, Found, MatchBy, Tool


def _is(found: Found) -> bool:
    return found.has(version=NUMBER, dirty=BOOLEAN) and "checksum_algorithm" not in found.columns


TOOL = Tool(
    name="hasura",
    tables=("schema_migrations",),
    schema="hdb_catalog",
    recognise=_is,
    rows=lambda found: found.rows(key=found.text("version"), version=found.text("version"), dirty="dirty"),
    by=MatchBy.VERSION,
)
