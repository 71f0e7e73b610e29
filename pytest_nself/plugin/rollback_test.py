"""The test that holds the rolled-back transaction: begun by its fixture, checked after its body, ended in teardown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .state import failed

if TYPE_CHECKING:
    import psycopg
    import pytest

    from .worker import Worker


class RollbackTest:
    """At most one at a time; a test that takes nself_db and nself_async_db has one transaction for both."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.node: pytest.Item | None = None
        self._users = 0
        self._wrote = False
        self._extra: tuple[str | None, ...] | None = None

    def begin(self, node: pytest.Item) -> psycopg.Connection[Any]:
        """The test's connection."""
        self._enter(node)
        return self.worker.rollback.begin()

    def begin_async(self, node: pytest.Item) -> psycopg.AsyncConnection[Any]:
        """The test's connection, for asyncio."""
        self._enter(node)
        return self.worker.rollback.begin_async()

    def _enter(self, node: pytest.Item) -> None:
        self._users += 1
        if self.node is None:
            self.node, self._wrote, self._extra = node, False, None

    @property
    def plain(self) -> psycopg.Connection[Any]:
        """A synchronous connection in the test's transaction, also when the test itself is asynchronous."""
        return self.worker.rollback.begin()

    def check(self) -> None:
        """After the body of a passing test: what a rollback would hide fails the test."""
        checked = self.worker.rollback.check()
        self._wrote, self._extra = checked.wrote, checked.extra

    def end(self) -> None:
        """Roll back. A test that broke the transaction costs the worker a fresh database, never a leak."""
        self._users -= 1
        if self._users:
            return
        node, self.node = self.node, None
        worker = self.worker
        assert node is not None
        if worker.keep_failed and failed(node) and worker.rollback.keep():
            worker.keep(node.nodeid, worker.rollback.database)
            worker.fresh_rollback()
        elif not worker.rollback.end():
            worker.fresh_rollback()
        if worker.committed.visited(self._extra):
            worker.after_rollback_test(wrote=self._wrote, failed=failed(node))
