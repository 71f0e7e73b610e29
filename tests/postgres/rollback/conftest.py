"""What the tests of a transaction that is never committed share: tables, a session on them, and ways to look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.emulation import RollbackConnection
from pytest_nself.database.rollback import RollbackSession

SCHEMA = """
create table parent (id int primary key);
create table child (
    id int primary key,
    parent_id int constraint child_parent references parent deferrable initially deferred,
    other_id int constraint child_other references parent deferrable initially immediate
);
create table item (id int primary key, note text);
create sequence counter;
"""


@pytest.fixture
def database(scratch_database: EphemeralDatabase) -> EphemeralDatabase:
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute(SCHEMA)
    return scratch_database


@pytest.fixture
def session(database: EphemeralDatabase) -> Iterator[RollbackSession]:
    session = RollbackSession(database)
    yield session
    session.close()


@pytest.fixture
def db(session: RollbackSession) -> RollbackConnection:
    return session.begin()


def told(session: RollbackSession) -> tuple[bool, tuple[str | None, ...] | None]:
    check = session.check()
    return check.wrote, check.extra


def ids(connection: psycopg.Connection[Any], table: str = "item") -> list[int]:
    return [
        row[0] for row in connection.execute(sql.SQL("select id from {} order by id").format(sql.Identifier(table)))
    ]


def value(connection: psycopg.Connection[Any], query: str, *params: object) -> Any:
    row = connection.execute(query, params).fetchone()
    assert row is not None
    return row[0]


def outside(database: EphemeralDatabase, query: str) -> Any:
    """What another connection sees."""
    with database.connect(autocommit=True) as connection:
        return value(connection, query)
