"""The fixtures; `pytest --fixtures` shows the first line of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from .state import run_of

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.data.fixture_rows import FixtureRows
    from pytest_nself.database.database import EphemeralDatabase
    from pytest_nself.server.server import Server


@pytest.fixture(scope="session")
def nself_server(request: pytest.FixtureRequest) -> Server:
    """The running PostgreSQL server: .dsn (superuser), .version (150018), .provider."""
    return run_of(request.config).worker.sandbox.server


@pytest.fixture
def nself_db(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    """A psycopg connection to the migrated database, in a transaction that is always rolled back."""
    worker = run_of(request.config).worker
    if not _rolls_back(request.node):
        database = request.getfixturevalue("nself_database")
        with database.connect() as connection:
            yield connection
        return
    yield worker.rollback_test.begin(request.node)
    worker.rollback_test.end()


@pytest.fixture
def nself_async_db(request: pytest.FixtureRequest) -> Iterator[psycopg.AsyncConnection[Any]]:
    """The same as nself_db, as a psycopg AsyncConnection; bound to no event loop."""
    worker = run_of(request.config).worker
    _refuse_trio(request)
    yield worker.rollback_test.begin_async(request.node)
    worker.rollback_test.end()


@pytest.fixture
def nself_database(request: pytest.FixtureRequest) -> Iterator[EphemeralDatabase]:
    """The worker's committed database, which DATABASE_URL names; put back after a test that wrote to it."""
    worker = run_of(request.config).worker
    yield worker.committed.begin()
    worker.committed.end(request.node)


@pytest.fixture
def nself_dsn(nself_database: EphemeralDatabase) -> str:
    """The URL of nself_database."""
    return nself_database.dsn.url()


@pytest.fixture
def nself_clone(request: pytest.FixtureRequest) -> Iterator[EphemeralDatabase]:
    """A fresh database of its own for a test that changes schema, roles or settings; dropped afterwards."""
    worker = run_of(request.config).worker
    database = worker.new_clone()
    yield database
    worker.end_clone(database, request.node)


@pytest.fixture
def nself_fixtures(request: pytest.FixtureRequest) -> LoadedSets:
    """The rows of the loaded fixture sets: nself_fixtures["users.alice"].id, .load("basic-users")."""
    return LoadedSets(request)


def _rolls_back(node: Any) -> bool:
    marker = node.get_closest_marker("nself_rollback")
    return marker is None or not marker.args or bool(marker.args[0])


def _refuse_trio(request: pytest.FixtureRequest) -> None:
    backend = request.node.callspec.params.get("anyio_backend") if hasattr(request.node, "callspec") else None
    name = backend[0] if isinstance(backend, tuple) else backend
    if name == "trio" or request.node.get_closest_marker("trio"):
        from pytest_nself.core.errors import ConfigError

        raise ConfigError(
            "nself_async_db does not work under trio.",
            "psycopg's AsyncConnection is made for asyncio.",
            "run this test under asyncio (anyio_backend = 'asyncio'), or use nself_db",
        )


class LoadedSets:
    """Fixture sets loaded for this test, and their rows by table and label."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        from pytest_nself.data.fixture_rows import FixtureRows

        run = run_of(request.config)
        self._folder = run.root / run.settings["fixtures"]
        names = request.fixturenames
        committed = not _rolls_back(request.node) or (
            ("nself_database" in names or "nself_dsn" in names) and "nself_db" not in names and "nself_async_db" not in names
        )
        self._target = request.getfixturevalue("nself_database") if committed else None
        if not committed and "nself_async_db" not in names:
            request.getfixturevalue("nself_db")
        elif not committed:
            request.getfixturevalue("nself_async_db")
        self._worker = run.worker
        self._rows: FixtureRows = FixtureRows()
        for marker in reversed(list(request.node.iter_markers("nself_fixtures"))):
            self.load(*marker.args)

    def load(self, *names: str) -> LoadedSets:
        """Load these sets now; FixtureError tells file and line of what PostgreSQL refused."""
        from pytest_nself.sandbox.fixture_sets import load_fixture_set

        for name in names:
            if self._target is not None:
                with self._target.connect() as connection:
                    self._rows = self._rows.merged(load_fixture_set(connection, self._folder, name))
            else:
                plain = self._worker.rollback_test.plain
                self._rows = self._rows.merged(load_fixture_set(plain, self._folder, name))
        return self

    def __getitem__(self, key: str) -> Any:
        return self._rows[key]

    def __repr__(self) -> str:
        return f"<nself_fixtures {self._rows!r}>"
