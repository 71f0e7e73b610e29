"""Several statements in one message, over any psycopg connection: all their answers, also those before an error."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from psycopg import generators

from .emulation import EmulatedCommits
from .rollback_state import GOOD_RESULTS

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGresult


def send_message(connection: psycopg.Connection[Any], text: str) -> list[PGresult]:
    """Send `text` in the connection's transaction, which begins if need be; an answer for each statement, in order.

    Where a statement failed its answer is the last one, with the status FATAL_ERROR: nothing is raised for it. Raises
    IsolationError where `text` says what an emulated transaction cannot do, and psycopg's error for a lost connection.
    """
    with connection.lock:
        return connection.wait(_message_gen(connection, text.encode(connection.info.encoding)))


def _message_gen(connection: psycopg.Connection[Any], text: bytes) -> Generator[Any, Any, list[PGresult]]:
    yield from connection._start_query()
    if isinstance(connection, EmulatedCommits):
        connection._announce(text)
    connection.pgconn.send_query(text)
    answers: list[PGresult] = yield from generators.execute(connection.pgconn)
    if isinstance(connection, EmulatedCommits):
        if answers and answers[-1].status not in GOOD_RESULTS:
            connection._emulation.forget_failed()
        yield from connection._prepared.maintain_gen(connection)
    return answers
