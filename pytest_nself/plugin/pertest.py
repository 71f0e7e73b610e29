"""Hooks around each test, registered when the first test asks for a database: other runs do not pay for them."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from .state import FAILED

if TYPE_CHECKING:
    from .worker import Worker


class PerTest:
    """Checks after a test's body, and what a failed test shows."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """In the call phase, so that the test fails and not its teardown."""
        result = yield
        if self.worker.rolled_back.node is item:
            self.worker.rolled_back.check()
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add to a failed test its last SQL, its slice of the server's log, and where its database is."""
        report = yield
        if report.failed and call.when != "teardown" and self.worker.uses(item):
            from .failure import sections

            item.stash[FAILED] = True
            report.sections.extend(sections(self.worker, item, call.excinfo))
        return report
