"""Where the run hangs on pytest's config."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .run import Run
    from .worker import Worker

RUN: pytest.StashKey[Run] = pytest.StashKey()
FAILED: pytest.StashKey[bool] = pytest.StashKey()
"""On a test: its set-up or body failed."""


def run_of(config: pytest.Config) -> Run:
    """This process's run."""
    return config.stash[RUN]


def worker_of(request: pytest.FixtureRequest) -> Worker:
    """This process's databases. When there are none, the test fails with three lines and no traceback of ours."""
    from pytest_nself.core.errors import NselfError

    try:
        return run_of(request.config).worker
    except NselfError as error:
        message = str(error)
    pytest.fail(message, pytrace=False)


def failed(node: pytest.Item) -> bool:
    """Whether the test's set-up or body failed."""
    return node.stash.get(FAILED, False)
