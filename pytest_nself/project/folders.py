"""Where a project keeps things."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pytest_nself.core.errors import ConfigError

MIGRATIONS = (
    "migrations",
    "nself/migrations",
    "hasura/migrations/default",
    "hasura/migrations",
    "database/migrations",
    "postgres/migrations",
    "db/migrations",
    "drizzle/migrations",
    "drizzle",
)
"""Folders that may hold the migrations, below the project's root."""

SEEDS = ("seeds", "database/seeds", "nself/seeds", "db/seeds", "hasura/seeds/default")
"""Folders that may hold the seeds, below the project's root."""

_SAY = 'say which one: migrations = "…" in [tool.nself] of pyproject.toml, or --migration-dir'
_CORRECT = "create it, or correct `migrations` in [tool.nself] or --migration-dir"
_MIGRATION_FILE = re.compile(r"(?i)[0-9].*\.sql")


def find_migrations_folder(root: Path, setting: str | None = None) -> Path | None:
    """The project's migrations folder; None if there is none.

    `setting` (relative to `root`) decides if it is given. Otherwise it is the one usual folder that holds SQL files,
    where a folder inside another counts as the inner one, unless migrations stand in the outer one too. Raises
    ConfigError when that leaves two, or the set one is missing or no folder.
    """
    if setting is not None:
        folder = _set_folder(root, setting)
        if not folder.is_dir():
            raise ConfigError(
                f"The migrations folder {setting} does not exist.", f"It is set for the project in {root}.", _CORRECT
            )
        return folder
    present = [root / candidate for candidate in MIGRATIONS if (root / candidate).is_dir()]
    holding = [folder for folder in present if _holds_migrations(folder)]
    meant = [
        folder
        for folder in holding
        if not any(folder in other.parents for other in holding) or _migrations_right_in(folder)
    ]
    if len(meant) > 1:
        names = " and ".join(folder.relative_to(root).as_posix() for folder in meant)
        raise ConfigError(
            "Two folders could hold the project's migrations." if len(meant) == 2 else "Several folders could be it.",
            f"SQL files stand in {names}.",
            _SAY,
        )
    return next(iter(meant or present), None)


def migrations_folder_to_write(root: Path, setting: str | None = None) -> Path:
    """Where a new migration goes: where the others are read from, be the folder there or not.

    Without a setting and without any of the usual folders that is `migrations/`. Raises ConfigError when two folders
    could be meant, or the set one is a file.
    """
    if setting is not None:
        return _set_folder(root, setting)
    return find_migrations_folder(root) or root / MIGRATIONS[0]


def find_seeds_folder(root: Path, setting: str | None = None) -> Path | None:
    """The project's folder of seeds; None if there is none.

    `setting` (relative to `root`) decides if it is given, else it is the one usual folder that holds a file that is not
    hidden. Raises ConfigError where two do, or the set one is no folder.
    """
    if setting is not None:
        folder = root / setting
        if setting.strip() and folder.is_dir():
            return folder
        what = "is a file" if folder.is_file() else "does not exist"
        raise ConfigError(
            f"The folder of seeds {setting!r} {what}.",
            f"It is set for the project in {root}.",
            "create it, or correct `seeds` in [tool.nself]",
        )
    present = [root / candidate for candidate in SEEDS if (root / candidate).is_dir()]
    holding = [folder for folder in present if _holds_files(folder)]
    if len(holding) > 1:
        names = " and ".join(folder.relative_to(root).as_posix() for folder in holding)
        raise ConfigError(
            f"{'Two' if len(holding) == 2 else 'Several'} folders could hold the project's seeds.",
            f"Files stand in {names}.",
            'say which one: seeds = "…" in [tool.nself] of pyproject.toml',
        )
    return next(iter(holding or present), None)


def _holds_files(folder: Path) -> bool:
    return any(path.is_file() and not path.name.startswith(".") for path in folder.rglob("*"))


def _set_folder(root: Path, setting: str) -> Path:
    if not setting.strip():
        raise ConfigError("The migrations folder is set to nothing.", f"It is set for the project in {root}.", _CORRECT)
    folder = root / setting
    if folder.exists() and not folder.is_dir():
        cause = "Migrations are read from a folder and written into it."
        raise ConfigError(f"The migrations folder {setting} is a file.", cause, "name the folder that holds the file")
    return folder


def _holds_migrations(folder: Path) -> bool:
    """Whether a SQL file that is not hidden, or drizzle's journal, stands in the folder or below it."""
    seen: set[str] = set()
    for path, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(path)
        folders[:] = [name for name in folders if not name.startswith(".")] if real not in seen else []
        seen.add(real)
        if any(name == "_journal.json" or (name[-4:].lower() == ".sql" and name[0] != ".") for name in files):
            return True
    return False


def _migrations_right_in(folder: Path) -> bool:
    """Whether migrations stand in the folder itself, not only in another candidate inside it."""
    return (folder / "meta" / "_journal.json").is_file() or any(
        _MIGRATION_FILE.fullmatch(path.name) for path in folder.iterdir()
    )
