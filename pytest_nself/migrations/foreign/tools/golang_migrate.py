"""golang-migrate: a single row, the highest version; all below it are applied.

The table's shape is that of Hasura, which has its own in `hdb_catalog`.
"""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import BOOLEAN, NUMBER, Found, MatchBy, Tool


def _is(found: Found) -> bool:
    return (
        found.has(version=NUMBER, dirty=BOOLEAN)
        and found.schema != "hdb_catalog"
        and "checksum_algorithm" not in found.columns
    )


TOOL = Tool(
    name="golang-migrate",
    tables=("schema_migrations",),
    recognise=_is,
    rows=lambda found: found.rows(key=found.text("version"), version=found.text("version"), dirty="dirty"),
    by=MatchBy.UP_TO_VERSION,
)
