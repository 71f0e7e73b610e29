"""A live database's schema on a throw-away server of its version: dumped, copied, gone when the block ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pytest_nself.database.database import Database
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.sandbox.template import MissingExtensions
from pytest_nself.sandbox.throwaway import throwaway_server, who_brings
from pytest_nself.server.client_programs import Client, find_client
from pytest_nself.server.server import Server

from .copy import Copy, make_copy
from .dump import dump_schema
from .target import Original


@dataclass(frozen=True, slots=True)
class Copied:
    """The copy, the server that it is on, and the pg_dump that was used."""

    copy: Copy
    server: Server
    client: Client


@contextmanager
def copied_schema(
    project: TestProject, target: Database, original: Original, wanted: frozenset[str] = frozenset()
) -> Iterator[Copied]:
    """A copy of `target`, of which `original` was read; `wanted` are extensions that must be there besides its own.

    Raises ToolMissing without a fitting pg_dump, NoServer without a server for the copy, MissingExtensions (a NoServer)
    or NselfError where the schema cannot be copied.
    """
    client = find_client(
        "pg_dump",
        server_version=target.server_version,
        host=target.dsn.host,
        bin_setting=project.settings["postgres_bin"],
    )
    dump = dump_schema(client, target.dsn)
    major = target.server_version // 10000
    with throwaway_server(project, major=major, extensions=original.extensions | wanted) as server:
        try:
            copy = make_copy(server, original, dump, wanted)
        except MissingExtensions as error:
            error.remedy = who_brings(project, server.provider, frozenset(error.missing))
            raise
        yield Copied(copy, server, client)


def describe_server(server: Server) -> str:
    """`PostgreSQL 15.4 (provider binaries)`."""
    version = server.version
    return f"PostgreSQL {version // 10000}.{version % 10000} (provider {server.provider})"
