"""How far a transaction is: what it holds, has read and written so far, by the server's own counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_nself.core.duration import milliseconds

from .relations import KINDS, fetch

if TYPE_CHECKING:
    import psycopg

# What stands in the catalogs of `queries/moment.sql`, in its order.
_CATALOGS = (("schema",), ("table", "index"), ("column",), ("constraint",), ("trigger",), ("type",), ("type",))
_NOTHING = (0,) * len(_CATALOGS)


class Moment(NamedTuple):
    """How far the running transaction is: its timeouts in milliseconds, and which kinds of objects it has changed.

    `written` and `deleted` are how many rows of each catalog it has written, and deleted, so far. Where the server does
    not count (`track_counts`) everything has to be looked at.
    """

    lock_timeout_ms: int
    statement_timeout_ms: int
    counts: bool = True
    written: tuple[int, ...] = _NOTHING
    deleted: tuple[int, ...] = _NOTHING

    def kinds_since(self, before: Moment) -> frozenset[str]:
        """The kinds of objects of which something was written."""
        return self._moved(self.written, before.written) if self.counts else frozenset(KINDS)

    def drops_since(self, before: Moment) -> bool:
        """Whether something may have been dropped, beside columns."""
        return not self.counts or bool(self._moved(self.deleted, before.deleted))

    def _moved(self, now: tuple[int, ...], before: tuple[int, ...]) -> frozenset[str]:
        return frozenset(
            kind for kinds, one, other in zip(_CATALOGS, now, before, strict=True) if one != other for kind in kinds
        )


NO_MOMENT = Moment(0, 0)


def read_locks(connection: psycopg.Connection[Any]) -> list[tuple[int, str, int]]:
    """What the transaction has locked or read: oid, mode (`AccessExclusiveLock`), how often it has read it."""
    return fetch(connection, "locks")


def read_moment(connection: psycopg.Connection[Any]) -> Moment:
    """How far the connection's transaction is."""
    ((lock_timeout, statement_timeout, counts, rows),) = fetch(connection, "moment")
    written, deleted = zip(*rows, strict=True)
    return Moment(milliseconds(lock_timeout), milliseconds(statement_timeout), counts, written, deleted)
