"""pytest's own configuration, read without pytest: so that the command line sees the settings that the tests use."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .settings import Setting

_INI = (("pytest.ini", "pytest"), (".pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))


def read_pytest_ini(root: Path) -> Mapping[str, Any]:
    """The keys of the first file that configures pytest in this folder, in pytest's order; empty when none does."""
    for name in ("pytest.toml", ".pytest.toml"):
        if (root / name).is_file():
            return dict(_toml(root / name).get("pytest", {}))
    for name, section in _INI[:2]:
        if (root / name).is_file():
            return _section(root / name, section) or {}
    if (root / "pyproject.toml").is_file():
        table = _toml(root / "pyproject.toml").get("tool", {}).get("pytest", {})
        if table:
            return dict(table.get("ini_options", table))
    for name, section in _INI[2:]:
        if (root / name).is_file() and (found := _section(root / name, section)) is not None:
            return found
    return {}


def ini_reader(root: Path) -> Any:
    """A function that reads a setting from there."""
    keys = read_pytest_ini(root)

    def ini(setting: Setting) -> Any:
        value = keys.get(setting.ini)
        if setting.kind == "list" and isinstance(value, str):
            return [line.strip() for line in value.splitlines() if line.strip()]
        return value

    return ini


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _section(path: Path, name: str) -> dict[str, str] | None:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return None
    return dict(parser[name]) if parser.has_section(name) else None
