"""The table `[tool.nself]` of the project's pyproject.toml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_nself.core.errors import ConfigError

# Keys that are tables of their own.
TABLES = ("recipe",)


def read_table(root: Path) -> Mapping[str, Any]:
    """`[tool.nself]`, empty when there is none. ConfigError for a key that nobody knows, with what was meant."""
    path = root / "pyproject.toml"
    try:
        raw = path.read_bytes()
    except OSError:
        return {}
    if b"tool.nself" not in raw:  # parsing costs more than all else that is done before the first test
        return {}
    import tomllib

    from .settings import BY_NAME

    try:
        document = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read.", str(error), "mend it") from error
    table = document.get("tool", {}).get("nself", {})
    for key in table:
        if key in BY_NAME or key in TABLES:
            continue
        from .declared import DATABASE_SETTINGS  # not before it is needed: the plugin's start is counted

        known = sorted([*BY_NAME, *TABLES, *(setting.name for setting in DATABASE_SETTINGS if not setting.removed)])
        if key not in known:
            from difflib import get_close_matches

            from pytest_nself.core.place import Place

            near = get_close_matches(key, known, n=1)
            meant = f"you may have meant {near[0]}" if near else "see the reference of settings"
            raise ConfigError(
                f"[tool.nself] has no key {key!r}.",
                f"It knows {', '.join(known)}.",
                meant,
                place=Place(str(path), _line_of(raw.decode(), key)),
            )
    return dict(table)


def _line_of(text: str, key: str) -> int | None:
    for number, line in enumerate(text.splitlines(), 1):
        if line.split("=")[0].strip() == key:
            return number
    return None


def project_name(root: Path) -> str:
    """What the project calls itself in `[project]` of pyproject.toml, else the name of its folder."""
    import tomllib

    try:
        document = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        return str(document["project"]["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return root.resolve().name
