"""What a copy needs to know of its original beside the dump: roles, settings, grants, and the ledgers' rows.

Everything is read in one transaction that may not write.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import quote_qualified
from pytest_nself.sandbox.template import QUERIES as SANDBOX_QUERIES

if TYPE_CHECKING:
    import psycopg

QUERIES = Path(__file__).with_name("queries")
_LOCK_TIMEOUT_MS = 5000


@dataclass(frozen=True, slots=True)
class Role:
    """A role and its attributes as SQL words; `connected` is the one that migrates."""

    name: str
    attributes: str
    connected: bool

    @property
    def is_superuser(self) -> bool:
        return self.attributes.startswith("superuser")


@dataclass(frozen=True, slots=True)
class Original:
    """What was read of the database that is copied.

    `grants` are (role, privilege, grantable) on the database, `settings` (role or None, `name=value`) of the database
    and of the connected role, `rows` what a table held that decides what is pending, as COPY gives it.
    """

    dbname: str
    owner: str
    has_public: bool
    roles: tuple[Role, ...]
    memberships: tuple[tuple[str, str, bool], ...]
    grants: tuple[tuple[str, str, bool], ...]
    database_settings: tuple[tuple[str | None, str], ...]
    role_settings: tuple[tuple[str, str], ...]
    extension_owners: tuple[tuple[str, str], ...]
    filled_views: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, bytes], ...]

    @property
    def extensions(self) -> frozenset[str]:
        """The names of the extensions that the database has."""
        return frozenset(name for name, _ in self.extension_owners)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a table of the original is; `rows` is the server's estimate, None where it has none."""

    rows: int | None
    bytes: int


@contextmanager
def only_reading(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """A transaction that may not write, sees one moment and does not wait long behind others; always rolled back."""
    connection.execute(
        f"begin isolation level repeatable read read only; set local lock_timeout = {_LOCK_TIMEOUT_MS}".encode()
    )
    try:
        yield
    finally:
        if not connection.closed:
            connection.rollback()


def read_original(connection: psycopg.Connection[Any], ledgers: tuple[tuple[str, str], ...]) -> Original:
    """Read it; `ledgers` are tables whose rows are wanted, those that are not there are passed over."""

    def rows(path: Path) -> tuple[Any, ...]:
        return tuple(connection.execute(path.read_bytes()).fetchall())

    def own(name: str) -> tuple[Any, ...]:
        return rows(QUERIES / f"{name}.sql")

    with only_reading(connection):
        dbname, owner, has_public, time_zone = own("database")[0]
        return Original(
            dbname=dbname,
            owner=owner,
            has_public=has_public,
            roles=tuple(Role(*row) for row in own("roles")),
            memberships=own("memberships"),
            grants=rows(SANDBOX_QUERIES / "database_acl.sql"),
            # It decides whether `timestamp` becomes `timestamp with time zone` without a rewrite.
            database_settings=((None, f"TimeZone={time_zone}"), *rows(SANDBOX_QUERIES / "database_settings.sql")),
            role_settings=own("role_settings"),
            extension_owners=own("extensions"),
            filled_views=own("filled_views"),
            rows=tuple(_copied(connection, *ledger) for ledger in ledgers if _exists(connection, *ledger)),
        )


def read_sizes(connection: psycopg.Connection[Any], tables: list[tuple[str, str]]) -> dict[tuple[str, str], Size]:
    """The sizes of those of these tables that the database has."""
    if not tables:
        return {}
    asked = [[schema for schema, _ in tables], [name for _, name in tables]]
    with only_reading(connection):
        rows = connection.execute((QUERIES / "sizes.sql").read_bytes(), asked, prepare=False).fetchall()
    # Of a table that was never analyzed the estimate says nothing, unless there is nothing in it.
    return {
        (schema, name): Size(int(estimate) if estimate >= 0 else (None if size else 0), int(size))
        for schema, name, estimate, size in rows
    }


def _exists(connection: psycopg.Connection[Any], schema: str, name: str) -> bool:
    row = connection.execute("select pg_catalog.to_regclass(%s)", [quote_qualified(schema, name)]).fetchone()
    return row is not None and row[0] is not None


def _copied(connection: psycopg.Connection[Any], schema: str, name: str) -> tuple[str, bytes]:
    """The table with its columns as COPY wants them, and its rows."""
    table = quote_qualified(schema, name)
    with connection.cursor() as cursor, cursor.copy(f"copy {table} to stdout".encode()) as copy:
        return table, b"".join(bytes(chunk) for chunk in copy)
