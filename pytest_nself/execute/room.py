"""Connections to a server that has no room, and how those who wait make room for the one who works.

A server has a number of connections for all. When the runs that wait for the lock have taken them, the one that holds
it gets no second connection: it says so with a lock of its own (`room_key`), and who waits and sees that lets go of his
connection between two tries.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pytest_nself.database.database import Database

if TYPE_CHECKING:
    import psycopg

NO_SETTINGS: Mapping[str, str] = {}
PATIENT: Mapping[str, str] = {"idle_session_timeout": "0"}
"""For a connection that waits between two queries: for a person's answer, or for the lock."""

CHECK_CLIENT = "client_connection_check_interval"
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 1.0
_FULL = (
    "too many clients",
    "too many connections",
    "remaining connection slots",
    "no more connections allowed",  # the last two are PgBouncer's
    "query_wait_timeout",
)


def lock_key(name: str) -> int:
    """The advisory lock's number for a name: a signed 64-bit integer, the same in every release."""
    return int.from_bytes(sha256(f"pytest-nself lock: {name}".encode()).digest()[:8], "big", signed=True)


def room_key(name: str) -> int:
    """The number of the advisory lock with which the holder of the lock `name` asks for room."""
    return lock_key(f"{name}: room")


def pauses() -> Iterator[float]:
    """Seconds between two tries: longer and longer up to a second, and never the same for all who wait."""
    pause = _FIRST_PAUSE_S
    while True:
        yield pause * random.uniform(0.5, 1.5)
        pause = min(pause * 1.5, _LONGEST_PAUSE_S)


def connect_within(
    on: Database,
    deadline: float,
    application_name: str,
    settings: Mapping[str, str] = NO_SETTINGS,
    *,
    when_full: Callable[[], object] = lambda: None,
) -> psycopg.Connection[Any]:
    """A connection in autocommit; while the server has no room, tries go on until `deadline` (of time.monotonic).

    It talks UTF-8 whatever the role, the address or PGCLIENTENCODING say: what a file holds, the server shall judge.
    `settings` hold for the session as if the role had them, where there is no pool in between that refuses them.
    `when_full` is called after each try that found no room.
    """
    import psycopg

    tries = pauses()
    while True:
        try:
            return on.connect(
                autocommit=True,
                application_name=application_name,
                prepare_threshold=None,
                client_encoding="UTF8",
                **_as_options(on, settings),
            )
        except psycopg.OperationalError as error:
            if settings and any(said in str(error) for said in ("options", CHECK_CLIENT)):
                # A pool takes no startup options, and some platforms' servers cannot look after their clients.
                settings = NO_SETTINGS
                continue
            left = deadline - time.monotonic()
            if not is_full(error) or left <= 0:
                raise
        when_full()
        time.sleep(min(left, next(tries)))


def is_full(error: psycopg.Error) -> bool:
    """Too many connections (SQLSTATE 53300), which libpq tells only as text while it connects."""
    text = str(error)
    return any(said in text for said in _FULL)


def _as_options(on: Database, settings: Mapping[str, str]) -> dict[str, str]:
    if not settings:
        return {}
    said = [on.dsn.options.get("options", ""), *(f"-c {name}={value}" for name, value in settings.items())]
    return {"options": " ".join(said).strip()}
