"""knex: one row per file."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import NUMBER, TEXT, Tool

TOOL = Tool(
    name="knex",
    tables=("knex_migrations",),
    recognise=lambda found: found.has(name=TEXT, batch=NUMBER),
    rows=lambda found: found.rows(key=found.text("name"), applied="migration_time"),
    note="knex's migrations are JavaScript files",
)
