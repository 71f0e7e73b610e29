"""What the runner sends for one direction of a migration, without what it writes into its ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.watching import RESET_ALL
from pytest_nself.core.errors import StepFailed
from pytest_nself.core.place import Place
from pytest_nself.core.sql import COMMIT_AFTER, SHARED, Sql
from pytest_nself.core.step import NO_HAZARDS, Statement, Step
from pytest_nself.execute.messages import parcels
from pytest_nself.execute.send import send, send_parcel
from pytest_nself.migrations.ledger import EMPTY_LEDGER, LEDGER
from pytest_nself.migrations.migration import Migration
from pytest_nself.migrations.planning.planner import NO_TIMEOUTS
from pytest_nself.migrations.planning.recording import Recording, guarded_by
from pytest_nself.migrations.planning.walk import Walk

from .verdict import Failure

if TYPE_CHECKING:
    import psycopg

# Where the runner, at the end of a transaction, begins to write into its ledger: what stands before it makes the
# session as it was, and belongs to every run.
_WRITES = re.compile(rf"(?m)^(?:insert into|update|with gone as \(delete from) {re.escape(LEDGER.quoted)}")

# What another transaction than the one that is open would do otherwise.
_OWN_TRANSACTION = re.compile(
    r"""(?ix)\b(?: set\s+(?:session\s+characteristics|transaction)\b | add\s+value\b | on\s+commit\b
    | dblink | pg_background | prepare\s+transaction )"""
)
_ROLES = re.compile(r"(?i)\b(?:role|user|group|grant|revoke|execute|call)\b")
_ROWS = re.compile(r"(?i)\b(?:insert|update|delete|truncate|merge|copy|call|do|select|execute|cascade)\b")


@dataclass(frozen=True, slots=True)
class Road:
    """One direction of a migration, ready to be sent.

    `nested`: it may run inside a transaction that is open already. `about_roles`, `about_rows`: its text may change
    roles of the cluster, or rows.
    """

    place: Place
    steps: tuple[Step, ...]
    nested: bool
    about_roles: bool
    about_rows: bool


def road(migration: Migration, direction: str, *, watched: bool = False) -> Road:
    """What is sent for this direction; `watched` where the database tells what is touched, and must not forget it.

    Raises MigrationError for a text that cannot be sent.
    """
    walk = Walk.of(migration, direction, hazards=NO_HAZARDS, defaults=NO_TIMEOUTS)
    steps = tuple(_without_ledger(walk.steps(Recording.of(EMPTY_LEDGER, None), EMPTY_LEDGER), watched=watched))
    one = len(walk.parts) == 1 and walk.parts[0].alone is None and not walk.parts[0].isolation
    return Road(
        walk.way.place,
        steps,
        one and not _OWN_TRANSACTION.search(walk.text),
        _ROLES.search(walk.text) is not None,
        _ROWS.search(walk.text) is not None,
    )


def _without_ledger(steps: Iterator[Step], *, watched: bool) -> Iterator[Step]:
    for step in steps:
        if guarded_by(step):
            continue
        ours = isinstance(step, Statement) and step.place is not None and step.place.line is None
        if isinstance(step, Statement) and ours and (written := _WRITES.search(step.sql.text)):
            reset = step.sql.text[: written.start()]
            if watched:
                reset = reset.replace("reset all;", f"{RESET_ALL};")
            yield Statement("make the session as it was", Sql(reset, step.sql.transaction))
        elif isinstance(step, Statement) and step.if_refused:
            yield replace(step, if_refused="")
        else:
            yield step


def travel(connection: psycopg.Connection[Any], way: Road) -> None:
    """Send it in transactions of its own. Raises StepFailed; what is committed before that stays."""
    try:
        for parcel in parcels(way.steps):
            send_parcel(connection, way.steps, parcel)
    except StepFailed:
        if not connection.closed:
            connection.rollback()
        raise


def travel_inside(connection: psycopg.Connection[Any], way: Road, savepoint: str, *, begin: bool = False) -> None:
    """Send it inside the transaction that is open, or that begins now; it can be taken back to `savepoint`."""
    first = [Statement("begin", Sql("begin isolation level read committed;"))] if begin else []
    first.append(Statement("mark", Sql(f"savepoint {savepoint};")))
    shared = [
        replace(step, sql=Sql(step.sql.text, SHARED))
        if isinstance(step, Statement) and step.sql.transaction is COMMIT_AFTER
        else step
        for step in way.steps
    ]
    send(connection, [*first, *shared])


def failure_of(error: StepFailed) -> Failure:
    """The failure in the server's words."""
    return Failure(error.place, error.cause, error.remedy, getattr(error.__cause__, "sqlstate", None))
