"""Nested: a folder `<version>_<name>/` with up.sql and, where there is one, down.sql (Hasura)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_nself.core.finding import Severity
from pytest_nself.core.place import Place
from pytest_nself.migrations.reading.folder import Reading, Source, version_and_name
from pytest_nself.migrations.reading.listing import Listing

if TYPE_CHECKING:
    from pytest_nself.core.step import WriteFile
    from pytest_nself.migrations.writing.draft import Draft

RANK = 30
NAME = "nested"


def read(reading: Reading) -> None:
    """Take every folder whose name begins with a version."""
    folders = reading.listing.folders
    for name in list(folders):
        parts = version_and_name(name)
        if parts and (inside := reading.inside(name)) is not None:
            _read_folder(reading, name, parts, folders.pop(name), inside)


def _read_folder(reading: Reading, name: str, parts: tuple[str, str], path: str, inside: Listing) -> None:
    by_name = {file.lower(): file for file in reversed(inside.sql)}
    up = inside.take(by_name["up.sql"]) if "up.sql" in by_name else None
    down = inside.take(by_name["down.sql"]) if "down.sql" in by_name else None
    if up is not None:
        reading.add(Source(*parts, up, down, NAME))
    elif down is not None:
        reading.error("down-without-up", down, f"{name} has a down.sql but no up.sql.", "add the up.sql")
    elif inside.sql:
        names = ", ".join(inside.sql)
        message = f"The folder {name} has no up.sql, but {names}."
        reading.error("missing-up", path, message, "name the file that applies the migration up.sql")
        inside.sql.clear()
    elif not inside.folders:
        message = f"The folder {name} holds no SQL file."
        remedy = "add an up.sql, or delete the folder"
        reading.find("empty-folder", Severity.WARNING, Place(path), message, remedy)
    for stray in inside.sql.values():
        reading.stray(stray)
    for folder in inside.folders.values():
        reading.strays_below(folder)


def writes(layout: str) -> bool:
    return layout == NAME


def files(draft: Draft) -> list[WriteFile]:
    return [
        draft.file(f"{draft.stem}/up.sql", draft.header + draft.up),
        draft.file(f"{draft.stem}/down.sql", draft.header + draft.down),
    ]
