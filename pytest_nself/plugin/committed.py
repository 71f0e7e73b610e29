"""The worker's committed database, which DATABASE_URL names: given to a test, put back after it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.mark import mark

from .notices import NselfWarning
from .state import failed

if TYPE_CHECKING:
    import psycopg
    import pytest

    from pytest_nself.database.reset import ResetJanitor

    from .worker import Worker

ADMIN_DATABASE = "nself_admin"


class Committed:
    """One database with a stable address; nothing is spent on it while nobody connects."""

    def __init__(self, worker: Worker, admin: psycopg.Connection[Any]) -> None:
        self._worker = worker
        self._sandbox = worker.sandbox
        self.name = worker.run.committed_dsn.dbname
        self._janitor: ResetJanitor | None = None
        self._admin: psycopg.Connection[Any] | None = None
        self._opened = False
        self._due = False
        self._clean_after = -1
        self._settle(admin)

    def _settle(self, admin: psycopg.Connection[Any]) -> None:
        """Remember the moment in which the database was equal to its template."""
        self._oid, self._sessions = _oid_and_sessions(admin, self.name)
        self._company = False
        self._since = mark(admin)

    @property
    def database(self) -> EphemeralDatabase:
        """The database as the app reaches it: over TCP, as the tests' role."""
        return self._sandbox.database(self.name, tcp=True)

    @property
    def visit_columns(self) -> tuple[str, ...]:
        """What any connection of the server can be asked to learn whether somebody came.

        A session counts before its client can send a statement. How many are connected would cost ten times as much.
        """
        return (f"pg_catalog.pg_stat_get_db_sessions({self._oid})",)

    def visited(self, answer: tuple[str | None, ...] | None) -> bool:
        """Whether somebody may have written since the last look: was connected then, or came since."""
        return answer is None or self._company or answer[0] != self._sessions

    def somebody_came(self) -> bool:
        """Whether somebody is connected, or was since the last look; asked when a test has failed."""
        if self._company:
            return True
        with self._sandbox.admin() as connection:
            return _oid_and_sessions(connection, self.name)[1] != self._sessions

    def begin(self) -> EphemeralDatabase:
        """The database, equal to the template."""
        if self._clean_after != self._worker.run.turn - 1:
            # Between this test and the last look others had their turn, which may have used the app.
            self.put_back()
        self._worker.mark_log()
        return self.database

    def end(self, node: pytest.Item) -> None:
        """After a test it is to be put back; kept, and a new one taken, if the test failed and that is wanted."""
        if self._worker.keep_failed and failed(node):
            self._keep(node)
        else:
            self._due = True

    def after_teardown(self) -> None:
        """All fixtures of the test have ended, also those that ended after ours and may have used the app."""
        if self._due:
            self._due = False
            self.put_back()
            self._clean_after = self._worker.run.turn

    def put_back(self) -> bool:
        """Make it equal to the template again; whether anything had been written."""
        self._open()
        if self._janitor is None:
            # A visit is no proof of a write. On a server where no proof can be had it is taken for one all the same.
            return self._recreate_if_visited() and self._opened
        verdict = self._janitor.touched()
        written = verdict.kind != "clean"
        if verdict.ended:
            sessions = "; ".join(str(session) for session in verdict.ended)
            warnings.warn(
                NselfWarning(f"sessions still in a transaction at the end of the test were ended: {sessions}"),
                stacklevel=2,
            )
        if written and self._janitor.reset(verdict) is not None:
            self._recreate()
        else:
            seen = self._janitor.seen
            self._sessions, self._company = str(seen.sessions), seen.backends > 1
        return written

    def close(self) -> None:
        """Close our connections."""
        if self._janitor is not None:
            self._janitor.release()
        if self._admin is not None:
            self._admin.close()

    def _open(self) -> None:
        """The first time that somebody may have been there: find out how we can see what he wrote."""
        if self._opened:
            return
        from pytest_nself.database.reset import ResetJanitor
        from pytest_nself.database.written import wal_evidence_available

        server = self._sandbox.server
        if not server.ours:
            # On somebody's server we look at nothing but our own databases; a visited one is made anew.
            self._admin = server.connect(server.dsn.dbname)
            self._opened = True
            return
        # Not while connected to template1: two workers doing so would wait for each other.
        elsewhere = self._worker.rollback.database.dsn.dbname
        with server.connect(elsewhere, options="-c default_transaction_read_only=off") as connection:
            made = _make_admin_database(connection)
        if not made:
            # Some test holds a connection to template1. For this time without evidence; the next look tries again.
            self._admin = self._admin or server.connect(elsewhere)
            return
        if self._admin is not None:
            self._admin.close()
        self._admin = server.connect(ADMIN_DATABASE)
        self._opened = True
        if wal_evidence_available(self._admin) is None:
            template = self._sandbox.superuser(self._sandbox.template.name)
            self._janitor = ResetJanitor(self._sandbox.superuser(self.name), self._admin, template)
            self._janitor.baseline(self._since)

    def _recreate_if_visited(self) -> bool:
        assert self._admin is not None
        _, sessions = _oid_and_sessions(self._admin, self.name)
        if sessions == self._sessions and not self._company:
            return False
        self._recreate()
        return True

    def _recreate(self) -> None:
        if self._janitor is not None:
            self._janitor.release()
        with self._sandbox.admin() as connection:
            self._sandbox.drop_with(connection, self.name)
            self._sandbox.clone_with(connection, self.name)
            self._settle(connection)
        self._worker.rollback.ask(self.visit_columns)
        if self._janitor is not None:
            self._janitor.baseline()

    def _keep(self, node: pytest.Item) -> None:
        """Rename the database that the failed test leaves, and make a new one under the stable name."""
        kept = f"{self.name}_kept_{len(self._worker.kept) + 1}"
        self._open()
        if self._janitor is not None:
            self._janitor.release()
        with self._sandbox.admin() as connection:
            self._sandbox.rename_with(connection, self.name, kept)
        self._worker.keep(node.nodeid, self._sandbox.database(kept, tcp=True))
        self._recreate()


def _oid_and_sessions(connection: psycopg.Connection[Any], name: str) -> tuple[int, str]:
    row = connection.execute(
        "select oid::int8, pg_catalog.pg_stat_get_db_sessions(oid)::pg_catalog.text "
        "from pg_catalog.pg_database where datname = %s",
        [name],
    ).fetchone()
    assert row is not None
    return int(row[0]), str(row[1])


def _make_admin_database(connection: psycopg.Connection[Any]) -> bool:
    import psycopg

    exists = connection.execute("select from pg_catalog.pg_database where datname = %s", [ADMIN_DATABASE]).fetchone()
    if exists is None:
        try:
            connection.execute(f"create database {ADMIN_DATABASE} template template1 strategy file_copy")
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            pass  # another worker was faster
        except psycopg.errors.ObjectInUse:
            return False
    return True
