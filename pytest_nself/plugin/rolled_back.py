"""The test that holds the rolled-back transaction: begun by its fixture, checked after its body, ended in teardown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_nself.core.errors import IsolationError

from .state import failed

if TYPE_CHECKING:
    import psycopg
    import pytest

    from pytest_nself.database.rollback_end import CallCheck
    from pytest_nself.database.rollback_outer import Link

    from .worker import Worker


C = TypeVar("C")


class RolledBack:
    """At most one at a time; a test that takes nself_db and nself_async_db has one transaction for both."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.node: pytest.Item | None = None
        self.looked = False  # whether a check of ours used the test's connection
        self.age_s = 0.0  # how old now() was when the test took over its transaction from others
        self._users = 0
        self._check: CallCheck | None = None

    def begin(self, node: pytest.Item) -> psycopg.Connection[Any]:
        """The test's connection."""
        return self._begin(node, lambda: self.worker.rollback.begin())

    def begin_async(self, node: pytest.Item) -> psycopg.AsyncConnection[Any]:
        """The test's connection, for asyncio."""
        return self._begin(node, lambda: self.worker.rollback.begin_async())

    def _begin(self, node: pytest.Item, begin: Callable[[], C]) -> C:
        try:
            connection = begin()
        except IsolationError:
            # After the former test's check something committed past psycopg: that database is spent.
            self.worker.fresh_rollback()
            connection = begin()
        # Only now: without a connection the fixture fails, and nobody calls end().
        self._users += 1
        if self.node is None:
            self.node, self._check, self.looked, self.age_s = node, None, False, 0.0
            self.worker.mark_log()
        return connection

    def stand_on(self, links: Sequence[Link]) -> list[Any] | None:
        """Let the test begin with these rows, which it may share; None where it executed something already."""
        values = self.worker.rollback.stand_on(links, self.worker.outer_max_age_s)
        self.age_s = self.worker.rollback.outer_age_s
        return values

    @property
    def plain(self) -> psycopg.Connection[Any]:
        """A synchronous connection in the test's transaction, also when the test itself is asynchronous."""
        return self.worker.rollback.begin()

    def check(self) -> None:
        """After the body of a passing test: what a rollback would hide fails the test."""
        self._check = self.worker.rollback.check()

    def end(self) -> None:
        """Roll back. A test that broke the transaction costs the worker a fresh database, never a leak."""
        self._users -= 1
        if self._users:
            return
        node, self.node = self.node, None
        worker, check = self.worker, self._check
        assert node is not None
        if worker.keep_failed and failed(node):
            if worker.rollback.keep():
                worker.keep(node.nodeid, worker.rollback.database)
            worker.fresh_rollback()
            clean = True
        else:
            clean = worker.rollback.end()
            if not clean:
                worker.fresh_rollback()
        # Asked for in the check, read only now: the server answered while we rolled back.
        if worker.committed.visited(None if check is None else check.extra):
            wrote = check is not None and check.wrote
            worker.after_rollback_test(wrote=wrote, failed=failed(node))
        if not clean and not failed(node):
            raise IsolationError(
                "This test ended the transaction that was to be rolled back, and may have committed.",
                "It was found after the test; the worker has taken a fresh database.",
                "take nself_database, or mark the test nself_rollback(False)",
            )
