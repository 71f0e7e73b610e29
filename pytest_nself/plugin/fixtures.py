"""The fixtures; `pytest --fixtures` shows the first line of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from .state import worker_of

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.database.database import EphemeralDatabase
    from pytest_nself.server.server import Server

    from .loaded_sets import LoadedSets


@pytest.fixture(scope="session")
def nself_server(request: pytest.FixtureRequest) -> Server:
    """The running PostgreSQL server: .dsn (superuser), .version (150018), .provider."""
    return worker_of(request).sandbox.server


@pytest.fixture
def nself_db(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    """A psycopg connection to the migrated database, in a transaction that is always rolled back."""
    worker = worker_of(request)
    if not _rolls_back(request.node):
        database = request.getfixturevalue("nself_database")
        with database.connect() as connection:
            yield connection
        return
    yield worker.rolled_back.begin(request.node)
    worker.rolled_back.end()


@pytest.fixture
def nself_async_db(request: pytest.FixtureRequest) -> Iterator[psycopg.AsyncConnection[Any]]:
    """The same as nself_db, as a psycopg AsyncConnection; bound to no event loop."""
    worker = worker_of(request)
    _refuse_trio(request)
    yield worker.rolled_back.begin_async(request.node)
    worker.rolled_back.end()


@pytest.fixture
def nself_database(request: pytest.FixtureRequest) -> Iterator[EphemeralDatabase]:
    """The worker's committed database, which DATABASE_URL names; put back after a test that wrote to it."""
    worker = worker_of(request)
    yield worker.committed.begin()
    worker.committed.end(request.node)


@pytest.fixture
def nself_dsn(nself_database: EphemeralDatabase) -> str:
    """The URL of nself_database."""
    return nself_database.dsn.url()


@pytest.fixture
def nself_clone(request: pytest.FixtureRequest) -> Iterator[EphemeralDatabase]:
    """A fresh database of its own for a test that changes schema, roles or settings; dropped afterwards."""
    worker = worker_of(request)
    database = worker.clones.take()
    yield database
    worker.end_clone(database, request.node)


@pytest.fixture
def nself_fixtures(request: pytest.FixtureRequest) -> LoadedSets:
    """The rows of the loaded fixture sets: nself_fixtures["users.alice"].id, .load("basic-users")."""
    from .loaded_sets import loaded_sets

    return loaded_sets(request, committed=_loads_committed(request))


def _loads_committed(request: pytest.FixtureRequest) -> bool:
    """Whether fixture sets go to the committed database: where the test works on that one alone."""
    names = set(request.fixturenames)
    if not _rolls_back(request.node):
        return True
    return bool(names & {"nself_database", "nself_dsn"}) and not names & {"nself_db", "nself_async_db"}


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
