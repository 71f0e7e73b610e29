"""Database, and EphemeralDatabase: the only kind that may be dropped or cloned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.core.dsn import Dsn
from pytest_nself.server.connecting import connect

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Database:
    """One database somebody owns.

    `server_version` is PostgreSQL's number (150018 for 15.18). `target` is the environment's name
    (`dev`, `staging`, `production`), or None where there is none. `on_connect` is SQL that every new connection runs
    before it is handed out.
    """

    dsn: Dsn
    server_version: int
    target: str | None = None
    on_connect: str = ""

    def connect(self, *, autocommit: bool = False, **options: Any) -> psycopg.Connection[Any]:
        """A new connection; `options` go to psycopg (application_name, connect_timeout in seconds …)."""
        connection = connect(self.dsn, **options)
        if self.on_connect:
            connection.execute(self.on_connect.encode())
        if not autocommit:
            connection.autocommit = False
        return connection


@dataclass(frozen=True, slots=True)
class EphemeralDatabase(Database):
    """A database that we made and may drop: cloning and dropping accept nothing else."""
