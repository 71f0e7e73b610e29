"""Where a project's schema file is."""

from __future__ import annotations

from pathlib import Path

from pytest_nself.core.errors import ConfigError

SCHEMA_FILES = ("schema.dbml", "database/schema.dbml")
"""Files that may be it, below the project's root."""


def find_schema_file(root: Path, setting: str | None = None) -> Path:
    """The schema file. `setting` (LOCAL_SCHEMA_FILE, or what was named), relative to `root`, decides if it is given.

    Raises ConfigError where there is none.
    """
    names = SCHEMA_FILES if setting is None else (setting,)
    for name in names:
        if (root / name).is_file():
            return root / name
    raise ConfigError(
        "There is no schema file." if setting is None else f"The schema file {setting} does not exist.",
        f"Looked in {root} for {' and '.join(names)}.",
        "write one, name one (LOCAL_SCHEMA_FILE), or begin with: nself db sample",
    )


def schema_file_to_write(root: Path, setting: str | None = None) -> Path:
    """The schema file, or where a new one belongs."""
    if setting is not None:
        return root / setting
    return next((root / name for name in SCHEMA_FILES if (root / name).is_file()), root / SCHEMA_FILES[0])
