"""The worker's committed database, which DATABASE_URL names: given to a test, put back after it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.reset import Kind, ResetJanitor
from pytest_nself.database.written import wal_evidence_available

from .notices import NselfWarning
from .state import failed

if TYPE_CHECKING:
    import psycopg
    import pytest

    from .worker import Worker

ADMIN_DATABASE = "nself_admin"


class Committed:
    """One database with a stable address; nothing is spent on it while nobody connects."""

    def __init__(self, worker: Worker, admin: psycopg.Connection[Any]) -> None:
        self._worker = worker
        self._sandbox = worker.sandbox
        self.name = worker.run.committed_dsn.dbname
        self._janitor: ResetJanitor | None = None
        self._why_no_janitor = ""
        self._admin: psycopg.Connection[Any] | None = None
        self._oid = _oid(admin, self.name)
        self._seen: tuple[str | None, ...] = ("0", "0")

    @property
    def database(self) -> EphemeralDatabase:
        """The database as the app reaches it: over TCP, as the tests' role."""
        return self._sandbox.database(self.name, tcp=True)

    @property
    def visit_columns(self) -> tuple[str, ...]:
        """What any connection of the server can be asked to learn whether somebody was there."""
        return (
            f"pg_catalog.pg_stat_get_db_numbackends({self._oid})",
            f"pg_catalog.pg_stat_get_db_sessions({self._oid})",
        )

    def visited(self, answer: tuple[str | None, ...] | None) -> bool:
        """Whether the answer to `visit_columns` shows somebody who may have written since the last reset."""
        if answer is None:
            return True
        backends = 1 if self._janitor is not None else 0
        return answer != self._seen or int(answer[0] or 0) > backends

    def begin(self) -> EphemeralDatabase:
        """The database, equal to the template."""
        if self._janitor is None and not self._why_no_janitor:
            self._start_janitor()
        self.put_back()
        return self.database

    def end(self, node: pytest.Item) -> None:
        """Put it back after a test; keep it, and take a new one, if the test failed and that is wanted."""
        worker = self._worker
        if worker.keep_failed and failed(node):
            self._keep(node)
            return
        self.put_back()

    def put_back(self) -> bool:
        """Make it equal to the template again; whether anything had been written."""
        if self._janitor is None:
            self._recreate()
            return True
        verdict = self._janitor.touched()
        if verdict.ended:
            sessions = "; ".join(str(session) for session in verdict.ended)
            warnings.warn(
                NselfWarning(f"sessions still in a transaction at the end of the test were ended: {sessions}"),
                stacklevel=2,
            )
        if verdict.kind is not Kind.CLEAN and self._janitor.reset(verdict) is not None:
            self._recreate()
        self._look()
        return verdict.kind is not Kind.CLEAN

    def close(self) -> None:
        """Close our connections."""
        if self._janitor is not None:
            self._janitor.release()
        if self._admin is not None:
            self._admin.close()

    def _connection(self) -> psycopg.Connection[Any]:
        if self._admin is None:
            # Not while connected to template1: two workers doing so would wait for each other.
            elsewhere = self._worker.rollback.database.dsn.dbname
            with self._sandbox.server.connect(elsewhere, options="-c default_transaction_read_only=off") as connection:
                _make_admin_database(connection)
            self._admin = self._sandbox.server.connect(ADMIN_DATABASE)
            self._admin.execute("create extension if not exists pg_walinspect")
        return self._admin

    def _start_janitor(self) -> None:
        if not self._sandbox.server.ours:
            self._why_no_janitor = "on somebody's server nothing is read but our own databases"
            return
        with self._sandbox.admin() as connection:
            self._why_no_janitor = wal_evidence_available(connection) or ""
        if self._why_no_janitor:
            return
        template = EphemeralDatabase(
            self._sandbox.server.dsn_for(self._sandbox.template.name), self._sandbox.server.version
        )
        self._janitor = ResetJanitor(self._sandbox.superuser(self.name), self._connection(), template)
        self._recreate()

    def _recreate(self) -> None:
        if self._janitor is not None:
            self._janitor.release()
        with self._sandbox.admin() as connection:
            self._sandbox.drop_with(connection, self.name)
            self._sandbox.clone_with(connection, self.name)
            self._oid = _oid(connection, self.name)
        if self._janitor is not None:
            self._janitor.baseline()
        self._look()

    def _look(self) -> None:
        columns = ", ".join(f"{column}::text" for column in self.visit_columns)
        if self._admin is not None:
            row = self._admin.execute(f"select {columns}".encode()).fetchone()
            assert row is not None
            self._seen = tuple(row)

    def _keep(self, node: pytest.Item) -> None:
        """Rename the database that the failed test leaves, and make a new one under the stable name."""
        kept = f"{self.name}_kept_{len(self._worker.kept) + 1}"
        if self._janitor is not None:
            self._janitor.release()
        with self._sandbox.admin() as connection:
            self._sandbox.rename_with(connection, self.name, kept)
        self._worker.keep(node.nodeid, self._sandbox.database(kept, tcp=True))
        self._recreate()


def _oid(connection: psycopg.Connection[Any], name: str) -> int:
    row = connection.execute("select oid::int8 from pg_catalog.pg_database where datname = %s", [name]).fetchone()
    assert row is not None
    return int(row[0])


def _make_admin_database(connection: psycopg.Connection[Any]) -> None:
    import psycopg

    exists = connection.execute("select from pg_catalog.pg_database where datname = %s", [ADMIN_DATABASE]).fetchone()
    if exists is None:
        try:
            connection.execute(f"create database {ADMIN_DATABASE} template template1 strategy file_copy")
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            pass  # another worker was faster
