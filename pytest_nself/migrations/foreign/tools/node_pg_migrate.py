"""node-pg-migrate: one row per file, by its name without the extension."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import NUMBER, TEXT, TIME, MatchBy, Tool

TOOL = Tool(
    name="node-pg-migrate",
    tables=("pgmigrations",),
    recognise=lambda found: found.has(id=NUMBER, name=TEXT, run_on=TIME),
    rows=lambda found: found.rows(key=found.text("name"), applied="run_on"),
    by=MatchBy.FILE_NAME,
)
