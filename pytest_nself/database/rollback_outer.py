"""A transaction that several tests have in common: rows loaded once, and a savepoint on which each test begins."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import rollback_sql as sql

if TYPE_CHECKING:
    from .emulation import RollbackConnection


@dataclass(frozen=True, slots=True)
class Link:
    """Rows that tests begin with: `load` writes them over the connection that it is given, and may commit there.

    Its second argument is what the loads of the links below returned. Two links with the same `key` are the same rows.
    What `load` returns is kept as long as the rows are.
    """

    key: Hashable
    load: Callable[[RollbackConnection, Sequence[Any]], Any]


class Outer:
    """Which links the kept connection's transaction holds, the first one lowest; a savepoint stands on each.

    Empty: no transaction is kept open between tests. `lasts` is False where a link did something that going back to a
    savepoint does not put right; then it serves one test. `modes` is the command that gives deferrable constraints
    their modes again, "" without any.
    """

    __slots__ = ("_began_s", "identity", "keys", "lasts", "modes", "values")

    def __init__(self) -> None:
        self.keys: list[Hashable] = []
        self.values: list[Any] = []
        self.identity: bytes | None = None
        self.lasts = True
        self.modes = b""
        self._began_s = 0.0

    def forget(self) -> None:
        """The transaction is over."""
        self.keys.clear()
        self.values.clear()
        self.identity = None
        self.lasts = True

    def starts(self, identity: bytes | None, began_s: float) -> None:
        """A transaction has begun; `began_s` is time.monotonic() of a moment before."""
        self.forget()
        self.identity = identity
        self._began_s = began_s

    def common(self, links: Sequence[Link], max_age_s: float) -> int:
        """How many of `links`, from the first, it holds already: none if it is older than `max_age_s`."""
        if self.age_s() >= max_age_s:
            return 0
        count = 0
        for key, link in zip(self.keys, links, strict=False):
            if key != link.key:
                break
            count += 1
        return count

    def age_s(self) -> float:
        """How long ago the transaction began: so old is now()."""
        return time.monotonic() - self._began_s if self.keys else 0.0

    def cut(self, count: int) -> bytes:
        """The message that leaves the lowest `count` links, on which something new can begin."""
        del self.keys[count:], self.values[count:]
        return sql.BACK_TO_LINK % count + b"; " + sql.SAVEPOINT

    def add(self, link: Link, value: Any) -> bytes:
        """The message that puts a savepoint on a link that was just loaded."""
        self.keys.append(link.key)
        self.values.append(value)
        return sql.ON_LINK % len(self.keys) + b"; " + sql.SAVEPOINT

    @property
    def end_of_test(self) -> bytes:
        """The message that undoes all that a test did on top of the links; the next one can begin.

        PostgreSQL forgets to undo SET CONSTRAINTS of a savepoint that was released, so the modes are set; and it keeps
        the statistics that somebody has looked at until a transaction ends.
        """
        parts = (sql.BACK_TO_LINK % len(self.keys), self.modes, sql.RESET, sql.LOOK_ANEW, sql.SAVEPOINT)
        return b"; ".join(part for part in parts if part)
