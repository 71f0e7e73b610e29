"""What shows before anything runs: a down that is not there, holds nothing, cannot be sent, or is not wanted."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_nself.core.errors import MigrationError
from pytest_nself.core.place import Place
from pytest_nself.migrations.migration import DOWN, UP, Migration, Migrations

from .roads import Road, road
from .verdict import Failure, Verdict

UP_ONLY = ("plain", "drizzle", "drizzle folders", "nested migration.sql")
"""Layouts whose files have no place for a down: there is one only where a file for it was put beside."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """A migration before its trip: its two ways, or why there is none.

    `verdict` is what is known already, None where the trip decides. `place` is what the verdict is about.
    """

    migration: Migration
    up: Road | None
    down: Road | None
    verdict: Verdict | None
    place: Place
    failure: Failure | None = None

    @property
    def up_only(self) -> bool:
        """Whether the migration's file has no place for a down."""
        return self.migration.layout in UP_ONLY


def prospects(migrations: Migrations, order: tuple[Migration, ...], *, watched: bool = False) -> list[Prospect]:
    """All of them, in the order of their application; `watched` as for a road."""
    empty = {one.place for one in migrations.findings if one.rule == "migration-empty-down"}
    with_down = {one.layout for one in order if one.down is not None or one.down_place is not None}
    return [_prospect(one, empty, with_down, watched) for one in order]


def _prospect(migration: Migration, empty: set[Place | None], with_down: set[str], watched: bool) -> Prospect:
    place = migration.down_place or Place(migration.place.path)
    try:
        up = road(migration, UP, watched=watched)
    except MigrationError as error:
        return Prospect(migration, None, None, Verdict.UNPARSABLE, error.place or migration.place, _refused(error))
    if migration.directives.irreversible is not None:
        return Prospect(migration, up, None, Verdict.IRREVERSIBLE, place)
    if migration.down is None:
        return Prospect(migration, up, None, _why_none(migration, empty, with_down), place)
    try:
        down = road(migration, DOWN, watched=watched)
    except MigrationError as error:
        return Prospect(migration, up, None, Verdict.UNPARSABLE, error.place or place, _refused(error))
    return Prospect(migration, up, down, None, place)


def _why_none(migration: Migration, empty: set[Place | None], with_down: set[str]) -> Verdict:
    if migration.down_place is not None:
        return Verdict.EMPTY if migration.down_place in empty else Verdict.COMMENTS
    if not with_down:
        return Verdict.NO_DOWNS
    # A plain file beside pairs is one whose partner is missing; beside drizzle's it is what its layout is.
    if migration.layout in UP_ONLY and not with_down - set(UP_ONLY):
        return Verdict.NO_DOWNS
    return Verdict.MISSING


def _refused(error: MigrationError) -> Failure:
    return Failure(error.place, error.problem, error.remedy)
