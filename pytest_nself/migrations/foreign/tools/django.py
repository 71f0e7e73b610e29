"""Django: one row per app and migration."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import TEXT, Tool

TOOL = Tool(
    name="django",
    tables=("django_migrations",),
    recognise=lambda found: found.has(app=TEXT, name=TEXT),
    rows=lambda found: found.rows(key="app || '.' || name", applied="applied"),
    note="Django's migrations are Python files",
)
