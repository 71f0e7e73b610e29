"""Flyway: one row per run; versions may have parts (`1.2`), repeatable scripts have none."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import BOOLEAN, NUMBER, TEXT, Tool

TOOL = Tool(
    name="flyway",
    tables=("flyway_schema_history",),
    recognise=lambda found: found.has(installed_rank=NUMBER, version=TEXT, script=TEXT, success=BOOLEAN),
    rows=lambda found: found.rows(
        key="script", version="version", dirty="not success", sha=found.text("checksum"), applied="installed_on"
    ),
    note="Flyway names its files in a way of its own (V1__name.sql), and its versions may have parts",
)
