"""What is done to the ledger alone: nothing of it runs a migration, and the log keeps all of it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from pytest_nself.core.errors import MigrationError
from pytest_nself.core.names import quote_literal
from pytest_nself.core.place import Place
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import COMMIT_AFTER, Sql
from pytest_nself.core.step import Statement, Step
from pytest_nself.migrations.ledger import Ledger, LedgerRow, Progress
from pytest_nself.migrations.migration import CHECKSUM_ALGORITHM, DOWN, UP, Migration, Migrations, counted
from pytest_nself.migrations.status import down_is_edited

from .planner import RUNNER_LOCK, check_environment
from .recording import Recording, plan_ledger
from .resuming import checksums, resume
from .transactions import cut


class Resolution(Enum):
    """What a person says of a version that nobody else can judge."""

    APPLIED = "applied"
    NOT_APPLIED = "not applied"
    PART_DONE = "part done"
    PART_NOT_DONE = "part not done"


def plan_reset_checksum(
    migrations: Migrations, ledger: Ledger, version: int, *, environment: str | None = None
) -> Plan:
    """Accept the file as it is now for a version that is applied; empty when the ledger says the same."""
    check_environment(ledger, environment)
    row, migration = _row(ledger, version), migrations.named(version)
    same_up = (row.checksum, row.checksum_algorithm) == (migration.checksum, CHECKSUM_ALGORITHM)
    if same_up and not down_is_edited(migration, row):
        return Plan(f"accept {migration} as it is", ())
    down = quote_literal(migration.way(DOWN).checksum) if migration.down is not None else "null"
    recording = Recording.of(ledger, environment)
    text = (
        f"update {ledger.table.quoted} set checksum = {quote_literal(migration.checksum)},"
        f" checksum_algorithm = {quote_literal(CHECKSUM_ALGORITHM)}, down_checksum = {down}"
        f" where version = {version};\n"
    )
    text += recording.log("checksum reset", version, migration.name, f"was {row.checksum}", migration.checksum)
    title = f"accept {migration} as it is now"
    return _plan(title, ledger, [(title, text)])


def plan_baseline(
    migrations: Migrations,
    ledger: Ledger,
    chosen: Iterable[Migration],
    *,
    environment: str | None = None,
    note: str = "",
) -> Plan:
    """Record migrations as applied that the database holds already; those that the ledger has stay as they are."""
    migrations.raise_errors()
    check_environment(ledger, environment)
    recording = Recording.of(ledger, environment)
    missing = [one for one in chosen if one.version not in ledger]
    steps = [(f"record {one} without running it", recording.adopted(one, note)) for one in missing]
    return _plan(f"record {counted(len(missing))} as applied, without running them", ledger, steps)


def plan_resolve(
    migrations: Migrations, ledger: Ledger, version: int, how: Resolution, *, environment: str | None = None
) -> Plan:
    """Write into the ledger what a person found out. Raises MigrationError where that makes no sense."""
    check_environment(ledger, environment)
    recording = Recording.of(ledger, environment)
    row = ledger.rows.get(version)
    title = f"record version {version} as {how.value}"
    if how in (Resolution.PART_DONE, Resolution.PART_NOT_DONE):
        text = _part(migrations, ledger, version, recording, done=how is Resolution.PART_DONE)
        return _plan(title, ledger, [(title, text)])
    if how is Resolution.NOT_APPLIED:
        gone = _row(ledger, version)
        known = next((one for one in migrations if one.version == version), None)
        text = recording.mirror.forgotten(known) if known is not None else ""
        text += f"delete from {ledger.table.quoted} where version = {version};\n"
        return _plan(title, ledger, [(title, text + recording.log("resolved", version, gone.name, _was(gone, how)))])
    migration = migrations.named(version)
    if row is None:
        return _plan(title, ledger, [(title, recording.adopted(migration, "resolved as applied"))])
    if not row.dirty:
        raise MigrationError(
            f"{migration} is applied, and nothing of it is open.",
            "An answer is wanted only for what is half-way, or not in the ledger.",
            f"to accept an edited file: nself db migrate reset-checksum --migration {migration.version_text}",
        )
    text = (
        f"update {ledger.table.quoted} set dirty = false, progress = null, name = {quote_literal(migration.name)},"
        f" checksum = {quote_literal(migration.checksum)}, checksum_algorithm = {quote_literal(CHECKSUM_ALGORITHM)}"
        f" where version = {version};\n"
    )
    logged = recording.log("resolved", version, migration.name, _was(row, how), migration.checksum)
    return _plan(title, ledger, [(title, text + logged)])


def plan_reset_state(
    migrations: Migrations, ledger: Ledger, chosen: Iterable[Migration], *, environment: str | None = None
) -> Plan:
    """Empty the ledger, then record `chosen` as applied. What stood there goes into the log."""
    migrations.raise_errors()
    check_environment(ledger, environment)
    recording = Recording.of(ledger, environment)
    chosen = list(chosen)
    forgotten = "".join(recording.mirror.forgotten(one) for one in migrations if one not in chosen)
    steps = [("empty the ledger", f"{forgotten}delete from {ledger.table.quoted};")] if ledger.rows else []
    for row in ledger:
        steps.append((f"log {row.label}", recording.log("state reset", row.version, row.name, _was(row), row.checksum)))
    steps += [(f"record {one} without running it", recording.adopted(one, "after a reset")) for one in chosen]
    return _plan("rebuild the ledger", ledger, steps)


def _plan(title: str, ledger: Ledger, texts: list[tuple[str, str]]) -> Plan:
    """One transaction, in which nobody else writes the ledger."""
    if not texts:
        return Plan(title, (), ledger.seen, RUNNER_LOCK)
    steps: list[Step] = [*plan_ledger(ledger)]
    steps.append(Statement(title, Sql(f"lock table {ledger.table.quoted} in share row exclusive mode;")))
    steps += [Statement(said, Sql(text)) for said, text in texts[:-1]]
    said, text = texts[-1]
    steps.append(Statement(said, Sql(text, COMMIT_AFTER)))
    return Plan(title, tuple(steps), ledger.seen, RUNNER_LOCK)


def _part(migrations: Migrations, ledger: Ledger, version: int, recording: Recording, *, done: bool) -> str:
    """How the ledger looks when the part that was begun is, or is not, done."""
    row, migration = _row(ledger, version), migrations.named(version)
    progress = row.progress
    if not row.dirty or progress is None or not progress.begun:
        raise MigrationError(
            f"No part of {migration} was begun and left open.",
            "The ledger says " + (f"{progress}." if progress else "nothing of parts for it."),
            "see how it stands: nself db migrate status",
        )
    up, way = progress.direction == UP, migration.way(progress.direction)
    resumed = resume(progress, way, cut(way.text, no_transaction=way.no_transaction).parts)
    if resumed is None:
        raise MigrationError(
            f"{migration} was edited since its part {progress.part} was begun.",
            "Which part of the file as it is now that was is not known.",
            "bring the file back to what it was; or finish by hand, then say --applied or --not-applied",
            place=Place(migration.place.path),
        )
    parts, number = resumed
    last = number if done else number - 1
    log = recording.log("resolved", version, migration.name, f"part {progress.part} {'done' if done else 'not done'}")
    if (done and last == len(parts) and not up) or (not done and last == 0 and up):
        return f"delete from {ledger.table.quoted} where version = {version};\n{log}"
    if (done and last == len(parts)) or last == 0:
        state = "dirty = false, progress = null"
    else:
        now = Progress(progress.direction, last, False, checksums(way.text, parts)[last])
        state = f"progress = {quote_literal(str(now))}"
    return f"update {ledger.table.quoted} set {state} where version = {version};\n{log}"


def _row(ledger: Ledger, version: int) -> LedgerRow:
    if (row := ledger.rows.get(version)) is None:
        raise MigrationError(
            f"Version {version} is not in the ledger.",
            f"The ledger is {ledger.table}.",
            "see what is applied: nself db migrate status",
        )
    return row


def _was(row: LedgerRow, how: Resolution | None = None) -> str:
    """A row in words, for the log."""
    said = [f"as {how.value}"] if how is not None else []
    said.append(f"was {'half-way' if row.dirty else 'applied'}")
    if row.applied_at is not None:
        said.append(f"at {row.applied_at.isoformat()}")
    if row.applied_by:
        said.append(f"by {row.applied_by}")
    if row.progress is not None:
        said.append(f"({row.progress})")
    return " ".join(said)
