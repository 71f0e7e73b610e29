"""drizzle from version 1 on: a folder `<timestamp>_<name>/` with migration.sql and snapshot.json, and no journal.

A migration.sql without a snapshot is read as well; drizzle's ledger is then not spoken of. A down.sql beside it, which
drizzle does not know, takes it back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_nself.migrations.reading.folder import Reading, Source, version_and_name

from .drizzle import CUSTOM

if TYPE_CHECKING:
    from pytest_nself.core.step import WriteFile
    from pytest_nself.migrations.writing.draft import Draft

RANK = 20
NAME = "drizzle folders"
BARE = "nested migration.sql"


def read(reading: Reading) -> None:
    """Take every versioned folder that holds a migration.sql."""
    folders = reading.listing.folders
    for name in list(folders):
        parts = version_and_name(name)
        if parts is None or (inside := reading.inside(name)) is None or "migration.sql" not in inside.sql:
            continue
        del folders[name]
        when = _when(parts[0]) if "snapshot.json" in inside.others else None
        up = inside.take("migration.sql")
        down = inside.sql.pop("down.sql", None)
        layout = BARE if when is None else NAME
        reading.add(Source(*parts, up, down, layout, when=when, folder_name=name if when is not None else ""))
        for stray in inside.sql.values():
            reading.stray(stray)
        for folder in inside.folders.values():
            reading.strays_below(folder)


def _when(version: str) -> int | None:
    """drizzle's `when` of a folder: its first 14 digits as a time in UTC, in milliseconds."""
    try:
        return int(datetime.strptime(version[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None


def writes(layout: str) -> bool:
    return layout in (NAME, BARE)


def files(draft: Draft) -> list[WriteFile]:
    """What `drizzle-kit generate --custom` writes: the file, and the last snapshot again."""
    if draft.layout == BARE:
        return [draft.file(f"{draft.stem}/migration.sql", draft.header + draft.up)]
    steps = [draft.file(f"{draft.stem}/migration.sql", CUSTOM + (f"\n{draft.up}" if draft.sql is not None else ""))]
    newest = max(draft.folder.glob("*/snapshot.json"), key=lambda path: path.parent.name, default=None)
    if newest is not None:
        from pytest_nself.migrations.writing.snapshot import again

        steps.append(draft.file(f"{draft.stem}/snapshot.json", again(newest, draft.stem)))
    return steps
