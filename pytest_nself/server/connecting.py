"""How a connection is opened: the one place where psycopg is asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.core.dsn import Dsn


def connect(dsn: Dsn, **options: Any) -> psycopg.Connection[Any]:
    """A new connection in autocommit mode, unless `options` say otherwise; they go to psycopg."""
    import psycopg

    try:
        return psycopg.connect(dsn.conninfo(), **{"autocommit": True, **options})
    except psycopg.Error as error:
        # pytest shows the arguments of every frame, and psycopg's have the password.
        raise error.with_traceback(None) from None
