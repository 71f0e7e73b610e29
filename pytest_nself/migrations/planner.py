"""From files and a ledger to a plan: one transaction per migration, its ledger row inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from pytest_nself.core.errors import MigrationError, Refused
from pytest_nself.core.place import Place
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import ALONE, Sql
from pytest_nself.core.step import DATA_LOSS, NO_HAZARDS, Statement, Step
from pytest_nself.core.version import __version__

from .ledger import Ledger, LedgerRow, delete_row, insert_row, plan_ledger
from .migration import CHECKSUM_ALGORITHM, Migration, Migrations
from .statements import Problem, place_at
from .transactions import each_alone, one_transaction

RUNNER_LOCK = "migrations"
"""The lock of plans that write the ledger."""

_PRODUCTION = "production"


class State(Enum):
    """How a version stands between the folder and the ledger."""

    APPLIED = "applied"
    PENDING = "pending"
    OUT_OF_ORDER = "out of order"  # pending, below one that is applied
    EDITED = "edited"
    MISSING_FILE = "missing file"
    HALF_WAY = "half-way"


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One version's standing; `took_ms` is milliseconds."""

    version: int
    label: str
    state: State
    applied_at: datetime | None = None
    took_ms: int | None = None
    applied_by: str | None = None
    place: Place | None = None

    @property
    def pending(self) -> bool:
        """Whether `up` would apply it."""
        return self.state in (State.PENDING, State.OUT_OF_ORDER)


def status(migrations: Migrations, ledger: Ledger) -> tuple[StatusRow, ...]:
    """Every version that the folder or the ledger knows, in order of version."""
    files = {one.version: one for one in migrations}
    highest = max(ledger.rows, default=-1)
    return tuple(
        _status_row(version, files.get(version), ledger.rows.get(version), highest)
        for version in sorted({*files, *ledger.rows})
    )


def _status_row(version: int, migration: Migration | None, row: LedgerRow | None, highest: int) -> StatusRow:
    if migration is None:
        assert row is not None  # a version comes from one of the two
        label = f"{version}_{row.name}" if row.name else str(version)
        state = State.HALF_WAY if row.dirty else State.MISSING_FILE
        return StatusRow(version, label, state, row.applied_at, row.took_ms, row.applied_by)
    if row is None:
        state = State.OUT_OF_ORDER if version < highest else State.PENDING
        return StatusRow(version, migration.label, state, place=migration.place)
    state = State.HALF_WAY if row.dirty else State.EDITED if is_edited(migration, row) else State.APPLIED
    return StatusRow(version, migration.label, state, row.applied_at, row.took_ms, row.applied_by, migration.place)


def is_edited(migration: Migration, row: LedgerRow) -> bool:
    """Whether the file differs from what was applied; a row without a checksum of our kind cannot tell."""
    return row.checksum_algorithm == CHECKSUM_ALGORITHM and row.checksum != migration.checksum


def pending(migrations: Migrations, ledger: Ledger) -> tuple[Migration, ...]:
    """What is not applied, in order of version; late lower versions come first."""
    return tuple(one for one in migrations if one.version not in ledger)


def plan_up(
    migrations: Migrations,
    ledger: Ledger,
    *,
    count: int | None = None,
    to: int | None = None,
    environment: str | None = None,
    tool_version: str = __version__,
) -> Plan:
    """Apply what is pending: at most `count`, none above the version `to`.

    Raises MigrationError for a folder with errors, a half-way version, or a file that cannot be sent, and Refused for a
    database that another environment owns.
    """
    migrations.raise_errors()
    _check_ledger(ledger, environment)
    _check_version(migrations, to)
    chosen = [one for one in pending(migrations, ledger) if to is None or one.version <= to][:count]
    steps: list[Step] = list(plan_ledger(ledger)) if chosen else []
    for migration in chosen:
        alone = migration.directives.no_transaction
        steps += _body(f"apply {migration}", migration.up, migration.place, alone=alone, hazards=NO_HAZARDS)
        steps.append(insert_row(migration, ledger.table, tool_version=tool_version, environment=environment))
    return Plan(f"apply {_counted(chosen)}", tuple(steps), ledger.seen, RUNNER_LOCK)


