"""Reading the facts about a database, all of one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import NselfError
from pytest_nself.core.garbage import no_collection
from pytest_nself.core.names import ObjectRef

from .assemble import NOTES, Notes, add_notes, entries_of
from .depending import read_depends
from .fact import Catalog, Entry
from .kinds import kinds
from .query import SETTINGS, ask, ask_all, filled, query_text, rare_kinds, value_of, without

if TYPE_CHECKING:
    import psycopg

__all__ = ["TOOL_SCHEMAS", "introspect", "query_text", "read", "reading"]

TOOL_SCHEMAS = ("hdb_catalog", "hdb_views", "drizzle")
"""Schemas in which tools keep their own books."""

_ATTEMPTS = 5


def introspect(
    connection: psycopg.Connection[Any],
    *,
    dependencies: bool = True,
    excluded: Collection[str] = TOOL_SCHEMAS,
    excluded_tables: Collection[tuple[str, str]] = (),
) -> Catalog:
    """The catalog of the database that the connection leads to.

    Outside a transaction it is read in one of its own, and again if somebody changed the schema meanwhile; inside one
    the caller's transaction is what is seen. `excluded` are schemas that are left out, `excluded_tables` tables, by
    schema and name. Raises NselfError when the schema does not stand still.
    """
    from psycopg.pq import TransactionStatus

    if connection.info.transaction_status is not TransactionStatus.IDLE:
        with reading(connection):
            return read(connection, dependencies, excluded, excluded_tables)
    autocommit = connection.autocommit
    try:
        connection.autocommit = True
    except NselfError:  # a test's connection, which is always in the test's own transaction
        with reading(connection):
            return read(connection, dependencies, excluded, excluded_tables)
    try:
        return _read_when_still(connection, dependencies, excluded, excluded_tables)
    finally:
        connection.autocommit = autocommit


def _read_when_still(
    connection: psycopg.Connection[Any],
    dependencies: bool,
    excluded: Collection[str],
    excluded_tables: Collection[tuple[str, str]],
) -> Catalog:
    # The texts of views and expressions come from what is there when they are asked for, not from the transaction's
    # moment, so that somebody's change in between would be seen in part. Where nothing at all was written meanwhile
    # there was none; else the marks of all rows, as of the transaction's moment and as of now, tell.
    for _ in range(_ATTEMPTS):
        written = _written(connection)
        marks = None
        with _own_transaction(connection):
            catalog = read(connection, dependencies, excluded, excluded_tables)
            still = written is not None and value_of(connection, _WRITTEN) == written
            if not still:
                marks = value_of(connection, query_text("marks"))
        if still or value_of(connection, query_text("marks")) == marks:
            return catalog
    raise NselfError(
        "The schema cannot be read: it does not stand still.",
        f"Somebody changed it during each of {_ATTEMPTS} readings.",
        "wait until the migration or deploy that is under way is done",
    )


# How far the server has written its log: whoever changes a catalog writes there.
_WRITTEN = """
select case
    when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
    else pg_catalog.pg_current_wal_insert_lsn()
end::text
"""


def _written(connection: psycopg.Connection[Any]) -> str | None:
    """None where the server does not tell, as some that are rented do not."""
    from psycopg import DatabaseError

    try:
        return str(value_of(connection, _WRITTEN))
    except DatabaseError:
        return None


@contextmanager
def _own_transaction(connection: psycopg.Connection[Any]) -> Iterator[None]:
    connection.execute(f"begin transaction isolation level repeatable read, read only; {SETTINGS}".encode())
    try:
        yield
    finally:
        # Nothing was written; and at a rollback psycopg forgets all statements that it has prepared.
        connection.execute("commit")


@contextmanager
def reading(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """The settings for the reading inside the transaction that is open; nothing of it stays."""
    connection.execute(f"savepoint nself_reading; {SETTINGS}".encode())
    try:
        yield
    finally:
        if not connection.closed:
            # Past psycopg, which at a rollback forgets all statements that it has prepared.
            connection.pgconn.exec_(b"rollback to savepoint nself_reading; release savepoint nself_reading")


def read(
    connection: psycopg.Connection[Any],
    dependencies: bool,
    excluded: Collection[str],
    excluded_tables: Collection[tuple[str, str]],
) -> Catalog:
    """The catalog as the transaction that is open sees it, with the settings for the reading."""
    hidden = without(excluded)
    absent = rare_kinds() - {kind for (kind,) in ask(connection, query_text("present"))}
    names = [name for name in kinds() if name not in absent]
    more = [*NOTES, *names, "unmodelled", *(("aliases", "dependencies") if dependencies else ())]
    answers = ask_all(connection, [_ROLE, *(filled(name, hidden) for name in more)])
    version = connection.info.server_version
    with no_collection():
        ((role,),) = next(answers)[1]
        notes: Notes = {}
        for query in NOTES:
            add_notes(notes, query, next(answers)[1])
        entries: dict[ObjectRef, Entry] = {}
        for name in names:
            entries.update((entry.ref, entry) for entry in entries_of(kinds()[name], *next(answers), notes, version))
        unmodelled = tuple(ObjectRef(*row) for row in next(answers)[1])
        if excluded_tables:
            ours = set(excluded_tables)
            entries = {ref: one for ref, one in entries.items() if (ref.schema, ref.name) not in ours}
        depends = read_depends(entries, next(answers)[1], next(answers)[1]) if dependencies else {}
    answers.close()
    return Catalog(entries, depends, unmodelled, role, version)


_ROLE = "select current_user::text"
