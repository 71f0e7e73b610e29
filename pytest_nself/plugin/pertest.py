"""Hooks around each test, registered when the first test asks for a database: other runs do not pay for them."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from .state import FAILED

if TYPE_CHECKING:
    from .worker import Worker


class PerTest:
    """Whose turn it is, checks after a test's body, and what a failed test shows."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self._run = worker.run
        self._error: BaseException | None = None

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Tell the fixtures whose turn it is."""
        self._run.item = item
        self._run.turn += 1
        self._error = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Check in the call phase, so that the test fails and not its teardown."""
        try:
            result = yield
            if self.worker.rolled_back.node is item:
                self.worker.rolled_back.check()
        except BaseException as error:
            self._error = error
            raise
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, Any]:
        """When all fixtures have ended, the committed database is put back."""
        if self.worker.making is not None:
            self.worker.end_making()
        try:
            return (yield)
        finally:
            self.worker.committed.after_teardown()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add to a failed test its last SQL, its slice of the server's log, and where its database is.

        A plain hook and not one around the making of reports, which would cost each passing test three wrappers. The
        test's teardown has not begun yet.
        """
        if not report.failed or report.when == "teardown":
            return
        item = self._run.item
        if item is not None and item.nodeid == report.nodeid and self.worker.uses(item):
            from .failure import sections

            item.stash[FAILED] = True
            report.sections.extend(sections(self.worker, item, self._error))
