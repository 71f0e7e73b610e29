"""A test inside a transaction that is never committed: one kept connection per worker, given back clean."""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors, pq

from pytest_nself.core.errors import IsolationError

from . import rollback_sql as sql
from .emulation import AsyncRollbackConnection, RollbackConnection
from .rollback_state import GOOD_RESULTS, IDLE, INERROR, OK, Emulation, Facts, Watch, collect, exec_, outside_rollback

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

    from .database import Database

_ACTIVE = pq.TransactionStatus.ACTIVE
_END = sql.ROLL_BACK_TO + b"; rollback; " + sql.RESET
_NOTE = "raised by the check of deferred constraints at the end of the test: a real commit would have failed like this"


class CallCheck:
    """What the server says at the end of a test's call phase. Its answer is awaited when an attribute is read, or by
    the next use of the connection: read it as late as possible, in teardown."""

    __slots__ = ("_emulation",)

    def __init__(self, emulation: Emulation | None) -> None:
        self._emulation = emulation

    def __repr__(self) -> str:
        return f"CallCheck(wrote={self.wrote}, extra={self.extra})"

    @property
    def wrote(self) -> bool:
        """Whether the test changed something in its transaction."""
        return self._answer()[0]

    @property
    def extra(self) -> tuple[str | None, ...] | None:
        """The texts of the extra columns, or None when the server could not be asked.

        That is: a broken connection, or an aborted transaction inside a block that stands open.
        """
        return self._answer()[1]

    def _answer(self) -> tuple[bool, tuple[str | None, ...] | None]:
        if self._emulation is None:
            return False, None
        self._emulation.settle()
        return self._emulation.answer


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
        if pgconn.status != OK or _busy(emulation):
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
        busy = _busy(emulation)
        self._detach()
        if pgconn is None or pgconn.status != OK:
            return not emulation.lost
        if busy:
            self._drop()
            return not emulation.lost
        if not emulation.begun and pgconn.transaction_status == IDLE:
            return True
        if emulation.intact and not emulation.lost:
            pgconn.send_query(_END)
            pgconn.flush()
            self._ending = True
            return True
        if pgconn.exec_(_END).status in GOOD_RESULTS:
            return True
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
            kept = not _busy(emulation) and _commit_for_real(pgconn)
        self.close()
        return kept

    def close(self) -> None:
        """Close the test's connections and the kept one; the server rolls back what is open."""
        self._detach()
        self._drop()

    def _current(self) -> tuple[Emulation, Watch]:
        if self._emulation is None or self._watch is None:
            assert self._pgconn is not None
            self._emulation = Emulation(self._pgconn, self._facts)
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
        if self._pgconn is not None and not _answers(self._pgconn):
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
        return result is None or result.status in GOOD_RESULTS or self._pgconn.status != OK

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
        if pgconn is None:
            return
        if pgconn.status == OK and pgconn.transaction_status == _ACTIVE:
            # Else the server would go on with the query, and hold its locks, until it notices.
            try:
                pgconn.get_cancel().cancel()
            except psycopg.Error:
                pass
        pgconn.finish()

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


def _busy(emulation: Emulation) -> bool:
    """Whether someone is in the middle of using the connection: a thread, or an iteration nobody finished."""
    pgconn = emulation.pgconn
    return (
        pgconn.transaction_status == _ACTIVE
        or pgconn.pipeline_status != pq.PipelineStatus.OFF
        or any(face.lock.locked() for face in emulation.faces)
    )


def _answers(pgconn: PGconn) -> bool:
    """Whether the server still holds its end of an idle connection; asks nothing of it."""
    try:
        if pgconn.status == OK and _readable(pgconn.socket):
            # A message nobody asked for: often a goodbye. The second read meets the end of the stream.
            pgconn.consume_input()
            pgconn.is_busy()
            pgconn.consume_input()
    except psycopg.Error:
        return False
    return pgconn.status == OK


def _readable(socket: int) -> bool:
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([socket], [], [], 0)[0])
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))


def _commit_for_real(pgconn: PGconn) -> bool:
    if pgconn.transaction_status != INERROR:
        pgconn.exec_(sql.FIRE_DEFERRED)
    back = sql.ROLL_BACK_TO + b"; " if pgconn.transaction_status == INERROR else b""
    result = pgconn.exec_(back + b"commit")
    return result.status == pq.ExecStatus.COMMAND_OK and result.command_status == b"COMMIT"
