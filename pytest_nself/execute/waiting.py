"""Waiting for a server's answer, and looking around meanwhile."""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import psycopg

Answer = TypeVar("Answer")


def wait_for(
    connection: psycopg.Connection[Any],
    answer: Generator[Any, Any, Answer],
    *,
    meanwhile: Callable[[], None],
    first_s: float,
    every_s: float,
) -> tuple[Answer, BaseException | None]:
    """What psycopg's generator gives in the end; `meanwhile` is called after `first_s` seconds, then each `every_s`.

    Whatever interrupts the waiting, Ctrl-C or what `meanwhile` raises, first ends the statement in the server, and is
    given back: the answer says whether that came too late.
    """
    from psycopg.waiting import Ready, wait

    def ready(selector: selectors.BaseSelector) -> Ready:
        pause_s = first_s
        while not (events := selector.select(pause_s)):
            meanwhile()
            pause_s = every_s
        return Ready(events[0][1])

    socket = connection.pgconn.socket
    try:
        state = next(answer)
        while True:
            with selectors.DefaultSelector() as selector:
                selector.register(socket, int(state))  # a Wait has the numbers of selectors: 1 is reading, 2 writing
                try:
                    now = ready(selector)
                except BaseException as interruption:
                    connection.cancel()
                    return wait(answer, socket), interruption
            state = answer.send(now)
    except StopIteration as end:
        given: Answer = end.value
        return given, None


def answer_within(connection: psycopg.Connection[Any], query: str, wait_s: float) -> None:
    """Run a query whose rows do not matter. Raises TimeoutError when no answer comes within `wait_s` seconds.

    The connection is then of no more use. Raises psycopg's errors for a server that refuses.
    """
    from psycopg.errors import error_from_result
    from psycopg.pq import ExecStatus

    deadline = time.monotonic() + wait_s
    connection.pgconn.send_query(query.encode())
    with selectors.DefaultSelector() as selector:
        selector.register(connection.pgconn.socket, selectors.EVENT_READ)
        while connection.pgconn.flush() or connection.pgconn.is_busy():
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError(f"no answer within {wait_s:g} s")
            connection.pgconn.consume_input()
    while (result := connection.pgconn.get_result()) is not None:
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result)


def is_gone(connection: psycopg.Connection[Any]) -> bool:
    """Whether the other side has closed the connection; nothing is sent, and an answer under way is not touched."""
    import psycopg
    from psycopg.pq import ConnStatus

    if connection.closed:
        return True
    with selectors.DefaultSelector() as selector:
        selector.register(connection.pgconn.socket, selectors.EVENT_READ)
        try:
            while selector.select(0):  # a last message may stand before the end
                connection.pgconn.consume_input()
        except psycopg.Error:
            return True
    return connection.pgconn.status != ConnStatus.OK
