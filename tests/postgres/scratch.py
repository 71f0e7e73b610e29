"""Databases for tests that need several of them, made from scripts and dropped again."""

from __future__ import annotations

import itertools
import os
import zlib
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from pytest_nself.catalog.fact import Catalog
from pytest_nself.catalog.read import introspect
from pytest_nself.core.names import quote_identifier
from pytest_nself.database.database import Database, EphemeralDatabase
from pytest_nself.server.server import Server

_numbers = itertools.count(1)
# Another worker was faster; by a moment only, and the catalog's own index says so.
_THERE_ALREADY = (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation)


@dataclass
class Scratch:
    """Makes databases on the run's server over one connection that is kept."""

    server: Server
    admin: psycopg.Connection[Any] = field(init=False)
    living: dict[str, EphemeralDatabase] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        # Nobody may stay connected to template1 while other tests clone it; and locks hold within one database.
        with self.server.connect("template1") as connection, suppress(*_THERE_ALREADY):
            connection.execute(b"create database scratch_home template nself_template strategy file_copy")
        self.admin = self.server.connect("scratch_home")

    def make(self, *scripts: str) -> EphemeralDatabase:
        """A database in which these scripts have run, each in a transaction of its own."""
        name = f"scratch_made_{os.getpid()}_{next(_numbers)}"
        # This project has no migrations, so the run's template is empty; and nobody is ever connected to it.
        create = f"create database {quote_identifier(name)} template nself_template strategy file_copy"
        self.admin.execute(create.encode())
        database = EphemeralDatabase(self.server.dsn_for(name), self.server.version)
        self.living[name] = database
        try:
            for script in scripts:
                run(database, script)
        except BaseException:
            self.drop(database)
            raise
        return database

    def drop(self, database: EphemeralDatabase) -> None:
        """Drop it; a database with subscriptions cannot be dropped, so they go first."""
        name = database.dsn.dbname
        query = (
            "select s.subname::text from pg_catalog.pg_subscription s "
            "join pg_catalog.pg_database d on d.oid = s.subdbid where d.datname = %s"
        )
        for (subscription,) in self.admin.execute(query, [name]).fetchall():
            quoted = quote_identifier(subscription)
            # Without a slot nobody is asked for it.
            detach = (f"alter subscription {quoted} {verb}" for verb in ("disable", "set (slot_name = none)"))
            run(database, *detach, f"drop subscription {quoted}")
        self.admin.execute(f"drop database if exists {quote_identifier(name)} with (force)".encode())
        self.living.pop(name, None)

    @contextmanager
    def made(self, *scripts: str) -> Iterator[EphemeralDatabase]:
        """The same, dropped at the end."""
        database = self.make(*scripts)
        try:
            yield database
        finally:
            self.drop(database)

    @contextmanager
    def roles(self, names: Collection[str]) -> Iterator[None]:
        """Roles that scripts name, made beforehand: of two scripts at once only one could make them.

        They belong to the whole server. The last of the run's workers that need them takes them away.
        """
        key = zlib.crc32("\n".join(sorted(names)).encode())
        self.admin.execute("select pg_catalog.pg_advisory_lock_shared(%s)", [key])
        listed = [quote_identifier(name) for name in sorted(names)]
        for role in listed:
            make = f"create role {role}; exception when duplicate_object or unique_violation then null;"
            self.admin.execute(f"do $$ begin {make} end $$".encode())
        try:
            yield
        finally:
            self.admin.execute("select pg_catalog.pg_advisory_unlock_shared(%s)", [key])
            row = self.admin.execute("select pg_catalog.pg_try_advisory_lock(%s)", [key]).fetchone()
            if row is not None and row[0]:
                self.admin.execute(f"drop role if exists {', '.join(listed)}".encode())
                self.admin.execute("select pg_catalog.pg_advisory_unlock(%s)", [key])

    def close(self) -> None:
        """Let go of the server, and of databases that nobody has dropped."""
        for database in list(self.living.values()):
            self.drop(database)
        self.admin.close()


def run(database: Database, *texts: str) -> None:
    """Execute the texts over a connection that is closed afterwards."""
    with closing(database.connect(autocommit=True, prepare_threshold=None)) as connection:
        for text in texts:
            connection.execute(text.encode())


def read(database: Database) -> Catalog:
    """What is in the database."""
    with closing(database.connect(autocommit=True)) as connection:
        return introspect(connection)
