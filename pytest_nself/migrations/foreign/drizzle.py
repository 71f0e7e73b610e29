"""drizzle's rows and a folder's files.

drizzle before 1.0 looks at one row alone, that with the highest `created_at`: it runs each file whose `when` is later,
and never one whose `when` is earlier, applied or not. From 1.0 on it goes by folder names, and gives the older rows a
name by `created_at` in whole seconds, else by hash.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from pathlib import PurePath

from pytest_nself.core.finding import Severity
from pytest_nself.migrations.migration import DrizzleEntry, Migration

from .adoption import Comparison
from .ledger import ForeignLedger, ForeignRow

FOLDER_FILE = "migration.sql"
"""The file of drizzle's newer layout: one folder per migration, no journal."""


def folder_name(migration: Migration) -> str | None:
    """What drizzle 1.0 calls the migration; None in the older layout, where only `when` and hash count."""
    path = PurePath(migration.place.path)
    return path.parent.name if path.name == FOLDER_FILE else None


def compare_drizzle(comparison: Comparison) -> None:
    """Settle each of drizzle's rows and what drizzle makes of the files that have none."""
    ledger = comparison.ledger
    files = [(one, one.drizzle) for one in comparison.migrations if one.drizzle is not None]
    if ledger.rows and not files:
        message = f"{comparison.migrations.folder} is not a folder of drizzle: there is no `when` to go by."
        comparison.find("note", Severity.INFO, message, "name drizzle's own folder with --migration-dir")
    owners = _owners(ledger, files)
    for position, row in enumerate(ledger.rows):
        owner = owners.get(position)
        if row.version is None:
            message = f"{ledger} has a row without `created_at` ({row.key}): drizzle before 1.0 would run all again."
            comparison.find("drizzle-row", Severity.WARNING, message, "give the row its file's `when`", row=row)
        comparison.row_of(row, owner[0] if owner else None)
        if owner and row.hash != owner[1].hash:
            message = f"{owner[0]} is not as {ledger} knows it: edited since drizzle applied it."
            comparison.find(
                "edited", Severity.WARNING, message, "compare it with version control", row=row, migration=owner[0]
            )
    _passed_over(comparison, [one for one, _ in files], {owner[0].place.path for owner in owners.values()})


_File = tuple[Migration, DrizzleEntry]

# What a row and a file have in common, the surest sign first. Files with the same text (two that are still empty) have
# the same hash, so the hash alone comes last.
_SIGNS: tuple[tuple[Callable[[ForeignRow], Hashable], Callable[[Migration, DrizzleEntry], Hashable]], ...] = (
    (lambda row: row.key, lambda file, _: folder_name(file)),
    (lambda row: (row.hash, row.version), lambda _, entry: (entry.hash, entry.when)),
    (lambda row: row.version, lambda _, entry: entry.when),
    (lambda row: (row.hash, _second(row.version)), lambda _, entry: (entry.hash, _second(entry.when))),
    (lambda row: _second(row.version), lambda file, entry: _second(entry.when) if folder_name(file) else None),
    (lambda row: row.hash, lambda _, entry: entry.hash),
)


def _owners(ledger: ForeignLedger, files: list[_File]) -> dict[int, _File]:
    """The file of each row, by the row's position; each file once."""
    owners: dict[int, _File] = {}
    taken: set[str] = set()
    for of_row, of_file in _SIGNS:
        free: defaultdict[Hashable, deque[_File]] = defaultdict(deque)
        for file in files:
            if file[0].place.path not in taken:
                free[of_file(*file)].append(file)
        for position, row in enumerate(ledger.rows):
            sign = of_row(row)
            if position not in owners and sign is not None and free.get(sign):
                owners[position] = free[sign].popleft()
                taken.add(owners[position][0].place.path)
    return owners


def _second(when: int | None) -> int | None:
    return when // 1000 if when is not None else None


def _passed_over(comparison: Comparison, files: list[Migration], owned: set[str]) -> None:
    versions = [row.version for row in comparison.ledger.rows]
    if not versions or None in versions:
        return
    last = max(version for version in versions if version is not None)
    for migration in files:
        entry = migration.drizzle
        if entry is None or entry.when > last or migration.place.path in owned or folder_name(migration) is not None:
            continue
        comparison.passed_over.append(migration)
        comparison.find(
            "passed-over",
            Severity.WARNING,
            f"{migration} has no row in {comparison.ledger}, and drizzle will never run it: its `when` ({entry.when})"
            f" is not later than that of the last row ({last}).",
            "look whether the database has what it makes; if not, it is still to be applied",
            migration=migration,
        )
