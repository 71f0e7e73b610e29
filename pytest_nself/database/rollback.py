"""A test inside a transaction that is never committed: one kept connection per worker, given back clean."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors, pq

from pytest_nself.core.errors import IsolationError

from . import rollback_sql as sql
from .emulation import AsyncRollbackConnection, RollbackConnection
from .rollback_end import ACTIVE, CallCheck, answers, busy, commit_for_real, quiet
from .rollback_outer import Link, Outer
from .rollback_state import GOOD_RESULTS, IDLE, INERROR, OK, Emulation, Facts, Watch, collect, exec_, outside_rollback

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

    from .database import Database

_END = sql.ROLL_BACK_TO + b"; rollback; " + sql.RESET
_NOTE = "raised by the check of deferred constraints at the end of the test: a real commit would have failed like this"


class RollbackSession:
    """One kept server connection; per test, fresh psycopg connections around it inside a transaction rolled back after.

    `function_settings` names settings that functions of the database set locally (text cannot show them);
    `extra_columns` is an SQL select list that check() asks for along the way, each column's text going to
    `CallCheck.extra`. Nothing connects before the first begin(). Not thread-safe, as a PGconn is not.
    """

    def __init__(
        self, database: Database, *, function_settings: Sequence[str] = (), extra_columns: Sequence[str] = ()
    ) -> None:
        self.database = database
        self._function_settings = tuple(name.lower() for name in function_settings)
        self.ask(extra_columns)
        self._pgconn: PGconn | None = None
        self._facts = Facts((), "")
        self._finished: PGconn | None = None
        self._outer = Outer()
        self._emulation: Emulation | None = None
        self._watch: Watch | None = None
        self._sync: RollbackConnection | None = None
        self._async: AsyncRollbackConnection | None = None
        self._spent = False
        self._ending = False  # a rollback was sent whose answer is not read yet

    def ask(self, extra_columns: Sequence[str]) -> None:
        """From now on check() asks for these extra columns."""
        self._extra_columns = tuple(extra_columns)
        columns = ", ".join(["pg_catalog.pg_current_xact_id_if_assigned() is not null", *self._extra_columns])
        self._question = sql.IDENTITY + f", {columns}".encode()

    @property
    def backend_pid(self) -> int | None:
        """The process id of the kept connection's server process, or None without a connection."""
        return self._pgconn.backend_pid if self._pgconn is not None and self._pgconn.status == OK else None

    def begin(self) -> RollbackConnection:
        """The test's connection: fresh for each test, the same one until end().

        The server's transaction begins at the first statement. Connects when there is no living connection.
        """
        if self._sync is None:
            self._sync = RollbackConnection(self._living())._join(*self._current())
        return self._sync

    def begin_async(self) -> AsyncRollbackConnection:
        """As begin(), an AsyncConnection; in the same transaction when a test asks for both. Binds no event loop."""
        if self._async is None:
            self._async = AsyncRollbackConnection(self._living())._join(*self._current())
        return self._async

    def beside(self) -> RollbackConnection:
        """Another connection object in the test's transaction, for what is none of the test's statements.

        Row and cursor factories that the test sets on its own are not there; the types that it has registered are.
        """
        test = self._sync or self._async or self.begin()
        connection = quiet(self._living())._join(*self._current())
        connection._adapters = test.adapters
        return connection

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is sent in this block is none of the test's statements, and not its last one."""
        emulation, _ = self._current()
        last = emulation.last
        try:
            yield
        finally:
            emulation.last, emulation.aside = last, True

    def stand_on(self, links: Sequence[Link], max_age_s: float) -> list[Any] | None:
        """Let the test, which has its connection but executed nothing, begin with these rows; what each load gave.

        What the session's transaction holds of them already is not loaded again, unless the transaction is older than
        `max_age_s`: now() is of its beginning. It stays open after the test for the next that stands on the same.
        None when the test has executed something: then nothing is done. Whatever a load raises; all is rolled back
        then.
        """
        emulation, _ = self._current()
        if not emulation.untouched:
            return None
        outer = self._outer
        # A test that adds links to its own keeps those, however long the first took to load.
        common = outer.common(links, float("inf") if emulation.shares else max_age_s)
        if not common or common < max(len(links), len(outer.keys)):
            emulation.begun = emulation.shares = False
            self._load(links, common)
        emulation.stand()
        return list(outer.values)

    @property
    def untouched(self) -> bool:
        """Whether the present test, if there is one, has executed nothing yet."""
        return self._emulation is None or self._emulation.untouched

    @property
    def outer_age_s(self) -> float:
        """How old the transaction of the present test was kept to be: 0 for a test that stands on no links."""
        return self._outer.age_s() if self._emulation is not None and self._emulation.shares else 0.0

    def let_go(self) -> None:
        """Between tests: end the transaction that is kept open, so that nobody waits for its rows."""
        if self._emulation is not None or not self._outer.keys:
            return
        pgconn = self._pgconn
        if pgconn is None or (self._ending and not self._ended()) or pgconn.status != OK:
            self._drop()
            return
        pgconn.exec_(b"rollback")
        self._outer.forget()

    def check(self) -> CallCheck:
        """Ask, at the end of a passing test's call phase, what a rollback would hide. Changes nothing.

        Where nothing can come of it but the answer, it is not awaited: not if the database has no deferrable
        constraints and no text of the test could have ended the transaction. Raises IsolationError when the test did
        what emulation cannot, also if the code under test swallowed the first report of it; and psycopg's error of a
        violated deferred constraint, with a note.
        """
        emulation, pgconn = self._emulation, self._pgconn
        if emulation is None or pgconn is None:
            return CallCheck(None)
        emulation.settle()
        if emulation.error is not None:
            raise emulation.error
        emulation.answer = (emulation.begun, None)
        if pgconn.status != OK or busy(emulation):
            return CallCheck(emulation)
        if pgconn.transaction_status == INERROR:
            self._check_aborted(emulation, pgconn)
        elif emulation.begun and (emulation.deferrable or emulation.doubtful):
            self._check_standing(emulation, pgconn)
        else:
            emulation.ask(self._question)
        if emulation.error is not None:
            raise emulation.error
        return CallCheck(emulation)

    def end(self) -> bool:
        """Roll back all the test did and close its connections. False: the database is not as it was before the test.

        False when the test ended the server's transaction, so that a part of it may be committed; the caller takes a
        fresh database. Without an executed statement nothing is sent. After a check() with nothing sent since, the
        rollback is not awaited: the next begin() reads its answer.
        """
        emulation, pgconn = self._emulation, self._pgconn
        if emulation is None:
            return True
        emulation.settle()
        in_use = busy(emulation)
        self._detach()
        if pgconn is None or pgconn.status != OK:
            return not emulation.lost
        if in_use:
            self._drop()
            return not emulation.lost
        if not emulation.begun and pgconn.transaction_status == IDLE:
            return True
        outer, message = self._outer, _END
        # A test that executed nothing psycopg knows of may still have written into what is kept open.
        if outer.keys and outer.lasts and (emulation.shares or not emulation.begun):
            message = outer.end_of_test
        else:
            outer.forget()
        if emulation.intact and not emulation.lost:
            pgconn.send_query(message)
            pgconn.flush()
            self._ending = True
            return True
        if pgconn.exec_(message).status in GOOD_RESULTS and not emulation.lost:
            return True
        outer.forget()
        if pgconn.status == OK:
            exec_(pgconn, b"rollback; " + sql.RESET)
            return False
        return not emulation.lost

    def last_query(self, admin_connection: psycopg.Connection[Any]) -> str:
        """The last statement of the test, also of an aborted transaction or a broken connection; "" without one.

        The server is asked through `admin_connection`; where it cut the text (track_activity_query_size) or shows a
        statement of ours, what was sent last counts.
        """
        emulation = self._emulation
        sent = emulation.last.decode("utf-8", "replace") if emulation is not None else ""
        if not sent:
            return ""  # the server would show what this session itself asked when it connected
        row = admin_connection.execute(
            "select query from pg_catalog.pg_stat_activity where pid = %s", [self.backend_pid or 0]
        ).fetchone()
        seen = str(row[0]) if row is not None and row[0] is not None else ""
        ours = "nself_commit" in seen or "nself.kept_" in seen or seen.lower() in ("", "deallocate all")
        ours = ours or (emulation is not None and emulation.aside)
        return sent if ours or sent.startswith(seen) else seen

    def keep(self) -> bool:
        """Commit a failed test's last good state, so that the database can be inspected. The session is spent then.

        Everything up to now when the transaction stands and its deferred constraints hold, else what the last emulated
        commit left. False when there was nothing to keep.
        """
        emulation, pgconn = self._emulation, self._pgconn
        self._spent = True
        kept = False
        if emulation is not None and pgconn is not None and emulation.begun:
            emulation.settle()
            kept = not busy(emulation) and commit_for_real(pgconn)
        self.close()
        return kept

    def close(self) -> None:
        """Close the test's connections and the kept one; the server rolls back what is open."""
        self._detach()
        self._drop()

    def _current(self) -> tuple[Emulation, Watch]:
        if self._emulation is None or self._watch is None:
            assert self._pgconn is not None
            self._emulation = Emulation(self._pgconn, self._facts, self._outer)
            self._watch = Watch(self._emulation)
        return self._emulation, self._watch

    def _living(self) -> PGconn:
        if self._emulation is not None and self._pgconn is not None:
            return self._pgconn
        if self._spent:
            raise IsolationError(
                "This database keeps the state of a failed test.",
                "A rollback session cannot go on after keep().",
                "take a fresh database and a new session",
            )
        if self._ending and not self._ended():
            self._spent = True
            raise outside_rollback(
                "the end of its transaction",
                "A former test ended the transaction that was to be rolled back, past psycopg, after its check.",
            )
        if self._pgconn is not None and not answers(self._pgconn):
            self._drop()
        if self._pgconn is None:
            self._pgconn = self._connect()
        return self._pgconn

    def _ended(self) -> bool:
        """Read the answer to the rollback of the test before; False when there was nothing to roll back."""
        self._ending = False
        if self._pgconn is None:
            return True
        result = collect(self._pgconn)
        if result is not None and result.status in GOOD_RESULTS:
            return True
        self._outer.forget()
        return result is None or self._pgconn.status != OK

    def _connect(self) -> PGconn:
        options = self.database.dsn.options.get("options", "")
        connection = self.database.connect(
            autocommit=True, options=f"{options} -c default_transaction_read_only=off".strip()
        )
        pgconn, connection.pgconn = connection.pgconn, self._closed_pgconn()
        modes = exec_(pgconn, sql.MODES).get_value(0, 0) or b""
        self._facts = Facts(self._function_settings, modes.decode())
        return pgconn

    def _closed_pgconn(self) -> PGconn:
        if self._finished is None:
            self._finished = pq.PGconn.connect_start(b"host=/nonexistent")
            self._finished.finish()
        return self._finished

    def _detach(self) -> None:
        emulation, self._emulation, self._sync, self._async = self._emulation, None, None, None
        if emulation is not None:
            closed = self._closed_pgconn()
            for face in emulation.faces:
                face._detach(closed)
            # Without a cycle the objects of a test go at once, and the garbage collector has nothing to find.
            emulation.faces.clear()
            emulation.pgconn = closed
            self._watch = None

    def _drop(self) -> None:
        if self._ending:
            self._ended()
        pgconn, self._pgconn = self._pgconn, None
        self._outer.forget()
        if pgconn is None:
            return
        if pgconn.status == OK and pgconn.transaction_status == ACTIVE:
            # Else the server would go on with the query, and hold its locks, until it notices.
            try:
                pgconn.get_cancel().cancel()
            except psycopg.Error:
                pass
        pgconn.finish()

    def _load(self, links: Sequence[Link], common: int) -> None:
        """Make the transaction hold `links` and nothing else; the first `common` are there."""
        pgconn, outer = self._pgconn, self._outer
        assert pgconn is not None
        # A connection of its own: the test's does not see these statements, nor do they see its adapters.
        loading = Emulation(pgconn, self._facts, outer)
        connection = quiet(pgconn)._join(loading, Watch(loading))
        connection.prepare_threshold = None
        try:
            if common:
                exec_(pgconn, outer.cut(common))
                loading.stand()
            else:
                began_s = time.monotonic()
                loading.begin()
                outer.starts(loading.identity, began_s)
            for link in links[common:]:
                value = link.load(connection, tuple(outer.values))
                connection.commit()
                exec_(pgconn, outer.add(link, value))
            self._judge(loading, pgconn)
        except BaseException:
            self._spent = self._spent or loading.lost
            outer.forget()
            if pgconn.status == OK and pgconn.transaction_status == ACTIVE:
                self._drop()  # interrupted: a rollback would wait for the end of the query
            elif pgconn.status == OK:
                pgconn.exec_(b"rollback")
            raise
        finally:
            connection._detach(self._closed_pgconn())
            loading.faces.clear()

    def _judge(self, loading: Emulation, pgconn: PGconn) -> None:
        """See that the loaded rows are in the transaction that began with them, and whether tests can share them."""
        if loading.error is not None:
            raise loading.error
        answer = exec_(pgconn, sql.LOADED)
        if answer.get_value(0, 0) != self._outer.identity:
            raise loading.lose()
        self._outer.lasts = answer.get_value(0, 1) == b"t"
        self._outer.modes = answer.get_value(0, 2) or b""
        if self._outer.lasts:
            exec_(pgconn, sql.RESET)

    def _check_standing(self, emulation: Emulation, pgconn: PGconn) -> None:
        deferred = sql.CHECK_DEFERRED + b"; " if emulation.deferrable else b""
        try:
            emulation.read(exec_(pgconn, deferred + self._question))
        except psycopg.Error as violation:
            if pgconn.status == OK:
                exec_(pgconn, sql.LEAVE_CHECK)
            violation.add_note(_NOTE)
            raise

    def _check_aborted(self, emulation: Emulation, pgconn: PGconn) -> None:
        # The only way on from here is a rollback, so doing it takes nothing away; but a block that a fixture
        # holds open goes back to a savepoint of its own.
        if any(face._num_transactions for face in emulation.faces):
            emulation.answer = (False, None)
            return
        try:
            emulation.read(exec_(pgconn, sql.ROLL_BACK_TO + b"; " + self._question))
        except errors.InvalidSavepointSpecification as missing:
            raise emulation.lose() from missing
