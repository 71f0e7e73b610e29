"""graphile-migrate: a chain of hashes over its committed files."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import TEXT, Tool

TOOL = Tool(
    name="graphile-migrate",
    tables=("migrations",),
    schema="graphile_migrate",
    recognise=lambda found: found.has(hash=TEXT, previous_hash=TEXT, filename=TEXT),
    rows=lambda found: found.rows(key="filename", sha="hash", applied="date"),
    note="graphile-migrate keeps its files in committed/, with headers and a chain of hashes of its own",
)
