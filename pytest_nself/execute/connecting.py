"""A connection to a database somebody owns, waited for while the server is full."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.database.database import Database

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 1.0
CHECK_CLIENT = "client_connection_check_interval"
NO_SETTINGS: Mapping[str, str] = {}
_FULL = ("too many clients", "too many connections", "remaining connection slots", "no more connections allowed")


def connect_within(
    on: Database, deadline: float, application_name: str, settings: Mapping[str, str] = NO_SETTINGS
) -> psycopg.Connection[Any]:
    """A connection in autocommit; while the server has no room, tries go on until `deadline` (of time.monotonic).

    `settings` hold for the session as if the role had them, where there is no pool in between that refuses them.
    """
    import psycopg

    pause = FIRST_PAUSE_S
    while True:
        try:
            return on.connect(
                autocommit=True,
                application_name=application_name,
                prepare_threshold=None,
                **_as_options(on, settings),
            )
        except psycopg.OperationalError as error:
            if settings and any(said in str(error) for said in ("options", CHECK_CLIENT)):
                # A pool takes no startup options, and some platforms' servers cannot look after their clients.
                settings = NO_SETTINGS
                continue
            left = deadline - time.monotonic()
            if not _is_full(error) or left <= 0:
                raise
        time.sleep(min(left, pause * random.uniform(0.5, 1.5)))
        pause = min(pause * 1.5, LONGEST_PAUSE_S)


def _as_options(on: Database, settings: Mapping[str, str]) -> dict[str, str]:
    if not settings:
        return {}
    said = [on.dsn.options.get("options", ""), *(f"-c {name}={value}" for name, value in settings.items())]
    return {"options": " ".join(said).strip()}


def _is_full(error: psycopg.OperationalError) -> bool:
    """Too many connections (SQLSTATE 53300), which libpq tells only as text while it connects."""
    text = str(error)
    return any(said in text for said in _FULL)
