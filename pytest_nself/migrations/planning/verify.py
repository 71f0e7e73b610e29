"""What the folder and the ledger say of each other: edited, deleted and late files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pytest_nself.core.errors import Refused
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.migrations.ledger import Ledger
from pytest_nself.migrations.migration import CHECKSUM_ALGORITHM, Migration, Migrations
from pytest_nself.migrations.status import State, StatusRow, down_is_edited, status
from pytest_nself.migrations.sums import check_sums, read_sums
from pytest_nself.project.environment_names import PRODUCTION

from .planner import to_apply


def verify(migrations: Migrations, ledger: Ledger) -> Findings:
    """Edited and deleted history, as errors; applied rows that nobody wrote a checksum for, as information.

    The ledger and nself.sum are both asked: what is not applied here may be applied elsewhere.
    """
    recorded = check_sums(migrations, read_sums(Path(migrations.folder))).at_least(Severity.WARNING)
    elsewhere = [one for one in recorded if _version(one.subject) not in ledger]
    return Findings([*_history(status(migrations, ledger), migrations, ledger), *elsewhere])


def before_up(
    migrations: Migrations,
    ledger: Ledger,
    *,
    count: int | None = None,
    to: int | None = None,
    environment: str | None = None,
) -> Findings:
    """What somebody should know before `up`: as warnings, and in production as a refusal.

    `count` and `to` say, as for plan_up, which migrations will run. Raises Refused in production for edited or deleted
    history, and for those of them that have no down and do not declare why.
    """
    rows = status(migrations, ledger)
    found = [one for one in _history(rows, migrations, ledger) if one.severity > Severity.INFO]
    if environment == PRODUCTION:
        recorded = check_sums(migrations, read_sums(Path(migrations.folder))).at_least(Severity.ERROR)
        _refuse([*found, *recorded, *_without_down(to_apply(migrations, ledger, count, to))])
    late = [row for row in rows if row.state is State.OUT_OF_ORDER]
    found += [
        Finding(
            "migration-late",
            Severity.WARNING,
            ObjectRef("migration", None, row.label),
            f"{row.label} is pending below versions that are applied.",
            "it is applied now, after them; see that it does not rely on their absence",
            place=row.place,
        )
        for row in late
    ]
    return Findings(
        Finding(one.rule, min(one.severity, Severity.WARNING), one.subject, one.message, one.remedy, place=one.place)
        for one in found
    )


def _version(subject: ObjectRef) -> int:
    """The version of a migration's label; -1 for what is none."""
    digits = subject.name.split("_")[0]
    return int(digits) if subject.kind == "migration" and digits.isdigit() else -1


def _history(rows: Iterable[StatusRow], migrations: Migrations, ledger: Ledger) -> Iterator[Finding]:
    files = {one.version: one for one in migrations}
    for row in rows:
        subject = ObjectRef("migration", None, row.label)
        applied = ledger.rows.get(row.version) if row.state is State.APPLIED else None
        if row.state is State.EDITED:
            yield Finding(
                "migration-edited",
                Severity.ERROR,
                subject,
                f"{row.label} was edited since it was applied.",
                "bring the file back, and put the change into a new migration; or accept it: "
                f"nself db migrate reset-checksum --migration {row.version}",
                place=row.place,
            )
        elif applied is not None and down_is_edited(files[row.version], applied):
            yield Finding(
                "migration-edited-down",
                Severity.WARNING,
                subject,
                f"The down of {row.label} was edited since the migration was applied.",
                f"look at it, then accept it: nself db migrate reset-checksum --migration {row.version}",
                place=row.place,
            )
        elif row.state is State.MISSING_FILE:
            yield Finding(
                "migration-missing",
                Severity.ERROR,
                subject,
                f"{row.label} is applied, and no file in {migrations.folder} has its version.",
                "restore the file from version control",
            )
        elif applied is not None and applied.checksum_algorithm != CHECKSUM_ALGORITHM:
            yield Finding(
                "migration-unverified",
                Severity.INFO,
                subject,
                f"{row.label} was applied by another tool, which recorded no checksum.",
                f"accept the file as it is: nself db migrate reset-checksum --migration {row.version}",
                place=row.place,
            )


def _without_down(migrations: Iterable[Migration]) -> Iterator[Finding]:
    for one in migrations:
        if one.down is None and one.directives.irreversible is None:
            yield Finding(
                "migration-no-down",
                Severity.ERROR,
                one.ref,
                f"{one} has no down.",
                'write it, or declare in its header: -- nself:irreversible reason="…"',
                place=Place(one.place.path),
            )


def _refuse(found: list[Finding]) -> None:
    if not found:
        return
    shown = "\n".join(f"  {one}" for one in found[:20])
    more = f"\n  and {len(found) - 20} more" if len(found) > 20 else ""
    raise Refused(
        "In production nothing is applied while the history is in doubt.",
        f"Nothing was done. Found:\n{shown}{more}",
        "see to each of them; what is meant can be accepted one at a time",
    )
