"""drizzle: sha256 and `when` of each file; from 1.0 on its folder's name, too. The schema is the project's choice."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import NUMBER, TEXT, Found, MatchBy, Tool

TABLE = "__drizzle_migrations"


def _rows(found: Found) -> str:
    name = found.text("name")
    key = f"coalesce({name}, hash)"
    return found.rows(key=key, version="created_at::text", sha="hash")


TOOL = Tool(
    name="drizzle",
    tables=(TABLE,),
    recognise=lambda found: found.has(id=NUMBER, hash=TEXT, created_at=NUMBER),
    rows=_rows,
    by=MatchBy.DRIZZLE,
)