def plan_down(
    migrations: Migrations,
    ledger: Ledger,
    *,
    count: int | None = None,
    to: int | None = None,
    everything: bool = False,
    environment: str | None = None,
) -> Plan:
    """Take migrations back, the last applied first: `count` (default 1), or all above version `to`, or everything.

    All downs are found before the first is planned. Raises as plan_up does, and MigrationError where a down is missing.
    """
    migrations.raise_errors()
    _check_ledger(ledger, environment)
    _check_version(migrations, to)
    rows = list(ledger)[::-1]
    if to is not None:
        rows = [row for row in rows if row.version > to]
        rows = rows[:count] if count is not None else rows
    elif not everything:
        rows = rows[: 1 if count is None else count]
    files = {one.version: one for one in migrations}
    chosen = [_with_down(row, files.get(row.version), migrations) for row in rows]
    steps: list[Step] = []
    for migration, down, place in chosen:
        alone = migration.directives.down_no_transaction
        steps += _body(f"take back {migration}", down, place, alone=alone, hazards=frozenset({DATA_LOSS}))
        steps.append(delete_row(migration, ledger.table))
    return Plan(f"take back {_counted([one for one, _, _ in chosen])}", tuple(steps), ledger.seen, RUNNER_LOCK)


def _counted(migrations: Sequence[Migration]) -> str:
    return "1 migration" if len(migrations) == 1 else f"{len(migrations)} migrations"


def _check_version(migrations: Migrations, to: int | None) -> None:
    if to is None or any(one.version == to for one in migrations):
        return
    known = ", ".join(one.version_text for one in migrations.migrations[-5:]) or "none"
    raise MigrationError(
        f"There is no migration with the version {to}.",
        f"The last versions in {migrations.folder}: {known}.",
        "name one of the versions that `nself db migrate status` lists",
    )


def _check_ledger(ledger: Ledger, environment: str | None) -> None:
    if ledger.exists and not {"version", "dirty"} <= ledger.columns:
        raise MigrationError(
            f"The table {ledger.table.schema}.{ledger.table.name} is not a ledger of migrations.",
            f"It must have the columns version and dirty; it has {', '.join(sorted(ledger.columns))}.",
            "rename that table, or move it to another schema",
        )
    for row in ledger:
        if row.dirty:
            raise MigrationError(
                f"Version {row.version} is marked as half-way applied.",
                "Another tool began it and recorded no end, so what stands in the database is not known.",
                f"look, complete or undo it by hand, then: update {ledger.table.quoted} set dirty = false "
                f"where version = {row.version}; or delete the row",
            )
    stamped = any(row.environment == _PRODUCTION for row in ledger)
    if stamped and environment is not None and environment != _PRODUCTION:
        raise Refused(
            f"This database was migrated as production, and the environment here is {environment}.",
            "Its ledger carries the environment's name with each applied version.",
            "check the connection; if it is the right one, say --env production",
        )


def _with_down(row: LedgerRow, migration: Migration | None, migrations: Migrations) -> tuple[Migration, str, Place]:
    if migration is None:
        raise MigrationError(
            f"Version {row.version} is applied, but its file is gone.",
            f"No file in {migrations.folder} has this version. Nothing was taken back.",
            "restore the file from version control",
        )
    if migration.down is None or migration.down_place is None:
        raise MigrationError(
            f"{migration} has no down.",
            "Nothing was taken back: all downs are found before the first runs.",
            "write it, or go forward with a new migration",
            place=Place(migration.place.path),
        )
    return migration, migration.down, migration.down_place


def _body(title: str, text: str, place: Place, *, alone: bool, hazards: frozenset[str]) -> Iterable[Statement]:
    """The statements of one direction: one text inside a transaction, or one by one outside."""
    if not alone:
        checked = one_transaction(text)
        _raise_problem(text, place, checked.problems)
        return [Statement(title, Sql(checked.text), hazards=hazards, place=place)]
    statements, problems = each_alone(text)
    _raise_problem(text, place, problems)
    return [
        Statement(
            title if len(statements) == 1 else f"{title} ({number} of {len(statements)})",
            Sql(text[one.start : one.end], ALONE),
            hazards=hazards,
            place=place_at(text, one.start, place),
        )
        for number, one in enumerate(statements, 1)
    ]


def _raise_problem(text: str, place: Place, problems: Sequence[Problem]) -> None:
    if not problems:
        return
    first = problems[0]
    raise MigrationError(
        f"{first.message[0].upper()}{first.message[1:]}.",
        "Nothing was sent to the database.",
        first.remedy,
        place=place_at(text, first.offset, place),
    )
