"""dbmate: one column, one row per version. Rails has the same table, and a second one beside it."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import TEXT, Found, MatchBy, Tool


def _is(found: Found) -> bool:
    only_version = found.has(version=TEXT) and len(found.columns) == 1
    return only_version and "ar_internal_metadata" not in found.beside


TOOL = Tool(
    name="dbmate",
    tables=("schema_migrations",),
    recognise=_is,
    rows=lambda found: found.rows(key=found.text("version"), version=found.text("version")),
    by=MatchBy.VERSION,
)
