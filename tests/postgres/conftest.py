"""Fixtures on a real server: the one that the plugin itself starts."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest

from pytest_nself.core.names import quote_identifier
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.server.server import Server

from .corpus import Case

_numbers = itertools.count(1)


@pytest.fixture
def scratch_database(nself_server: Server) -> Iterator[EphemeralDatabase]:
    """An empty database, as the server's superuser; dropped after the test."""
    name = f"scratch_{os.getpid()}_{next(_numbers)}"
    with nself_server.connect("template1") as connection:
        # This project has no migrations, so its template is empty; template1 has connections, ours among them.
        create = f"create database {quote_identifier(name)} template nself_template strategy file_copy"
        connection.execute(create.encode())
    yield EphemeralDatabase(nself_server.dsn_for(name), nself_server.version)
    with nself_server.connect("template1") as connection:
        connection.execute(f"drop database if exists {quote_identifier(name)} with (force)".encode())


@pytest.fixture
def case(request: pytest.FixtureRequest, nself_server: Server) -> Case:
    """A case of the corpus that this server can hold."""
    case: Case = request.param
    if nself_server.version // 10000 < case.since:
        pytest.skip(f"needs PostgreSQL {case.since}")
    return case


@pytest.fixture
def no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable leads commands to a database: else they would reach the one that this run gives to its tests."""
    for name in os.environ:
        if name.startswith(("DATABASE_URL", "POSTGRES_", "PG")):
            monkeypatch.delenv(name)
