"""Which of a folder's migrations another tool's ledger says are applied."""

from __future__ import annotations

from pathlib import PurePath

from pytest_nself.core.finding import Severity
from pytest_nself.migrations.migration import Migration, Migrations

from .adoption import Adoption, Comparison
from .drizzle import compare_drizzle
from .ledger import ForeignLedger, MatchBy, version_of

_NESTED = frozenset({"up.sql", "migration.sql"})


def match(migrations: Migrations, ledger: ForeignLedger) -> Adoption:
    """Compare a folder with a ledger; what is not certain is told in findings that name file and row."""
    comparison = Comparison(migrations, ledger)
    if not ledger.readable:
        message = f"{ledger} cannot be used: {ledger.note}."
        comparison.find("unreadable", Severity.ERROR, message, "connect as a role that may read it")
    elif ledger.by is MatchBy.NOTHING:
        message = f"{ledger} is not matched with files: {ledger.note}."
        remedy = "say yourself which version the database stands at: nself db migrate baseline VERSION"
        comparison.find("note", Severity.INFO, message, remedy)
    else:
        if ledger.note:
            comparison.find("note", Severity.INFO, f"{ledger}: {ledger.note}.")
        _COMPARE[ledger.by](comparison)
    return comparison.adoption()


def _by_version(comparison: Comparison) -> None:
    files = {one.version: one for one in comparison.migrations}
    for row in comparison.ledger.rows:
        migration = files.get(row.version) if row.version is not None else None
        hint = "" if row.version is not None else "It is not a number that a migration can have."
        comparison.row_of(row, migration, hint)


def _up_to_version(comparison: Comparison) -> None:
    ledger = comparison.ledger
    if len(ledger.rows) > 1:
        message = f"{ledger} holds {len(ledger.rows)} rows, where its tool keeps one: each is taken as one version."
        comparison.find("several-rows", Severity.WARNING, message, "look which tool writes that table")
        return _by_version(comparison)
    for row in ledger.rows:
        highest = row.version if row.version is not None else -1
        for migration in comparison.migrations:
            if migration.version < highest:
                comparison.is_applied(migration)
        same = next((one for one in comparison.migrations if one.version == highest), None)
        comparison.row_of(row, same, "All files with a lower version count as applied.")
    return None


def _by_file_name(comparison: Comparison) -> None:
    files: dict[str, Migration] = {}
    by_version = {one.version: one for one in comparison.migrations}
    for migration in comparison.migrations:
        for name in _names_of(migration):
            files.setdefault(name, migration)
    for row in comparison.ledger.rows:
        owner = files.get(row.key)
        hint = ""
        if owner is None and (same := by_version.get(_leading_version(row.key))) is not None:
            hint = f"{PurePath(same.place.path).name} has the same number under another name."
        comparison.row_of(row, owner, hint)
        if owner is not None and row.hash is not None and _differs(owner, row.hash):
            message = f"{owner} is not as {comparison.ledger} knows it: edited since, or only in its line ends."
            comparison.find(
                "edited", Severity.WARNING, message, "compare it with version control", row=row, migration=owner
            )


def _names_of(migration: Migration) -> list[str]:
    """What a tool that goes by names may call it: the file or folder, with and without its endings."""
    path = PurePath(migration.place.path)
    if path.name in _NESTED:
        return [path.parent.name, migration.label]
    stem = path.stem
    bare = stem[:-3] if stem.lower().endswith((".up", "_up", "-up")) else stem
    return [path.name, stem, f"{bare}.sql", bare, migration.label]


def _leading_version(key: str) -> int:
    digits = key[: len(key) - len(key.lstrip("0123456789"))]
    version = version_of(digits)
    return -1 if version is None else version


def _differs(migration: Migration, sha: str) -> bool:
    # Other hashes (Prisma's rows written by hand have any text there) say nothing about the file.
    return len(sha) == 64 and sha != migration.checksum


_COMPARE = {
    MatchBy.VERSION: _by_version,
    MatchBy.UP_TO_VERSION: _up_to_version,
    MatchBy.FILE_NAME: _by_file_name,
    MatchBy.DRIZZLE: compare_drizzle,
}
