"""Alembic: the current revisions, one row per branch."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import TEXT, Found, Tool


def _is(found: Found) -> bool:
    return found.has(version_num=TEXT) and len(found.columns) == 1


TOOL = Tool(
    name="alembic",
    tables=("alembic_version",),
    recognise=_is,
    rows=lambda found: found.rows(key=found.text("version_num")),
    note="Alembic keeps the revision that the database stands at; its migrations are Python files",
)
