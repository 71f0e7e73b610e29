"""Database, and EphemeralDatabase: the only kind that may be dropped or cloned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.core.dsn import Dsn

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Database:
    """One database somebody owns.

    `server_version` is PostgreSQL's number (150018 for 15.18). `target` is the environment's name
    (`dev`, `staging`, `production`), or None where there is none.
    """

    dsn: Dsn
    server_version: int
    target: str | None = None

    def connect(self, *, autocommit: bool = False, **options: Any) -> psycopg.Connection[Any]:
        """A new connection; `options` go to psycopg (application_name, connect_timeout in seconds …)."""
        import psycopg

        return psycopg.connect(self.dsn.conninfo(), autocommit=autocommit, **options)


@dataclass(frozen=True, slots=True)
class EphemeralDatabase(Database):
    """A database that we made and may drop: cloning and dropping accept nothing else."""
