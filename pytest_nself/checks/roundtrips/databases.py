"""Empty databases to make the trip in: with prelude, extensions and owner, as the tests' template begins."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from pytest_nself.catalog.watching import watch
from pytest_nself.core.sql import SHARED, Sql
from pytest_nself.core.step import Statement
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.send import send
from pytest_nself.migrations.ledger import LEDGER, read_ledger
from pytest_nself.migrations.planning.recording import plan_ledger

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.sandbox.sandbox import Sandbox

# As settings of the connection: what a migration leaves in its session is reset to them.
_OPTIONS = "-c synchronous_commit=off -c client_min_messages=notice"


class Databases(Protocol):
    """Where fresh databases come from."""

    def fresh(self, *, watched: bool = False) -> EphemeralDatabase:
        """A database on which no migration was applied, as the role that migrates.

        With `watched` it tells what is touched in it, if that can be had.
        """

    def drop(self, database: EphemeralDatabase) -> None:
        """Drop one of them, and what its migrations have left in the cluster."""


@dataclass(slots=True)
class SandboxDatabases:
    """Clones of a sandbox whose template has no migrations."""

    sandbox: Sandbox
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _roles: frozenset[str] | None = None
    _living: set[str] = field(default_factory=set)

    def fresh(self, *, watched: bool = False) -> EphemeralDatabase:
        if self._roles is None:
            self._roles = self.sandbox.roles()
        name = f"{self.sandbox.template.prefix}roundtrip_{os.getpid()}_{next(self._numbers)}"
        self._living.add(name)
        database = self.sandbox.clone(name, as_owner=True)
        if watched:
            with closing(self.sandbox.superuser(name).connect(autocommit=True)) as connection:
                watch(connection)
        return database

    def drop(self, database: EphemeralDatabase) -> None:
        self.sandbox.drop(database)
        self._living.discard(database.dsn.dbname)
        if self._roles is not None and not self._living:
            self.sandbox.drop_roles(self.sandbox.roles() - self._roles)


@contextmanager
def opened(
    databases: Databases, *, watched: bool = False
) -> Iterator[tuple[EphemeralDatabase, psycopg.Connection[Any]]]:
    """A fresh database with an empty ledger, and a connection to it in autocommit; both are gone afterwards."""
    database = databases.fresh(watched=watched)
    try:
        connection = connect(database)
        try:
            yield database, connection
        finally:
            connection.close()
    finally:
        databases.drop(database)


def connect(database: EphemeralDatabase) -> psycopg.Connection[Any]:
    """A connection as the runner has one, to a database that now has a ledger: migrations may count on its schema."""
    options = f"{database.dsn.options.get('options', '')} {_OPTIONS}".strip()
    connection = database.connect(
        autocommit=True, application_name="nself", prepare_threshold=None, client_encoding="UTF8", options=options
    )
    steps = [replace(one, sql=Sql(one.sql.text, SHARED)) for one in plan_ledger(read_ledger(connection, LEDGER))]
    if steps:
        send(connection, [Statement("begin", Sql("begin;")), *steps, Statement("commit", Sql("commit;"))])
    return connection
