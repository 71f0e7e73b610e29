"""The connection to an environment's database, and what is said when it cannot be had, or is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import NoServer, NselfError, StepFailed
from pytest_nself.core.names import quote_identifier

from . import present
from .session import Session, table_of

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.core.step import Step
    from pytest_nself.database.database import Database

# SQLSTATE's classes of a connection that ended: broken, or ended by the server. libpq's own words come without one.
_LOST = ("08", "57P")
_NO_RIGHT = "42501"


@contextmanager
def connected(session: Session) -> Iterator[tuple[Database, psycopg.Connection[Any]]]:
    """The database, and a connection to it. Raises NoServer when there is none to be had."""
    import psycopg

    from pytest_nself.database.database import Database
    from pytest_nself.execute.room import PATIENT, connect_within

    target = session.target
    database = Database(target.dsn, 0, target.environment)
    deadline = time.monotonic() + session.settings.lock_wait_s
    try:
        connection = connect_within(database, deadline, "nself", PATIENT, when_full=_saying_once(session))
    except psycopg.OperationalError as error:
        text = str(error).strip()
        raise NoServer(
            f"{target.dsn} cannot be reached.",
            f"{text}\nThe address comes from {target.origin} (environment {target.environment}).",
            _what_to_do(session, text),
        ) from None
    try:
        with losing(session):
            yield Database(target.dsn, connection.info.server_version, target.environment), connection
    finally:
        connection.close()


@contextmanager
def losing(session: Session) -> Iterator[None]:
    """Say of what the server or the network does in the block what it means, as an error of ours."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        text = str(error).strip()
        if isinstance(error, psycopg.OperationalError) and (error.sqlstate or "08").startswith(_LOST):
            remedy = "see whether the server is up, then run it again"
            raise NoServer(f"The connection to {session.target.dsn} was lost.", text, remedy) from error
        if error.sqlstate == _NO_RIGHT:
            raise NselfError(*_no_right(session, text)) from error
        raise NselfError("The database refused a query.", text, "see what the server says") from error
    except StepFailed as error:
        if getattr(error.__cause__, "sqlstate", None) == _NO_RIGHT and _writes_the_ledger(error.step):
            error.problem, error.cause, error.remedy = _no_right(session, error.cause)
        raise


def _saying_once(session: Session) -> Callable[[], None]:
    """Told after each try that found no room; a person is told of the first."""
    said = False

    def full() -> None:
        nonlocal said
        if not said:
            wait = f"{session.settings.lock_wait_s:g} s"
            present.note(session.invocation, f"The server has no room for a connection: waiting up to {wait}.")
        said = True

    return full


def _what_to_do(session: Session, text: str) -> str:
    """The remedy for a connection that was not to be had; libpq has only the server's text, and no SQLSTATE."""
    dsn = session.target.dsn
    name, role = quote_identifier(dsn.dbname), quote_identifier(dsn.user)
    if f'database "{dsn.dbname}" does not exist' in text:
        return f"create it: create database {name}; or correct the database's name in the address"
    if f'role "{dsn.user}" does not exist' in text:
        return f"create it: create role {role} login; or correct the user in the address"
    if "authentication failed" in text or "no password supplied" in text:
        return f"check the user {dsn.user} and its password"
    if "pg_hba.conf" in text:
        return f"check the user {dsn.user}; or let it in from here, in the server's pg_hba.conf"
    if "FATAL" in text:
        return "the server is up and does not let us in: see what it says"
    return "start the server, or correct the address"


def _no_right(session: Session, text: str) -> tuple[str, str, str]:
    """What, why and what to do where the role may not use the ledger."""
    role, table = quote_identifier(session.target.dsn.user), table_of(session)
    schema = quote_identifier(table.schema)
    return (
        f"The role {session.target.dsn.user} lacks a right that the ledger {table} needs.",
        text,
        f"as its owner: grant usage, create on schema {schema} to {role}; grant select, insert, update, delete on all "
        f"tables in schema {schema} to {role}; where the schema is still to be made: grant create on database "
        f"{quote_identifier(session.target.dsn.dbname)} to {role}",
    )


def _writes_the_ledger(step: Step | None) -> bool:
    from pytest_nself.migrations.planning.recording import PREPARE_LEDGER, guarded_by, recorded_by

    return step is not None and bool(step.title == PREPARE_LEDGER or recorded_by(step) or guarded_by(step))
