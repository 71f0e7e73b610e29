"""What a failed test shows: its last SQL, what the server logged meanwhile, and the way into its database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .worker import Worker

LOG_LINES = 40


def sections(worker: Worker, item: pytest.Item) -> Iterator[tuple[str, str]]:
    """Titled texts for the report; never an error of their own, since one is being reported."""
    try:
        yield from _sections(worker, item)
    except Exception as error:
        yield "nself", f"the database could not be asked about this failure: {type(error).__name__}: {error}"


def _sections(worker: Worker, item: pytest.Item) -> Iterator[tuple[str, str]]:
    test = worker.rollback_test
    if test.node is item:
        with worker.sandbox.admin() as admin:
            statement = worker.rollback.last_query(admin)
        if statement:
            yield "nself: last SQL", statement
    log = worker.log_since_mark()
    if log:
        yield "nself: server log", "\n".join(log.splitlines()[-LOG_LINES:])
    if worker.keep_failed:
        yield "nself: database", "kept; the summary shows the psql line"
