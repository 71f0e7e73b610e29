"""Prisma: one row per try. Without an end it failed; one that was rolled back does not count."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import TEXT, TIME, MatchBy, Tool

TOOL = Tool(
    name="prisma",
    tables=("_prisma_migrations",),
    recognise=lambda found: found.has(migration_name=TEXT, checksum=TEXT, finished_at=TIME, rolled_back_at=TIME),
    rows=lambda found: found.rows(
        key=found.text("migration_name"),
        dirty="finished_at is null",
        sha="checksum",
        applied="finished_at",
        where="rolled_back_at is null",
    ),
    by=MatchBy.FILE_NAME,
)
