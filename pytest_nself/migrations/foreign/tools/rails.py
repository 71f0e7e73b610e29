"""Rails: dbmate's table, with `ar_internal_metadata` beside it."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import TEXT, Found, MatchBy, Tool


def _is(found: Found) -> bool:
    return found.has(version=TEXT) and len(found.columns) == 1 and "ar_internal_metadata" in found.beside


TOOL = Tool(
    name="rails",
    tables=("schema_migrations",),
    beside="ar_internal_metadata",
    recognise=_is,
    rows=lambda found: found.rows(key=found.text("version"), version=found.text("version")),
    by=MatchBy.VERSION,
)
