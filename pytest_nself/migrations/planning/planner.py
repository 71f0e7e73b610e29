"""From files and a ledger to a plan: one transaction per migration, its ledger row inside."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_nself.core.errors import MigrationError, Refused
from pytest_nself.core.place import Place
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import COMMIT_AFTER, Sql
from pytest_nself.core.step import DATA_LOSS, NO_HAZARDS, Statement, Step
from pytest_nself.migrations.ledger import Ledger, LedgerRow
from pytest_nself.migrations.migration import DOWN, UP, Migration, Migrations, counted
from pytest_nself.migrations.order import Names, ordered, resolve
from pytest_nself.migrations.statements import is_blank
from pytest_nself.migrations.status import down_is_edited, is_edited
from pytest_nself.migrations.writing.draft import TODO_UP
from pytest_nself.project.environment_names import PRODUCTION

from .recording import Recording, plan_ledger
from .walk import Timeouts, Walk

RUNNER_LOCK = "migrations"
"""The lock of plans that write the ledger."""

NO_TIMEOUTS = Timeouts()


def pending(migrations: Migrations, ledger: Ledger) -> tuple[Migration, ...]:
    """What is not applied, in the order of its application: what is half-way, then by version and dependencies."""
    half_way = [one for one in migrations if one.version in ledger and ledger.rows[one.version].dirty]
    new = [one for one in migrations if one.version not in ledger and one.version not in ledger.elsewhere]
    return (*half_way, *ordered(new))


def to_apply(
    migrations: Migrations, ledger: Ledger, count: int | None = None, to: int | None = None
) -> list[Migration]:
    """The migrations that `up` means, in the order of their application."""
    return [one for one in pending(migrations, ledger) if to is None or one.version <= to][:count]


def plan_up(
    migrations: Migrations,
    ledger: Ledger,
    *,
    count: int | None = None,
    to: int | None = None,
    environment: str | None = None,
    timeouts: Timeouts = NO_TIMEOUTS,
) -> Plan:
    """Apply what is pending: at most `count`, none above the version `to`. What is half-way is taken up first.

    `timeouts` hold for statements whose file says nothing else. Raises MigrationError for a folder with errors, a
    half-way version that cannot be taken up, or a file that cannot be sent, and Refused for a database that another
    environment owns.
    """
    migrations.raise_errors()
    check_environment(ledger, environment)
    _check_half_way(migrations, ledger, UP)
    if to:  # 0 is before the first
        migrations.named(to)
    chosen = to_apply(migrations, ledger, count, to)
    _check_needed(chosen, migrations, ledger)
    recording = Recording.of(ledger, environment)
    steps: list[Step] = list(plan_ledger(ledger)) if chosen else []
    steps += _taken_over(migrations, ledger, recording) if chosen else []
    for migration in chosen:
        _check_written(migration)
        walk = Walk.of(migration, UP, hazards=NO_HAZARDS, defaults=timeouts)
        steps += walk.steps(recording, ledger)
    return Plan(f"apply {counted(len(chosen))}", tuple(steps), ledger.seen, RUNNER_LOCK)


def plan_down(
    migrations: Migrations,
    ledger: Ledger,
    *,
    count: int | None = None,
    to: int | None = None,
    everything: bool = False,
    environment: str | None = None,
    timeouts: Timeouts = NO_TIMEOUTS,
) -> Plan:
    """Take migrations back, the last applied first: `count` (default 1), or all above version `to`, or everything.

    All downs are found, and their files compared with what was applied, before the first is planned. Raises as plan_up
    does, and MigrationError where a down is missing.
    """
    migrations.raise_errors()
    check_environment(ledger, environment)
    _check_half_way(migrations, ledger, DOWN)
    if to:  # 0 is before the first
        migrations.named(to)
    files = {one.version: one for one in migrations}
    chosen = [
        _with_down(row, files.get(row.version), migrations) for row in to_take_back(ledger, count, to, everything)
    ]
    _check_left(chosen, migrations, ledger)
    recording = Recording.of(ledger, environment)
    steps: list[Step] = list(plan_ledger(ledger)) if chosen else []
    for migration in chosen:
        walk = Walk.of(migration, DOWN, hazards=frozenset({DATA_LOSS}), defaults=timeouts)
        steps += walk.steps(recording, ledger)
    return Plan(f"take back {counted(len(chosen))}", tuple(steps), ledger.seen, RUNNER_LOCK)


def _check_needed(chosen: Sequence[Migration], migrations: Migrations, ledger: Ledger) -> None:
    """What a migration depends on must be applied, or come before it in this run."""
    there = {one.version for one in migrations if one.version in ledger}
    names = Names(migrations)
    for one in chosen:
        for text in one.directives.depends_on:
            needed = resolve(text, names)
            if needed.version not in there:
                raise MigrationError(
                    f"{one} depends on {needed}, which this run leaves out.",
                    "Nothing was sent to the database.",
                    "run all that is pending, or up to a version that brings it along",
                    place=one.place,
                )
        there.add(one.version)


def _check_left(chosen: Sequence[Migration], migrations: Migrations, ledger: Ledger) -> None:
    """What stays must not depend on what goes."""
    going = {one.version for one in chosen}
    names = Names(migrations)
    for one in migrations:
        if one.version not in ledger or one.version in going:
            continue
        for text in one.directives.depends_on:
            needed = resolve(text, names)
            if needed.version in going:
                raise MigrationError(
                    f"{one} would stay, and it depends on {needed}, which would go.",
                    "Nothing was taken back.",
                    "take both back, or neither",
                    place=one.place,
                )


def _check_written(migration: Migration) -> None:
    """What `create` has left to be written is no migration yet."""
    if TODO_UP.strip() in migration.up and is_blank(migration.up):
        raise MigrationError(
            f"{migration} is not written yet: it holds only what `create` has left to do.",
            "Applied like this, it would count as done, and as edited once it is written. Nothing was sent.",
            "write it, or delete the file",
            place=migration.place,
        )


def _taken_over(migrations: Migrations, ledger: Ledger, recording: Recording) -> list[Step]:
    """The rows of what drizzle has applied: from then on our ledger knows it, too."""
    theirs = [one for one in migrations if one.version in ledger.elsewhere]
    texts = [(f"note that drizzle has applied {one}", recording.adopted(one, "applied by drizzle")) for one in theirs]
    return [Statement(title, Sql(text, COMMIT_AFTER)) for title, text in texts]


def to_take_back(
    ledger: Ledger, count: int | None = None, to: int | None = None, everything: bool = False
) -> list[LedgerRow]:
    """The rows that `down` means, the last applied first."""
    rows = list(ledger)[::-1]
    if to is not None:
        rows = [row for row in rows if row.version > to]
        return rows[:count] if count is not None else rows
    return rows if everything else rows[: 1 if count is None else count]


def check_environment(ledger: Ledger, environment: str | None) -> None:
    """Raise Refused for a database that was migrated as production and is called something else here."""
    if PRODUCTION in ledger.stamps and environment is not None and environment != PRODUCTION:
        raise Refused(
            f"This database was migrated as production, and the environment here is {environment}.",
            "Its ledger carries the environment's name with each applied version.",
            "check the connection; if it is the right one, say --env production",
        )


def _check_half_way(migrations: Migrations, ledger: Ledger, direction: str) -> None:
    files = {one.version: one for one in migrations}
    for row in ledger:
        if not row.dirty:
            continue
        resolve = f"nself db migrate resolve --migration {row.version} --applied (or --not-applied)"
        if row.progress is None:
            raise MigrationError(
                f"Version {row.version} is marked as half-way applied.",
                "Another tool began it and recorded no end, so what stands in the database is not known.",
                f"look, complete or undo it by hand, then: {resolve}",
            )
        if row.version not in files:
            raise MigrationError(
                f"Version {row.label} is half-way, and its file is gone.",
                f"No file in {migrations.folder} has this version.",
                f"restore the file from version control; or finish by hand, then: {resolve}",
            )
        if row.progress.direction != direction:
            verbs = {UP: "applied", DOWN: "taken back"}
            raise MigrationError(
                f"{files[row.version]} is half-way {verbs[row.progress.direction]}.",
                "A run was cut off there. It must be finished in its own direction first.",
                f"nself db migrate {row.progress.direction}; or finish by hand, then: {resolve}",
            )


def _with_down(row: LedgerRow, migration: Migration | None, migrations: Migrations) -> Migration:
    if migration is None:
        raise MigrationError(
            f"Version {row.version} is applied, but its file is gone.",
            f"No file in {migrations.folder} has this version. Nothing was taken back.",
            "restore the file from version control",
        )
    place = Place(migration.place.path)
    if migration.directives.irreversible is not None:
        raise MigrationError(
            f"{migration} is declared irreversible: {migration.directives.irreversible}.",
            "Nothing was taken back: all downs are found before the first runs.",
            "go forward with a new migration",
            place=place,
        )
    if migration.down is None and migration.down_place is not None:
        raise MigrationError(
            f"The down of {migration} holds no statement yet.",
            "Nothing stands there but blank space and comments. Nothing was taken back: all downs are found before the "
            "first runs.",
            "write it, or go forward with a new migration",
            place=migration.down_place,
        )
    if migration.down is None:
        tried = ", ".join(down_names(migration))
        raise MigrationError(
            f"{migration} has no down.",
            f"Looked for SQL in {tried}. Nothing was taken back: all downs are found before the first runs.",
            "write it, or go forward with a new migration",
            place=place,
        )
    if is_edited(migration, row) or down_is_edited(migration, row):
        what = migration if is_edited(migration, row) else f"The down of {migration}"
        raise MigrationError(
            f"{what} was edited since it was applied.",
            "Its down may not fit what stands in the database. Nothing was taken back.",
            "bring the file back to what was applied; or look at it, then: "
            f"nself db migrate reset-checksum --migration {migration.version_text}",
            place=place,
        )
    return migration


def down_names(migration: Migration) -> tuple[str, ...]:
    """Where the down of this migration could stand."""
    name = migration.place.path.rsplit("/", 1)[-1]
    folder = migration.place.path[: -len(name)]
    if name.lower() == "up.sql":
        return (f"{folder}down.sql",)
    stem = name.removesuffix(".sql").removesuffix(".up").removesuffix("_up")
    tried = [f"{folder}{stem}.down.sql", f"{folder}{stem}_down.sql"]
    return (*tried, f"a part -- DOWN in {name}") if stem == name.removesuffix(".sql") else tuple(tried)
