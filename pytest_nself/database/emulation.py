"""psycopg connections whose commit() and rollback() act on a savepoint of one transaction that never commits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Self

import psycopg
from psycopg import errors, generators, pq
from psycopg._connection_base import BaseConnection
from psycopg.rows import TupleRow
from psycopg.sql import Composable

from pytest_nself.core.errors import IsolationError

from . import rollback_sql as sql
from .rollback_blocks import AsyncRollbackTransaction, RollbackTransaction
from .rollback_scan import scan
from .rollback_state import GOOD_RESULTS, IDLE, INERROR, ONE_TRANSACTION, Emulation, Watch, attentive, outside_rollback

if TYPE_CHECKING:
    from psycopg.abc import QueryNoTemplate
    from psycopg.pq.abc import PGconn, PGresult
    from psycopg.transaction import AsyncTransaction, Transaction


class EmulatedInfo(psycopg.ConnectionInfo):
    """psycopg's ConnectionInfo, with the status of the emulated transaction."""

    def __init__(self, pgconn: PGconn, emulation: Emulation) -> None:
        super().__init__(pgconn)
        self._emulation = emulation

    @property
    def transaction_status(self) -> pq.TransactionStatus:
        """IDLE after an emulated commit or rollback, though the server's transaction goes on."""
        status = super().transaction_status
        return IDLE if self._emulation.idle and status == pq.TransactionStatus.INTRANS else status


