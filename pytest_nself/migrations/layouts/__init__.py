"""From a folder to migrations. Each module here is one layout: adding a layout is adding a file.

A layout's module has

    RANK                          layouts with a lower one take their files first
    read(reading)                 takes its files out of `reading.listing` and adds its migrations
    writes(layout)                whether it writes files of this name (`Migration.layout`)
    files(draft)                  the steps that write a new migration

Layouts may be mixed in one folder. No SQL file is passed over in silence: what no layout takes is an error that names
it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Finding, Findings
from pytest_nself.migrations.migration import Migration, Migrations
from pytest_nself.migrations.reading.folder import Reading
from pytest_nself.migrations.reading.listing import list_folder

if TYPE_CHECKING:
    from pytest_nself.core.step import WriteFile
    from pytest_nself.migrations.writing.draft import Draft


class Layout(Protocol):
    """What a layout's module offers; see above."""

    RANK: int

    def read(self, reading: Reading) -> None: ...
    def writes(self, layout: str) -> bool: ...
    def files(self, draft: Draft) -> list[WriteFile]: ...


@cache
def layouts() -> tuple[Layout, ...]:
    """Every layout, in the order in which they take files."""
    names = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem != "__init__")
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return tuple(sorted((cast(Layout, module) for module in modules), key=lambda layout: layout.RANK))


def read_migrations(folder: Path) -> Migrations:
    """Everything in the folder, by version. Wrong files become findings; ConfigError if there is no such folder."""
    try:
        reading = Reading(list_folder(str(folder)))
    except FileNotFoundError as error:
        cause = "Migrations are read from a folder, and there is none."
        raise ConfigError(f"{folder} is not a folder.", cause, "correct the path") from error
    except OSError as error:
        cause = f"Migrations are read from a folder: {error.strerror}."
        raise ConfigError(f"{folder} is not a folder that can be read.", cause, "correct the path") from error
    reading.refuse_names(reading.listing)
    for layout in layouts():
        layout.read(reading)
    for path in reading.listing.sql.values():
        reading.stray(path)
    for path in reading.listing.folders.values():
        reading.strays_below(path)
    migrations = sorted(reading.migrations, key=lambda one: (one.version, one.place.path))
    _same_versions(reading, migrations)
    if reading.depends:
        from pytest_nself.migrations.order import check_dependencies

        reading.findings.extend(check_dependencies(migrations, reading.depends))
    findings = sorted(reading.findings, key=_worst_first)
    return Migrations(str(folder), tuple(migrations), Findings(findings))


def _worst_first(finding: Finding) -> tuple[int, str, int, int]:
    place = finding.place
    if place is None:
        return -finding.severity, "", 0, 0
    return -finding.severity, place.path, place.line or 0, place.column or 0


def _same_versions(reading: Reading, migrations: list[Migration]) -> None:
    for before, after in pairwise(migrations):
        if before.version == after.version:
            first, second = reading.shown(before.place.path), reading.shown(after.place.path)
            message = f"{second} has the same version as {first}: {after.version}."
            reading.error("same-version", after.place.path, message, "give one of the two the next free version")
