"""The fixtures; `pytest --fixtures` shows the first line of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from .state import COMMITS, rolls_back, run_of, worker_of

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.database.database import EphemeralDatabase
    from pytest_nself.migrations.migration import Migration
    from pytest_nself.server.server import Server

    from .checks.auditing import Audit
    from .loaded_sets import LoadedSets
    from .making import Making
    from .run import Run


@pytest.fixture(scope="session")
def _nself_run(request: pytest.FixtureRequest) -> Run:
    """The run; the fixtures below ask it whose turn it is, which costs less than `request` does in each of them."""
    run = run_of(request.config)
    # The first test that asks; of the later ones a hook tells, which other runs do not have.
    run.item = request._pyfuncitem
    return run


@pytest.fixture(scope="session")
def nself_server(_nself_run: Run) -> Server:
    """The running PostgreSQL server: .dsn (superuser), .version (150018), .provider."""
    return worker_of(_nself_run).sandbox.server


@pytest.fixture
def nself_db(_nself_run: Run) -> Iterator[psycopg.Connection[Any]]:
    """A psycopg connection to the migrated database, in a transaction that is always rolled back."""
    worker, node = worker_of(_nself_run), _nself_run.item
    if COMMITS in node.stash:
        with node.funcargs["nself_database"].connect() as connection:
            yield connection
        return
    rolled_back = worker.rolled_back
    yield rolled_back.begin(node)
    rolled_back.end()


@pytest.fixture
def nself_async_db(_nself_run: Run) -> Iterator[psycopg.AsyncConnection[Any]]:
    """The same as nself_db, as a psycopg AsyncConnection; bound to no event loop."""
    worker, node = worker_of(_nself_run), _nself_run.item
    _refuse_trio(node)
    yield worker.rolled_back.begin_async(node)
    worker.rolled_back.end()


@pytest.fixture
def nself_database(_nself_run: Run) -> Iterator[EphemeralDatabase]:
    """The worker's committed database, which DATABASE_URL names; put back after a test that wrote to it."""
    worker, node = worker_of(_nself_run), _nself_run.item
    yield worker.committed.begin()
    worker.committed.end(node)


@pytest.fixture
def nself_dsn(nself_database: EphemeralDatabase) -> str:
    """The URL of nself_database."""
    return nself_database.dsn.url()


@pytest.fixture
def nself_clone(_nself_run: Run) -> Iterator[EphemeralDatabase]:
    """A fresh database of its own for a test that changes schema, roles or settings; dropped afterwards."""
    worker, node = worker_of(_nself_run), _nself_run.item
    database = worker.clones.take()
    worker.mark_log()
    yield database
    worker.end_clone(database, node)


@pytest.fixture
def nself_fixtures(request: pytest.FixtureRequest) -> LoadedSets:
    """The rows of the loaded fixture sets: nself_fixtures["users.alice"].id, .load("basic-users").

    Without a label a tuple of the table's rows; .ref("posts.hello").author follows a foreign key; .refresh() reads the
    rows again, which are otherwise as they were loaded.
    """
    from .loaded_sets import loaded_sets

    return loaded_sets(request, rolls_back=rolls_back(request.node))


@pytest.fixture
def nself_make(request: pytest.FixtureRequest) -> Making:
    """Make valid rows, with the rows that they need: nself_make("users", 10, role="admin"), nself_make("users").

    With a number a list, without one the row. Foreign keys take rows and keys: nself_make("posts", author=alice). Made
    where the test works: in its rolled-back transaction, its committed database or its clone.
    """
    from .making import making_here

    return making_here(request, rolls_back=rolls_back(request.node))


@pytest.fixture
def nself_audit(_nself_run: Run, request: pytest.FixtureRequest) -> Audit:
    """Ask rules what is wrong with the database, never as the role under test: nself_audit("fk-without-index").

    Without a name all rules are asked; tables=["orders"] keeps what is about one of these. Where the test has a
    transaction they see what it has changed. Gives findings: nself_audit().assert_none().
    """
    from .checks.auditing import Audit
    from .checks.begin import checked_of, reports_of

    reports_of(request.config)
    return Audit(worker_of(_nself_run), request.node, checked_of(request.config))


@pytest.fixture
def nself_migration(request: pytest.FixtureRequest) -> Migration:
    """A migration of the project's folder: a test that takes it runs once for each of them."""
    migration: Migration = request.param
    return migration


def _refuse_trio(node: pytest.Item) -> None:
    backend = node.callspec.params.get("anyio_backend") if hasattr(node, "callspec") else None
    name = backend[0] if isinstance(backend, tuple) else backend
    if name == "trio" or node.get_closest_marker("trio"):
        from pytest_nself.core.errors import ConfigError

        raise ConfigError(
            "nself_async_db does not work under trio.",
            "psycopg's AsyncConnection is made for asyncio.",
            "run this test under asyncio (anyio_backend = 'asyncio'), or use nself_db",
        )
