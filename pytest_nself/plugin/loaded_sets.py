"""Fixture sets loaded for a test, and their rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from psycopg.pq import TransactionStatus

from pytest_nself.core.errors import FixtureError, NselfError
from pytest_nself.data.sets.folder import read_fixture_set
from pytest_nself.data.sets.rows import FixtureRows
from pytest_nself.sandbox.fixture_sets import load_fixture_set

from .state import run_of, worker_of

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from .worker import Worker


def loaded_sets(request: pytest.FixtureRequest, *, rolls_back: bool) -> LoadedSets:
    """The sets that the test's markers name, loaded where the test works; outermost marker first.

    That is its rolled-back transaction; without one the committed database, else its clone.
    """
    run = run_of(request.config)
    worker = worker_of(run)
    names = request.fixturenames
    place: str | None = None
    if rolls_back and "nself_async_db" in names:
        request.getfixturevalue("nself_async_db")
    elif rolls_back and ("nself_db" in names or not {"nself_database", "nself_dsn", "nself_clone"} & set(names)):
        request.getfixturevalue("nself_db")
    elif {"nself_database", "nself_dsn"} & set(names) or not rolls_back:
        place = request.getfixturevalue("nself_database").dsn.dbname
    else:
        place = request.getfixturevalue("nself_clone").dsn.dbname
    sets = LoadedSets(worker, run.root / run.settings["fixtures"], place)
    try:
        for marker in reversed(list(request.node.iter_markers("nself_fixtures"))):
            if not marker.args:
                raise FixtureError("The marker nself_fixtures names no set.", "", 'write nself_fixtures("basic-users")')
            sets.load(*marker.args)
        return sets
    except NselfError as error:
        message = str(error)
    # Three lines, and none of our own frames.
    pytest.fail(message, pytrace=False)


class LoadedSets:
    """`sets["users.alice"].id`, `sets["users"]`, `sets.load("more-users")`."""

    def __init__(self, worker: Worker, folder: Path, place: str | None) -> None:
        self._worker = worker
        self._folder = folder
        self._place = place  # the database's name; None is the test's rolled-back transaction
        self._rows = FixtureRows()

    def load(self, *names: str) -> LoadedSets:
        """Load these sets now, with the rights to write rows of every tenant.

        FixtureError carries the file, line and column of what PostgreSQL refused.
        """
        sets = [read_fixture_set(self._folder, name) for name in names]
        with self._connection() as connection:
            for fixture_set in sets:
                self._rows |= load_fixture_set(connection, fixture_set)
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
        if self._place is not None:
            with sandbox.superuser(self._place).connect() as connection:
                if not sandbox.server.ours and sandbox.stop_acting:
                    connection.execute(sandbox.stop_acting.encode())
                yield connection
            return
        connection = self._worker.rolled_back.plain
        fresh = connection.info.transaction_status == TransactionStatus.IDLE
        if sandbox.stop_acting:
            connection.execute(sandbox.stop_acting.encode())
        try:
            yield connection
        finally:
            # In an aborted transaction the coming rollback undoes it.
            if sandbox.act_again and connection.info.transaction_status != TransactionStatus.INERROR:
                connection.execute(sandbox.act_again.encode())
        if fresh:
            # What was there before the test began survives its rollback().
            connection.commit()
