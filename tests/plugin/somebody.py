"""A server that is not ours: the outer run's, with users and databases of its own kind on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.names import quote_identifier
from pytest_nself.server.server import Server

HOME = "somebodys_home"


def somebody(server: Server) -> Somebody:
    """The server with a database of somebody's on it: nobody should stay connected to template1."""
    try:
        with server.connect("template1") as connection:
            connection.execute(f"create database {HOME} template template1")
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        pass
    return Somebody(server)


@dataclass(frozen=True)
class Somebody:
    """Somebody's server, seen from beside the run under test."""

    server: Server

    @property
    def dsn(self) -> Dsn:
        """Its superuser, and a database to connect to first."""
        return self.server.dsn.replace(dbname=HOME)

    @property
    def url(self) -> str:
        return self.dsn.url()

    def execute(self, *statements: str, dbname: str | None = None) -> None:
        """Run statements as the superuser."""
        with self.server.connect(dbname or self.dsn.dbname) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def databases(self, run_id: str = "") -> set[str]:
        """The databases of one run."""
        with self.server.connect(self.dsn.dbname) as connection:
            rows = connection.execute("select datname::text from pg_catalog.pg_database order by datname").fetchall()
        return {name for (name,) in rows if name.startswith(f"nself_{run_id}")}

    @contextmanager
    def role(self, options: str = "") -> Iterator[str]:
        """A login role with a name of its own and the password `secret`, dropped afterwards."""
        name = f"somebody_{os.urandom(4).hex()}"
        self.execute(f"create role {name} login password 'secret' {options}")
        try:
            yield name
        finally:
            self.execute(f"drop role {name}")

    @contextmanager
    def database(self, name: str = "", owner: str = "") -> Iterator[str]:
        """A database of somebody's, dropped afterwards."""
        name = name or f"theirs_{os.urandom(4).hex()}"
        self.execute(f"create database {quote_identifier(name)}" + (f" owner {owner}" if owner else ""))
        try:
            yield name
        finally:
            self.execute(f"drop database {quote_identifier(name)} with (force)")

    def url_for(self, role: str, dbname: str | None = None) -> str:
        """The address of a role that `role` made."""
        return self.dsn.replace(user=role, password="secret", dbname=dbname or self.dsn.dbname).url()
