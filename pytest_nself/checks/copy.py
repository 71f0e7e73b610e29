"""A copy of a database on a server of our own: its schema, its roles, and no rows but the ledger's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import NselfError
from pytest_nself.core.names import quote_identifier, quote_literal, quote_qualified
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.sandbox.clones import setting_value
from pytest_nself.sandbox.template import MissingExtensions
from pytest_nself.server.postgres import scram_verifier
from pytest_nself.server.server import Server

from .dump import statements_of
from .target import QUERIES, Original

if TYPE_CHECKING:
    import psycopg

_ADMIN, _BOOTSTRAP = "nself_rehearsal", "nself_bootstrap"
_MAINTENANCE = "template1"
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy as the role that migrates sees it, and as its superuser does; `notes` say how it differs."""

    database: EphemeralDatabase
    superuser: EphemeralDatabase
    notes: tuple[str, ...]


def make_copy(server: Server, original: Original, dump: str, wanted: frozenset[str]) -> Copy:
    """Make it on a server that holds nothing else; `wanted` are extensions that must be there to be created.

    Raises MissingExtensions, or NselfError for a statement of the dump that the server refuses.
    """
    notes: list[str] = []
    # The original's name, since a migration may say it; template1 is where we stand.
    name = original.dbname if original.dbname not in ("template0", _MAINTENANCE) else "nself_copy"
    admin = _make_roles(server, original)
    with closing(server.connect(_MAINTENANCE, admin)) as connection:
        quoted = quote_identifier(name)
        connection.execute(f"drop database if exists {quoted} with (force)".encode())
        create = f"create database {quoted} template {_MAINTENANCE} owner {quote_identifier(original.owner)}"
        connection.execute(create.encode())
    superuser = EphemeralDatabase(server.dsn_for(name, admin), server.version)
    with closing(superuser.connect(autocommit=True, prepare_threshold=None)) as connection:
        _check_extensions(server, connection, original.extensions | wanted)
        if not original.has_public:
            connection.execute("drop schema public")
        _restore(connection, dump)
        for extension, owner in original.extension_owners:
            # There is no statement for it, and only an owner may update or drop an extension.
            connection.execute(
                "update pg_catalog.pg_extension set extowner ="
                " (select r.oid from pg_catalog.pg_roles as r where r.rolname = %s) where extname = %s",
                [owner, extension],
            )
        for table, rows in original.rows:
            _fill(connection, table, rows)
        notes += _refresh(connection, original.filled_views)
    with closing(server.connect(_MAINTENANCE, admin)) as connection:
        notes += _settle(connection, original, quoted)
    connected = next(role.name for role in original.roles if role.connected)
    return Copy(EphemeralDatabase(server.dsn_for(name, connected), server.version), superuser, tuple(notes))


def _make_roles(server: Server, original: Original) -> str:
    """The original's roles, of which only the one that migrates can log in; the name of a superuser."""
    admin = server.dsn.user
    verifier = scram_verifier(server.dsn.password)
    with closing(server.connect(_MAINTENANCE)) as connection:
        if any(role.name == admin and not role.is_superuser for role in original.roles):
            # There the role that is called like our superuser has fewer rights, and they matter.
            connection.execute(f"create role {_ADMIN} superuser login password '{verifier}'".encode())
            with closing(server.connect(_MAINTENANCE, _ADMIN)) as other:
                other.execute(f"alter role {quote_identifier(admin)} rename to {_BOOTSTRAP}".encode())
            admin = _ADMIN
    with closing(server.connect(_MAINTENANCE, admin)) as connection:
        for role in original.roles:
            if role.name == admin:
                continue
            login = f"login password '{verifier}'" if role.connected else "nologin"
            connection.execute(f"create role {quote_identifier(role.name)} {role.attributes} {login}".encode())
        for granted, member, grantable in original.memberships:
            if not member.startswith("pg_"):
                option = " with admin option" if grantable else ""
                grant = f"grant {quote_identifier(granted)} to {quote_identifier(member)}{option}"
                connection.execute(grant.encode())
    return admin


