"""The history of a database: what its ledger has now, and what the log beside it keeps of what was before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .ledger import LEDGER, LedgerTable, read_ledger
from .migration import label_of

if TYPE_CHECKING:
    import psycopg

_OF_LEDGER = (
    "select l.applied_at, 'applied'::text, l.version, l.name, l.took_ms, l.applied_by, l.tool_version, l.environment,"
    " null::text from {} l where not l.dirty"
)
_OF_LOG = (
    "select nullif(g.done_at, '-infinity'), g.action, g.version, g.name, g.took_ms, g.done_by, g.tool_version,"
    " g.environment, g.note from {} g"
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One thing that was done; `took_ms` is milliseconds, None where nothing ran or nobody measured."""

    done_at: datetime | None
    action: str
    version: int
    name: str | None
    took_ms: int | None = None
    done_by: str | None = None
    tool_version: str | None = None
    environment: str | None = None
    note: str | None = None

    @property
    def label(self) -> str:
        """`7_add_users`, as far as the log knows."""
        return label_of(self.version, self.name)


def read_log(
    connection: psycopg.Connection[Any], table: LedgerTable = LEDGER, *, limit: int | None = None
) -> tuple[LogLine, ...]:
    """The last `limit` lines, oldest first; those of unknown time come first."""
    ledger = read_ledger(connection, table)
    if not ledger.exists:
        return ()
    kept = [_OF_LEDGER.format(table.quoted)] if "applied_at" in ledger.columns else []
    if ledger.log_exists:
        # What was recorded without being run has a line of its own already.
        kept = [
            f"{kept[0]} and not exists (select from {table.quoted_log} r where r.version = l.version"
            " and r.action = 'recorded' and r.done_at >= l.applied_at)",
            _OF_LOG.format(table.quoted_log),
        ]
    if not kept:
        return tuple(LogLine(None, "applied", row.version, None) for row in ledger)[-(limit or 0) :]
    query = f"{' union all '.join(kept)} order by 1 desc nulls last, 2 desc"
    query += f" limit {int(limit)}" if limit else ""
    # Binary, because times as text have the role's DateStyle.
    rows = connection.execute(query.encode(), binary=True).fetchall()
    return tuple(LogLine(*row) for row in reversed(rows))
