"""sql-migrate: one row per file, by its name."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import TEXT, TIME, MatchBy, Tool

TOOL = Tool(
    name="sql-migrate",
    tables=("gorp_migrations",),
    recognise=lambda found: found.has(id=TEXT, applied_at=TIME),
    rows=lambda found: found.rows(key=found.text("id")),
    by=MatchBy.FILE_NAME,
)