def _check_extensions(server: Server, connection: psycopg.Connection[Any], wanted: frozenset[str]) -> None:
    rows = connection.execute("select name::text from pg_catalog.pg_available_extensions").fetchall()
    missing = sorted(wanted - {name for (name,) in rows})
    if missing:
        raise MissingExtensions(
            f"A copy cannot be made: its server has no extension {', '.join(missing)}.",
            f"The provider is {server.provider}, PostgreSQL {server.version // 10000}.",
            "use a provider that has it",
            missing=tuple(missing),
        )


def _restore(connection: psycopg.Connection[Any], dump: str) -> None:
    rows = connection.execute("select pg_catalog.lower(name) from pg_catalog.pg_settings").fetchall()
    for batch in _batches(statements_of(dump, frozenset(name for (name,) in rows))):
        _send(connection, batch)


def _batches(statements: Iterable[str]) -> Iterator[Sequence[str]]:
    """Not all in one transaction: it would hold more locks than a server has room for."""
    batch: list[str] = []
    for one in statements:
        batch.append(one)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _send(connection: psycopg.Connection[Any], statements: Sequence[str]) -> None:
    import psycopg

    encoding = connection.info.encoding
    try:
        connection.execute(";\n".join(statements).encode(encoding))
    except psycopg.Error as error:
        if len(statements) > 1:
            for one in statements:  # to know which
                _send(connection, [one])
            return
        shown = " ".join(statements[0].split())
        raise NselfError(
            "A copy of the schema cannot be made.",
            f"{str(error).strip()}\nThe statement of the dump: {shown if len(shown) <= 300 else shown[:299] + '…'}",
            "see whether the copy's server has what the statement needs; another provider may have it",
        ) from error


def _fill(connection: psycopg.Connection[Any], table: str, rows: bytes) -> None:
    """Rows into a table, and its sequences to where they would stand, so that the next row gets the next number."""
    with connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin".encode()) as copy:
        copy.write(rows)
    sequences = connection.execute((QUERIES / "sequences.sql").read_bytes(), [table]).fetchall()
    for column, sequence in sequences:
        last = f"select max({column}) from {table} having max({column}) > 0"
        connection.execute(
            f"select pg_catalog.setval({quote_literal(sequence)}, last.n) from ({last}) last (n)".encode()
        )


def _refresh(connection: psycopg.Connection[Any], views: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A materialized view that was never filled cannot be read; over empty tables, filling it costs nothing."""
    import psycopg

    for schema, name in views:
        try:
            connection.execute(f"refresh materialized view {quote_qualified(schema, name)}".encode())
        except psycopg.Error as error:
            yield f"the materialized view {schema}.{name} could not be filled in the copy: {str(error).strip()}"


def _settle(connection: psycopg.Connection[Any], original: Original, quoted: str) -> Iterator[str]:
    """The database's grants and settings; the settings last, since they are for the role that migrates."""
    import psycopg

    if original.grants:
        connection.execute(f"revoke all on database {quoted} from public".encode())
    for role, privilege, grantable in original.grants:
        to = "public" if role == "public" else quote_identifier(role)
        option = " with grant option" if grantable else ""
        connection.execute(f"grant {privilege} on database {quoted} to {to}{option}".encode())
    for who, setting in _settings(original, quoted):
        name, _, value = setting.partition("=")
        if name.endswith("_preload_libraries"):
            continue  # programs that the copy's server may not have, and nobody could connect
        try:
            connection.execute(f"alter {who} set {name} = {setting_value(name, value)}".encode())
        except psycopg.Error as error:
            yield f"the setting {name} of the {who} is not set in the copy: {str(error).strip()}"


def _settings(original: Original, quoted: str) -> Iterator[tuple[str, str]]:
    for role, setting in original.database_settings:
        yield (f"role {quote_identifier(role)} in database {quoted}" if role else f"database {quoted}"), setting
    for role, setting in original.role_settings:
        yield f"role {quote_identifier(role)}", setting
