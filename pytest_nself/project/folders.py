"""Where a project keeps things."""

from __future__ import annotations

MIGRATIONS = (
    "migrations",
    "nself/migrations",
    "hasura/migrations/default",
    "hasura/migrations",
    "database/migrations",
    "postgres/migrations",
    "db/migrations",
    "drizzle/migrations",
    "drizzle",
)
"""Folders that may hold the migrations, below the project's root."""
