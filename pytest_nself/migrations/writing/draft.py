"""A migration that is about to be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pytest_nself.core.step import WriteFile
from pytest_nself.migrations.migration import Migration

TODO_UP = "-- TODO: write the migration.\n"
TODO_DOWN = "-- TODO: write what takes the migration back.\n"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a layout writes: into `folder`, for `version_text`, `separator` and `name`.

    `sql` is the up, `down_sql` what takes it back; None leaves a comment in its place. `earlier` are the folder's
    migrations by ascending version; `now` has a time zone.
    """

    folder: Path
    version_text: str
    separator: str
    name: str
    sql: str | None
    layout: str
    now: datetime
    earlier: Sequence[Migration] = ()
    down_sql: str | None = None

    @property
    def stem(self) -> str:
        """`0007_add_users`."""
        return f"{self.version_text}{self.separator}{self.name}"

    @property
    def header(self) -> str:
        """The comments that say which migration it is, and from when."""
        return f"-- Migration: {self.stem}\n-- Created: {self.now:%Y-%m-%d}\n\n"

    @property
    def up(self) -> str:
        """The up's SQL, or a comment in its place."""
        return TODO_UP if self.sql is None else self.sql.strip("\n") + "\n"

    @property
    def down(self) -> str:
        """The down's SQL, or a comment in its place."""
        return TODO_DOWN if self.down_sql is None else self.down_sql.strip("\n") + "\n"

    def file(self, name: str, text: str) -> WriteFile:
        """The step that writes a file which does not exist yet; `name` is relative to the folder."""
        path = self.folder / name
        return WriteFile(f"Write {path.as_posix()}", str(path), text.encode())