class EmulatedCommits(BaseConnection[Any]):
    """What both faces of an emulated connection share: psycopg's generators, on savepoints."""

    _emulation: Emulation
    lock: Any  # a threading.Lock, or an asyncio.Lock

    def _join(self, emulation: Emulation, prepared: Watch) -> Self:
        self._emulation = emulation
        self._prepared = prepared
        emulation.faces.append(self)
        return self

    def _detach(self, finished: PGconn) -> None:
        # Whoever still holds this object (a thread, a global) finds it closed, not in the next test's transaction.
        self.pgconn = finished
        self._closed = True
        self._pipeline = None

    def _check_connection_ok(self) -> None:
        # psycopg asks this before it sends anything.
        emulation = self._emulation
        if emulation.asked:
            emulation.settle()
        emulation.intact = emulation.aside = False
        super()._check_connection_ok()

    @property
    def info(self) -> psycopg.ConnectionInfo:
        self._emulation.settle()
        return EmulatedInfo(self.pgconn, self._emulation)

    def _start_query(self) -> Generator[Any, Any, None]:
        self._check_connection_ok()
        emulation = self._emulation
        if not emulation.begun or self.pgconn.transaction_status == IDLE:
            if emulation.begun:
                raise emulation.lose()
            if self._pipeline is None:
                emulation.begin()
            else:
                yield from self._pipeline._sync_gen()
                self.pgconn.exit_pipeline_mode()
                emulation.begin()
                self.pgconn.enter_pipeline_mode()
        emulation.idle = False

    def _announce(self, text: bytes) -> None:
        """Prepare for a message that does not go through a cursor."""
        emulation = self._emulation
        emulation.last = text
        emulation.forget_failed()
        effects = scan(text)
        if effects is not None:
            emulation.before(effects, None)

    def _exec_command(
        self, command: QueryNoTemplate, result_format: pq.Format = pq.Format.TEXT
    ) -> Generator[Any, Any, PGresult | None]:
        try:
            return (yield from super()._exec_command(command, result_format))
        except psycopg.Error as error:
            if self._emulation.idle and self.pgconn.transaction_status == INERROR:
                # Sent outside any transaction (a fetch from a cursor that commit closed): an error aborts none.
                yield from self._undo_gen()
                if isinstance(error, errors.InvalidCursorName) and _closes(command, self):
                    return None  # psycopg knows that commit closed it, and does not ask when the status is IDLE
            raise

    def _message_gen(self, message: bytes) -> Generator[Any, Any, list[PGresult]]:
        """Send several statements in one simple-protocol message; their results."""
        self._check_connection_ok()
        pipeline = self._pipeline
        if pipeline is not None:
            yield from pipeline._sync_gen()
            self.pgconn.exit_pipeline_mode()
        try:
            self.pgconn.send_query(message)
            results: list[PGresult] = yield from generators.execute(self.pgconn)
        finally:
            if pipeline is not None and self.pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
                self.pgconn.enter_pipeline_mode()
        for result in results:
            if result.status not in GOOD_RESULTS:
                raise errors.error_from_result(result, encoding=self.pgconn._encoding)
        return results

    def _commit_gen(self) -> Generator[Any, Any, None]:
        self._forbid_in_block("commit")
        if self._pipeline is not None:
            yield from self._pipeline._sync_gen()
        if not self._emulation.idle:
            yield from self._emulated_commit_gen()

    def _rollback_gen(self) -> Generator[Any, Any, None]:
        self._forbid_in_block("rollback")
        if self._pipeline is not None:
            yield from self._pipeline._sync_gen()
        if not self._emulation.idle:
            yield from self._emulated_rollback_gen()

    def _close_gen(self) -> Generator[Any, Any, None]:
        if not self._num_transactions and not self._emulation.idle:
            yield from self._emulated_rollback_gen()

    def _forbid_in_block(self, action: str) -> None:
        if self._num_transactions:
            raise psycopg.ProgrammingError(
                f"Explicit {action}() forbidden within a Transaction context: the block's end does it."
            )

    def _emulated_commit_gen(self) -> Generator[Any, Any, None]:
        """Do what the server would do at COMMIT; after an error of a deferred constraint, roll back as it would."""
        emulation = self._emulation
        if not emulation.begun:
            emulation.fresh()
            return
        if self._pipeline is not None:
            yield from self._pipeline._sync_gen()
        if self.pgconn.transaction_status == INERROR:
            yield from self._undo_gen()
            return
        if emulation.lost or self.pgconn.transaction_status == IDLE:
            raise emulation.lose()
        try:
            yield from self._message_gen((yield from self._commit_message_gen()))
        except errors.InvalidSavepointSpecification as missing:
            raise emulation.lose() from missing
        except psycopg.Error:
            if self.pgconn.transaction_status == INERROR:
                yield from self._undo_gen()
            raise
        emulation.fresh()

    def _commit_message_gen(self) -> Generator[Any, Any, bytes]:
        emulation, facts = self._emulation, self._emulation.facts
        parts: list[bytes] = []
        modes, close = facts.modes.encode(), b""
        ask_modes = emulation.deferrable and (not facts.modes or facts.modes_name_constraints)
        questions = [sql.MODES] * ask_modes + [sql.CLOSE_CURSORS] * emulation.cursors
        if emulation.deferrable:
            # Before asking: a deferred trigger may use a cursor, or change what there is to name.
            parts.append(sql.FIRE_DEFERRED)
        if questions:
            results = yield from self._message_gen(b"; ".join([*parts, *questions]))
            answers = [result.get_value(0, 0) or b"" for result in results[-len(questions) :]]
            modes = answers[0] if ask_modes else modes
            close = answers[-1] if emulation.cursors else close
            parts = []
        parts += [text for text in (modes if emulation.deferrable else b"", close) if text]
        if emulation.shadows:
            parts.append(sql.restore(emulation.shadows))
        always = {name: emulation.shadows[name] for name in facts.function_settings}
        if always:
            parts.append(sql.capture(always, again=True))
        return b"; ".join([*parts, sql.RELEASE])

    def _emulated_rollback_gen(self) -> Generator[Any, Any, None]:
        emulation = self._emulation
        if emulation.begun and not emulation.lost:
            yield from self._undo_gen()
            self._prepared.clear()
            yield from self._prepared.maintain_gen(self)
        emulation.fresh()

    def _undo_gen(self) -> Generator[Any, Any, None]:
        try:
            yield from self._message_gen(sql.ROLL_BACK_TO)
        except (errors.InvalidSavepointSpecification, errors.NoActiveSqlTransaction) as missing:
            raise self._emulation.lose() from missing
        if self._emulation.modes:
            # Of a savepoint that was released, PostgreSQL does not undo SET CONSTRAINTS. Set below ours, else the next
            # rollback would bring the wrong modes back.
            modes = (yield from self._message_gen(sql.MODES))[-1].get_value(0, 0)
            if modes:
                yield from self._message_gen(sql.BENEATH % modes)
        self._emulation.fresh()

    def _set_autocommit_gen(self, value: bool) -> Generator[Any, Any, None]:
        if value:
            raise _refused("autocommit")
        return
        yield

    def _set_isolation_level_gen(self, value: psycopg.IsolationLevel | None) -> Generator[Any, Any, None]:
        if value is not None:
            level = psycopg.IsolationLevel(value)
            wanted = level.name.replace("_", " ").lower()
            if wanted.encode() != (yield from self._isolation_gen()):
                raise _refused(f"the isolation level {wanted}")
            value = level
        self._isolation_level = value

    def _isolation_gen(self) -> Generator[Any, Any, bytes | None]:
        idle = self._emulation.idle
        yield from self._start_query()
        results = yield from self._message_gen(b"select pg_catalog.current_setting('transaction_isolation')")
        self._emulation.idle = idle
        return results[0].get_value(0, 0)

    def _set_read_only_gen(self, value: bool | None) -> Generator[Any, Any, None]:
        if value:
            raise _refused("a read-only transaction")
        self._read_only = value
        return
        yield

    def _set_deferrable_gen(self, value: bool | None) -> Generator[Any, Any, None]:
        if value:
            raise _refused("a deferrable transaction")
        self._deferrable = value
        return
        yield

    def _check_tpc(self) -> None:
        raise _refused("a two-phase transaction")

    def _tpc_prepare_gen(self) -> Generator[Any, Any, None]:
        self._check_tpc()
        return
        yield

    def _tpc_finish_gen(self, action: str, xid: Any) -> Generator[Any, Any, None]:
        self._check_tpc()
        return
        yield


