"""Fixture sets loaded for a test, and their rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from psycopg.pq import TransactionStatus

from pytest_nself.data.fixture_rows import FixtureRows
from pytest_nself.sandbox.fixture_sets import load_fixture_set

from .state import run_of, worker_of

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from .worker import Worker


def loaded_sets(request: pytest.FixtureRequest, *, committed: bool) -> LoadedSets:
    """The sets that the test's markers name, loaded; outermost marker first."""
    run = run_of(request.config)
    worker = worker_of(run)
    if committed:
        request.getfixturevalue("nself_database")
    elif "nself_async_db" in request.fixturenames:
        request.getfixturevalue("nself_async_db")
    else:
        request.getfixturevalue("nself_db")
    sets = LoadedSets(worker, run.root / run.settings["fixtures"], committed=committed)
    for marker in reversed(list(request.node.iter_markers("nself_fixtures"))):
        sets.load(*marker.args)
    return sets


class LoadedSets:
    """`sets["users.alice"].id`, `sets["users"]`, `sets.load("more-users")`."""

    def __init__(self, worker: Worker, folder: Path, *, committed: bool) -> None:
        self._worker = worker
        self._folder = folder
        self._committed = committed
        self._rows = FixtureRows()

    def load(self, *names: str) -> LoadedSets:
        """Load these sets now, with the rights to write rows of every tenant.

        FixtureError carries the file, line and column of what PostgreSQL refused.
        """
        with self._connection() as connection:
            for name in names:
                self._rows |= load_fixture_set(connection, self._folder, name)
        return self

    def __getitem__(self, key: str) -> Any:
        return self._rows[key]

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __repr__(self) -> str:
        return f"<nself_fixtures {self._rows!r}>"

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        sandbox = self._worker.sandbox
        if self._committed:
            with sandbox.superuser(self._worker.committed.name).connect() as connection:
                if not sandbox.server.ours and sandbox.stop_acting:
                    connection.execute(sandbox.stop_acting.encode())
                yield connection
            return
        connection = self._worker.rolled_back.plain
        fresh = connection.info.transaction_status == TransactionStatus.IDLE
        if sandbox.stop_acting:
            connection.execute(sandbox.stop_acting.encode())
        yield connection
        if sandbox.act_again:
            connection.execute(sandbox.act_again.encode())
        if fresh:
            # What was there before the test began survives its rollback().
            connection.commit()
