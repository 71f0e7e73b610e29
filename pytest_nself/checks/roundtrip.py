"""Up, down and up again leave no trace: each migration judged from its own state, over empty and over filled tables."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from pytest_nself.data.filler import Filler, fill_by_type
from pytest_nself.migrations.migration import Migrations
from pytest_nself.migrations.order import ordered
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.sandbox.throwaway import throwaway_sandbox
from pytest_nself.server.server import Server

from .roundtrips.databases import Databases, SandboxDatabases
from .roundtrips.findings import findings_of, findings_of_one
from .roundtrips.rows import FilledTrip, RowsLeg
from .roundtrips.states import States, WatchedStates, WholeStates, may_be_watched
from .roundtrips.static import Prospect, prospects
from .roundtrips.trip import Leg, Trip
from .roundtrips.verdict import Class, Difference, Failure, Judged, Loss, RoundTrip, Verdict

__all__ = [
    "Class",
    "Databases",
    "Difference",
    "Failure",
    "Judged",
    "Loss",
    "RoundTrip",
    "SandboxDatabases",
    "States",
    "Verdict",
    "findings_of",
    "findings_of_one",
    "round_trip",
    "round_trip_of",
    "trip_databases",
]


def round_trip_of(
    project: TestProject,
    migrations: Migrations,
    *,
    versions: Collection[int] | None = None,
    rows: bool = True,
    major: int | None = None,
) -> RoundTrip:
    """The round trip on a throwaway server, with the prelude, extensions and owner that the project's tests have.

    Raises MigrationError for a folder with errors, NoServer where no server can be had.
    """
    migrations.raise_errors()
    began = time.perf_counter()
    with trip_databases(project, migrations, major=major) as (databases, server):
        trip = round_trip(migrations, databases, versions=versions, filler=fill_by_type if rows else None)
    shown = f"PostgreSQL {server.version // 10000}.{server.version % 10000} (provider {server.provider})"
    return replace(trip, server=shown, took_ms=1000 * (time.perf_counter() - began))


@contextmanager
def trip_databases(
    project: TestProject, migrations: Migrations, *, major: int | None = None
) -> Iterator[tuple[Databases, Server]]:
    """Fresh databases on a throwaway server, and the server."""
    from pytest_nself.migrations.statements import extensions_in

    wanted = frozenset(name for one in migrations for name in extensions_in(one.up))
    with throwaway_sandbox(project, major=major, extensions=wanted) as sandbox:
        yield SandboxDatabases(sandbox), sandbox.server


def round_trip(
    migrations: Migrations,
    databases: Databases,
    *,
    versions: Collection[int] | None = None,
    filler: Filler | None = None,
    states: States | None = None,
) -> RoundTrip:
    """Judge the migrations of these versions (None: all) on databases that are made for it and dropped again.

    With a `filler` a second trip goes over filled tables. `states` reads and compares what is in a database.
    """
    migrations.raise_errors()
    order = ordered(migrations.migrations)
    watched = may_be_watched(text for one in order for text in (one.up, one.down or ""))
    found = prospects(migrations, order, watched=watched)
    trip = Trip(databases, states or (WatchedStates() if watched else WholeStates()), found)
    with trip.open():
        legs = list(trip.legs(versions))
        unwound = trip.unwind(legs) if versions is None else None
    with_rows: Sequence[RowsLeg] = ()
    unfilled = {}
    if filler is not None and legs:
        filled = FilledTrip(databases, filler, found, legs, trip.base)
        with_rows = filled.legs(versions)
        unfilled = filled.unfilled
    if unwound is not None:
        number, leg = unwound
        legs[number] = replace(legs[number], verdict=leg.verdict, failure=leg.failure, differences=leg.differences)
    judged = [
        _judged(
            prospect,
            legs[number] if number < len(legs) else None,
            with_rows[number : number + 1],
            _stopped(found, legs),
        )
        for number, prospect in enumerate(found)
        if versions is None or prospect.migration.version in versions
    ]
    return RoundTrip(migrations.folder, tuple(judged), tuple(unfilled.items()), filler is not None)


def _stopped(found: Sequence[Prospect], legs: Sequence[Leg]) -> str:
    """The migration after which nothing more could be run."""
    return found[len(legs) - 1].migration.label if legs else ""


def _judged(prospect: Prospect, leg: Leg | None, rows: Sequence[RowsLeg], stopped: str) -> Judged:
    migration = prospect.migration
    known = Judged(migration.label, migration.version, Verdict.EXACT, prospect.place, up_only=prospect.up_only)
    if prospect.verdict is not None and not (leg is not None and leg.verdict is Verdict.UP_FAILS):
        reason = migration.directives.irreversible or ""
        nothing = leg is not None and leg.stands and not leg.changes
        known = replace(
            known, verdict=prospect.verdict, reason=reason, failure=prospect.failure, changes_nothing=nothing
        )
    elif leg is None:
        return replace(known, verdict=Verdict.UNJUDGED, reason=f"{stopped} cannot be applied")
    else:
        known = replace(known, verdict=leg.verdict, differences=leg.differences, failure=leg.failure)
    return _with_rows(known, rows[0]) if rows else known


def _with_rows(judged: Judged, rows: RowsLeg) -> Judged:
    judged = replace(judged, losses=rows.losses)
    if rows.failure is None or judged.failure is not None:
        return judged
    fails = not rows.by_chance and not judged.verdict.fails
    return replace(judged, failure=rows.failure, verdict=Verdict.FAILS_FILLED if fails else judged.verdict)