def _closes(command: QueryNoTemplate, connection: BaseConnection[Any]) -> bool:
    text = command.as_bytes(connection) if isinstance(command, Composable) else command
    return text[:6] in ("CLOSE ", b"CLOSE ")


def _refused(asked: str) -> IsolationError:
    return outside_rollback(asked, ONE_TRANSACTION)


class RollbackConnection(EmulatedCommits, psycopg.Connection[TupleRow]):
    """A psycopg Connection for one test; made by RollbackSession.begin()."""

    @property
    def cursor_factory(self) -> type[psycopg.Cursor[Any]]:
        """The class of cursors; one that shows its statements to the emulation."""
        return self._cursor_factory

    @cursor_factory.setter
    def cursor_factory(self, factory: type[psycopg.Cursor[Any]]) -> None:
        self._cursor_factory: type[psycopg.Cursor[Any]] = attentive(factory)

    @property
    def server_cursor_factory(self) -> type[psycopg.ServerCursor[Any]]:
        """Asked only when a server-side cursor is made; the end of an emulated transaction closes it."""
        self._emulation.cursors = True
        return self._server_cursor_factory

    @server_cursor_factory.setter
    def server_cursor_factory(self, factory: type[psycopg.ServerCursor[Any]]) -> None:
        self._server_cursor_factory = factory

    def close(self) -> None:
        """Roll back what is not committed. The connection stays usable: the test's others go on with it."""
        if self.closed:
            return
        with self.lock:
            self.wait(self._close_gen())

    @contextmanager
    def transaction(self, savepoint_name: str | None = None, force_rollback: bool = False) -> Iterator[Transaction]:
        """psycopg's `transaction()`: the outermost block ends as an emulated commit or rollback."""
        block = RollbackTransaction(self, savepoint_name, force_rollback)
        if self._pipeline:
            with self.pipeline(), block, self.pipeline():
                yield block
        else:
            with block:
                yield block


class AsyncRollbackConnection(EmulatedCommits, psycopg.AsyncConnection[TupleRow]):
    """A psycopg AsyncConnection for one test; made by RollbackSession.begin_async(). Binds no event loop."""

    _lock: asyncio.Lock
    _loop: asyncio.AbstractEventLoop | None

    @property
    def lock(self) -> asyncio.Lock:
        """One lock per event loop: a test may run several, one after the other."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return self._lock
        if loop is not self._loop:
            if not self._lock.locked():
                self._lock = asyncio.Lock()
            self._loop = loop
        return self._lock

    @lock.setter
    def lock(self, lock: asyncio.Lock) -> None:
        self._lock = lock
        self._loop = None

    @property
    def cursor_factory(self) -> type[psycopg.AsyncCursor[Any]]:
        """The class of cursors; one that shows its statements to the emulation."""
        return self._cursor_factory

    @cursor_factory.setter
    def cursor_factory(self, factory: type[psycopg.AsyncCursor[Any]]) -> None:
        self._cursor_factory: type[psycopg.AsyncCursor[Any]] = attentive(factory)

    @property
    def server_cursor_factory(self) -> type[psycopg.AsyncServerCursor[Any]]:
        """Asked only when a server-side cursor is made; the end of an emulated transaction closes it."""
        self._emulation.cursors = True
        return self._server_cursor_factory

    @server_cursor_factory.setter
    def server_cursor_factory(self, factory: type[psycopg.AsyncServerCursor[Any]]) -> None:
        self._server_cursor_factory = factory

    async def close(self) -> None:
        """Roll back what is not committed. The connection stays usable: the test's others go on with it."""
        if self.closed:
            return
        async with self.lock:
            await self.wait(self._close_gen())

    @asynccontextmanager
    async def transaction(
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> AsyncIterator[AsyncTransaction]:
        """psycopg's `transaction()`: the outermost block ends as an emulated commit or rollback."""
        block = AsyncRollbackTransaction(self, savepoint_name, force_rollback)
        if self._pipeline:
            async with self.pipeline(), block, self.pipeline():
                yield block
        else:
            async with block:
                yield block
