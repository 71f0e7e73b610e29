"""The log beside the ledger: everything that was applied, taken back or recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .ledger import LEDGER, LedgerTable, read_ledger

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class LogLine:
    """One thing that was done; `took_ms` is milliseconds, None where nothing ran or nobody measured."""

    done_at: datetime | None
    action: str
    version: int
    name: str | None
    took_ms: int | None
    done_by: str | None
    tool_version: str | None
    environment: str | None
    note: str | None = None

    @property
    def label(self) -> str:
        """`7_add_users`, as far as the log knows."""
        return f"{self.version}_{self.name}" if self.name else str(self.version)


def read_log(
    connection: psycopg.Connection[Any], table: LedgerTable = LEDGER, *, limit: int | None = None
) -> tuple[LogLine, ...]:
    """The last `limit` lines, oldest first; from the ledger's rows where there is no log."""
    ledger = read_ledger(connection, table)
    if not ledger.log_exists:
        lines = [
            LogLine(
                row.applied_at,
                "applied",
                row.version,
                row.name,
                row.took_ms,
                row.applied_by,
                None,
                row.environment,
                None,
            )
            for row in ledger
        ]
        return tuple(lines[-limit:] if limit else lines)
    rows = connection.execute(
        "select done_at, action, version, name, took_ms, done_by, tool_version, environment, note"
        f" from {table.quoted_log} order by id desc{f' limit {int(limit)}' if limit else ''}".encode()
    ).fetchall()
    return tuple(LogLine(*row) for row in reversed(rows))
