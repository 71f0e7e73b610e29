"""yoyo: one row per migration."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import TEXT, Tool

TOOL = Tool(
    name="yoyo",
    tables=("_yoyo_migration",),
    recognise=lambda found: found.has(migration_hash=TEXT, migration_id=TEXT),
    rows=lambda found: found.rows(key=found.text("migration_id"), sha="migration_hash", applied=""),
    note="yoyo orders its migrations by what each says it depends on, not by number",
)
