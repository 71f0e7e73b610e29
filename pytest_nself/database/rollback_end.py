"""What goes on below psycopg: is the connection alive, is it in use, what was the answer, who hears its notices."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

import psycopg
from psycopg import pq

from . import rollback_sql as sql
from .emulation import RollbackConnection
from .rollback_state import INERROR, OK

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

    from .rollback_state import Emulation

ACTIVE = pq.TransactionStatus.ACTIVE


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


def busy(emulation: Emulation) -> bool:
    """Whether someone is in the middle of using the connection: a thread, or an iteration nobody finished."""
    pgconn = emulation.pgconn
    return (
        pgconn.transaction_status == ACTIVE
        or pgconn.pipeline_status != pq.PipelineStatus.OFF
        or any(face.lock.locked() for face in emulation.faces)
    )


def answers(pgconn: PGconn) -> bool:
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


def commit_for_real(pgconn: PGconn) -> bool:
    if pgconn.transaction_status != INERROR:
        pgconn.exec_(sql.FIRE_DEFERRED)
    back = sql.ROLL_BACK_TO + b"; " if pgconn.transaction_status == INERROR else b""
    result = pgconn.exec_(back + b"commit")
    return result.status == pq.ExecStatus.COMMAND_OK and result.command_status == b"COMMIT"


def quiet(pgconn: PGconn) -> RollbackConnection:
    """A connection object that leaves notices and notifications to the one that has them."""
    notice, notify = pgconn.notice_handler, pgconn.notify_handler
    connection = RollbackConnection(pgconn)
    pgconn.notice_handler, pgconn.notify_handler = notice, notify
    return connection
