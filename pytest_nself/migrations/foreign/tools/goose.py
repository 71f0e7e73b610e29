"""goose: older releases add a row for each way up and down, so the last row of a version counts. 0 is the start."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import BOOLEAN, NUMBER, Found, MatchBy, Tool


def _rows(found: Found) -> str:
    last = f"(select distinct on (version_id) * from {found.quoted} order by version_id, id desc)"
    version = found.text("version_id")
    return found.rows(
        key=version, version=version, applied="tstamp", relation=last, where="is_applied and version_id <> 0"
    )


TOOL = Tool(
    name="goose",
    tables=("goose_db_version",),
    recognise=lambda found: found.has(id=NUMBER, version_id=NUMBER, is_applied=BOOLEAN),
    rows=_rows,
    by=MatchBy.VERSION,
)
