"""What stands in the way of `up`, explained; and new versions for files of two branches that collide."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pytest_nself.core.errors import MigrationError
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import Step, WriteFile
from pytest_nself.migrations.ledger import Ledger
from pytest_nself.migrations.migration import DOWN, Migration, Migrations
from pytest_nself.migrations.order import Names
from pytest_nself.migrations.status import State, StatusRow, status
from pytest_nself.migrations.writing.numbering import next_version

from .verify import verify


def explain(migrations: Migrations, ledger: Ledger) -> Findings:
    """Everything that a person should see to before, or after, `up`: worst first."""
    found = [one for one in migrations.findings if one.severity is Severity.ERROR]
    found += [one for one in verify(migrations, ledger) if one.severity is Severity.ERROR]
    rows = status(migrations, ledger)
    found += _half_way(rows, ledger)
    found += _late(rows)
    return Findings(sorted(found, key=lambda one: -one.severity))


def _half_way(rows: Iterable[StatusRow], ledger: Ledger) -> Iterator[Finding]:
    for row in rows:
        if row.state is not State.HALF_WAY:
            continue
        progress = ledger.rows[row.version].progress
        if progress is None:
            message = f"{row.label} is half-way: another tool began it and recorded no end."
            remedy = f"look, then: nself db migrate resolve --migration {row.version} --applied (or --not-applied)"
        else:
            verb = "down" if progress.direction == DOWN else "up"
            state = {"begun": "was begun", "refused": "was refused by the server"}.get(progress.state, "is done")
            message = f"{row.label} is half-way {verb}: its part {progress.part} {state}, and what follows is not."
            remedy = f"go on: nself db migrate {verb}"
        subject = ObjectRef("migration", None, row.label)
        yield Finding("migration-half-way", Severity.ERROR, subject, message, remedy, place=row.place)


def _late(rows: Iterable[StatusRow]) -> Iterator[Finding]:
    for row in rows:
        if row.state is State.OUT_OF_ORDER:
            yield Finding(
                "migration-late",
                Severity.WARNING,
                ObjectRef("migration", None, row.label),
                f"{row.label} is pending below versions that are applied: it came from another branch.",
                "nself db migrate up applies it after them; if it must come later, give its file a higher version",
                place=row.place,
            )


def plan_renumber(migrations: Migrations, ledger: Ledger, *, now: datetime | None = None) -> Plan:
    """New versions, above all others, for pending files whose version another file has.

    The applied one keeps it; of pending ones the first by name does. Raises MigrationError for a file that cannot be
    given another version, and for one that a pending file names by its version.
    """
    now = now or datetime.now(UTC)
    together: dict[int, list[Migration]] = defaultdict(list)
    for one in migrations:
        together[one.version].append(one)
    newest = migrations.migrations[-1].version_text if migrations.migrations else ""
    highest = max([*together, *ledger.rows], default=0)
    steps: list[Step] = []
    for version, group in sorted(together.items()):
        keeper = next((one for one in group if _is_row(one, ledger)), group[0])
        for one in group:
            if one is keeper:
                continue
            if version in ledger and keeper is group[0] and not _is_row(keeper, ledger):
                raise MigrationError(
                    f"Which of the files with version {version} is applied is not known.",
                    f"The ledger has it as {ledger.rows[version].label}: none of the files has that name and checksum.",
                    "rename the pending one by hand",
                    place=one.place,
                )
            _refuse_named(one, migrations, ledger)
            newest = next_version(newest, highest, now)
            highest = int(newest)
            steps += _renamed(one, newest)
    return Plan("renumber what collides", tuple(steps))


def still_depending(plan: Plan, migrations: Migrations) -> tuple[str, ...]:
    """A line for each file that names one whose version the plan changes."""
    gone = {step.path for step in plan.steps if isinstance(step, WriteFile) and step.content is None}
    return tuple(
        f"{one} depends on {moved} (as {text}): see that it says so still"
        for moved in migrations
        if moved.place.path in gone
        for one, text in _depending_on(moved, migrations)
    )


def _depending_on(moved: Migration, migrations: Migrations) -> Iterator[tuple[Migration, str]]:
    """The migrations that name this one in a `depends_on`, each with what it says."""
    names = Names(migrations)
    for one in migrations:
        for text in one.directives.depends_on:
            if one is not moved and moved in names.named_by(text):
                yield one, text


def _refuse_named(moved: Migration, migrations: Migrations, ledger: Ledger) -> None:
    """A pending file that says the version would wait for another one, or for none, after the move."""
    for one, text in _depending_on(moved, migrations):
        if not text[:1].isdigit() or text == moved.name or _is_row(one, ledger):
            continue
        several = len(Names(migrations).named_by(text)) > 1
        raise MigrationError(
            f"{one} depends on {text}, {'which can mean' if several else 'whose version would change:'} {moved}.",
            "Nothing was renamed.",
            f"change this line: name it without its version, depends_on: {moved.name}",
            place=_line_of(one, text),
        )


def _line_of(one: Migration, text: str) -> Place:
    """Where the file says `depends_on` with this text."""
    lines = Path(one.place.path).read_text(encoding="utf-8-sig", errors="replace").splitlines()
    said = rf"depends_on\b.*(?<![\w.-]){re.escape(text)}(?![\w-])"
    numbers = (number for number, line in enumerate(lines, 1) if re.search(said, line))
    return Place(one.place.path, next(numbers, None))


def _is_row(one: Migration, ledger: Ledger) -> bool:
    row = ledger.rows.get(one.version)
    return row is not None and (row.checksum == one.checksum or row.name == one.name)


def _renamed(one: Migration, version: str) -> Iterator[Step]:
    if one.drizzle is not None:
        raise MigrationError(
            f"{one} belongs to drizzle, whose journal lists it.",
            "Its version cannot be changed by renaming its file alone.",
            "drop it with drizzle-kit and generate it again",
            place=one.place,
        )
    paths = dict.fromkeys(place.path for place in (one.place, one.down_place) if place is not None)
    for path in map(Path, paths):
        named = path.parent if path.name.lower() in ("up.sql", "down.sql") else path
        new = named.with_name(version + named.name.removeprefix(one.version_text))
        target = new / path.name if named is not path else new
        content = path.read_bytes()
        yield WriteFile(f"{path} is now {target}", str(target), content)
        yield WriteFile(f"{path} is gone", str(path), None, sha256_before=sha256(content).hexdigest())
