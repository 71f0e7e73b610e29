"""How each version stands between the folder and the ledger."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import NamedTuple

from pytest_nself.core.place import Place

from .ledger import Ledger, LedgerRow
from .migration import CHECKSUM_ALGORITHM, DOWN, Migration, Migrations


class State(Enum):
    """How a version stands between the folder and the ledger."""

    APPLIED = "applied"
    PENDING = "pending"
    OUT_OF_ORDER = "out of order"  # pending, below one that is applied
    EDITED = "edited"
    MISSING_FILE = "missing file"
    HALF_WAY = "half-way"


class StatusRow(NamedTuple):
    """One version's standing; `took_ms` is milliseconds."""

    version: int
    label: str
    state: State
    applied_at: datetime | None = None
    took_ms: int | None = None
    applied_by: str | None = None
    place: Place | None = None

    @property
    def wrong(self) -> bool:
        """Whether it is anything but applied."""
        return self.state is not State.APPLIED

    @property
    def pending(self) -> bool:
        """Whether `up` would apply it."""
        return self.state in (State.PENDING, State.OUT_OF_ORDER)

    @property
    def half_way(self) -> bool:
        """Whether a run of it was cut off."""
        return self.state is State.HALF_WAY


def status(migrations: Migrations, ledger: Ledger) -> tuple[StatusRow, ...]:
    """Every version that the folder or the ledger knows, in order of version."""
    files = {one.version: one for one in migrations}
    highest = max(ledger.rows, default=-1)
    return tuple(
        _status_row(version, files.get(version), ledger.rows.get(version), highest, version in ledger.elsewhere)
        for version in sorted({*files, *ledger.rows})
    )


def _status_row(
    version: int, migration: Migration | None, row: LedgerRow | None, highest: int, elsewhere: bool
) -> StatusRow:
    if migration is None:
        assert row is not None  # a version comes from one of the two
        state = State.HALF_WAY if row.dirty else State.MISSING_FILE
        return StatusRow(version, row.label, state, row.applied_at, row.took_ms, row.applied_by)
    if row is None and elsewhere:
        return StatusRow(version, migration.label, State.APPLIED, applied_by="drizzle", place=migration.place)
    if row is None:
        state = State.OUT_OF_ORDER if version < highest else State.PENDING
        return StatusRow(version, migration.label, state, place=migration.place)
    state = State.HALF_WAY if row.dirty else State.EDITED if is_edited(migration, row) else State.APPLIED
    return StatusRow(version, migration.label, state, row.applied_at, row.took_ms, row.applied_by, migration.place)


def down_is_edited(migration: Migration, row: LedgerRow) -> bool:
    """Whether the down differs from what was there when the migration was applied; one that came later is no edit."""
    return row.down_checksum is not None and row.down_checksum != migration.way(DOWN).checksum


def is_edited(migration: Migration, row: LedgerRow) -> bool:
    """Whether the file differs from what was applied; a row without a checksum of our kind cannot tell."""
    return row.checksum_algorithm == CHECKSUM_ALGORITHM and row.checksum != migration.checksum
