"""Supabase: one row per version, with the statements that were sent."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import ARRAY, TEXT, MatchBy, Tool

TOOL = Tool(
    name="supabase",
    tables=("schema_migrations",),
    recognise=lambda found: found.has(version=TEXT, statements=ARRAY),
    rows=lambda found: found.rows(key=found.text("version"), version=found.text("version")),
    by=MatchBy.VERSION,
)
