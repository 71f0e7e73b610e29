"""Where a project keeps things."""

from __future__ import annotations

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


def find_migrations_folder(root: Path, setting: str | None = None) -> Path | None:
    """The project's migrations folder; None if there is none.

    `setting` (relative to `root`) decides if it is given. Otherwise it is the one usual folder that holds SQL files,
    where a folder inside another counts as the inner one. Raises ConfigError when that leaves two, or the set one is
    missing.
    """
    if setting is not None:
        folder = root / setting
        if not folder.is_dir():
            raise ConfigError(
                f"The migrations folder {setting} does not exist.",
                f"It is set for the project in {root}.",
                "create it, or correct `migrations` in [tool.nself] or --migration-dir",
            )
        return folder
    present = [root / candidate for candidate in MIGRATIONS if (root / candidate).is_dir()]
    holding = [folder for folder in present if next(folder.rglob("*.[sS][qQ][lL]"), None) is not None]
    innermost = [folder for folder in holding if not any(folder in other.parents for other in holding)]
    if len(innermost) > 1:
        names = " and ".join(folder.relative_to(root).as_posix() for folder in innermost)
        raise ConfigError(
            "Two folders could hold the project's migrations."
            if len(innermost) == 2
            else "Several folders could be it.",
            f"SQL files stand in {names}.",
            'say which one: migrations = "…" in [tool.nself] of pyproject.toml, or --migration-dir',
        )
    return next(iter(innermost or present), None)
