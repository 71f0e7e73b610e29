"""Where the run hangs on pytest's config."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .checks.checked import Checked
    from .checks.reports import Reports
    from .run import Run
    from .worker import Worker

RUN: pytest.StashKey[Run] = pytest.StashKey()
COMMITS: pytest.StashKey[bool] = pytest.StashKey()
"""On a test: it is marked nself_rollback(False)."""
FAILED: pytest.StashKey[bool] = pytest.StashKey()
"""On a test: its set-up or body failed."""

CHECKED: pytest.StashKey[Checked] = pytest.StashKey()
"""The project as checks see it; there from the first check on."""
REPORTS: pytest.StashKey[Reports] = pytest.StashKey()
"""What the run's checks have found; there where somebody may find something."""
HEADER: pytest.StashKey[str] = pytest.StashKey()
"""Which checks are collected, in words."""


def run_of(config: pytest.Config) -> Run:
    """This process's run."""
    return config.stash[RUN]


def worker_of(run: Run) -> Worker:
    """This process's databases. When there are none, the test fails with three lines and no traceback of ours."""
    from pytest_nself.core.errors import NselfError

    try:
        return run.worker
    except NselfError as error:
        message = str(error)
    pytest.fail(message, pytrace=False)


def is_marked(node: pytest.Item | pytest.Collector, known: dict[int, bool]) -> bool:
    """Whether a marker of ours stands on the test or above it; `known` remembers what is above."""
    if any(marker.name.startswith("nself_") for marker in node.own_markers):
        return True
    parent = node.parent
    if not isinstance(parent, pytest.Collector):
        return False
    if id(parent) not in known:
        known[id(parent)] = is_marked(parent, known)
    return known[id(parent)]


def rolls_back(node: pytest.Item) -> bool:
    """Whether the test's nself_db is rolled back: all but those marked nself_rollback(False)."""
    marker = node.get_closest_marker("nself_rollback")
    return marker is None or not marker.args or bool(marker.args[0])


def failed(node: pytest.Item) -> bool:
    """Whether the test's set-up or body failed."""
    return node.stash.get(FAILED, False)
