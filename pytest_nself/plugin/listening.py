"""What a controller of workers does while none of them has found anything: wait, without importing what tells it."""

from __future__ import annotations

import pytest

from .state import REPORTS

NAME = "nself-listening"


class Listening:
    """Only workers collect tests, so only their reports show that a test carries a check."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """From the first report with findings on, somebody else listens."""
        if hasattr(report, "nself_findings") and REPORTS not in self._config.stash:
            from .checks.begin import reports_of

            reports_of(self._config).take(report)


def listen(config: pytest.Config) -> None:
    """Wait for findings of workers."""
    if not config.pluginmanager.has_plugin(NAME):
        config.pluginmanager.register(Listening(config), NAME)
