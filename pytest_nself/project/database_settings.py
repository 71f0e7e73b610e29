"""The settings of the command line's work on databases, resolved: each value knows where it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pytest_nself.core.errors import ConfigError

from .declared import DATABASE_SETTINGS, TRUE, DatabaseSetting, parse_database_setting
from .env_files import Sources, process_environment, read_sources
from .resolved import Resolved


class DatabaseSettings(NamedTuple):
    """The settings of one command in one environment, resolved: each knows where it came from.

    `notes` are sentences for the user: settings that are given and have no effect any more.
    """

    resolved: Mapping[str, Resolved]
    notes: tuple[str, ...] = ()

    def origin(self, name: str) -> str:
        """Where the value of a setting came from, in words; `default` where nobody decided."""
        return self.resolved[name].origin

    @property
    def migration_table(self) -> str | None:
        """The ledger's table as it was written, a name without a schema meaning `public`; None is our own table."""
        return self._value("migration_table")  # type: ignore[no-any-return]

    @property
    def lock_wait_s(self) -> float:
        """Seconds to wait for the runner's lock."""
        return self._value("migration_lock_timeout")  # type: ignore[no-any-return]

    @property
    def statement_timeout_ms(self) -> int:
        """Milliseconds that a migration's statement may run; 0 is without limit."""
        return _milliseconds(self._value("migration_statement_timeout"))

    @property
    def lock_timeout_ms(self) -> int:
        """Milliseconds that a migration's statement may wait for a lock; 0 is without limit."""
        return _milliseconds(self._value("migration_statement_lock_timeout"))

    @property
    def local_schema_file(self) -> str | None:
        """The schema's file, from the project's root; None where nobody decided."""
        return self._value("schema_file")  # type: ignore[no-any-return]

    @property
    def dbdiagram_url(self) -> str | None:
        """Where the project's diagram is; None where nobody says."""
        return self._value("dbdiagram_url")  # type: ignore[no-any-return]

    @property
    def sync_retention(self) -> int:
        """How many states of the project's files are kept; 0 is all of them."""
        return self._value("sync_retention")  # type: ignore[no-any-return]

    @property
    def project_name(self) -> str:
        """What the project's containers begin with."""
        return self._value("project_name")  # type: ignore[no-any-return]

    @property
    def debug(self) -> bool:
        """Whether decisions and tracebacks are shown."""
        return self._value("debug")  # type: ignore[no-any-return]

    def _value(self, name: str) -> Any:
        return self.resolved[name].value


def _milliseconds(seconds: float) -> int:
    """Rounded up: a millisecond more is harmless, 0 would be no limit at all."""
    return -int(-seconds * 1000 // 1)


def read_database_settings(
    root: Path,
    environment: str,
    process: Mapping[str, str] | None = None,
    *,
    flags: Mapping[str, object] | None = None,
) -> DatabaseSettings:
    """Flag > process environment > env files > `[tool.nself]` > default. `flags` holds given ones by setting's name.

    Raises ConfigError for the first value that cannot be.
    """
    from .pyproject import read_table

    process = process_environment() if process is None else process
    sources = read_sources(root, environment, process)
    table = read_table(root)
    resolved: dict[str, Resolved] = {}
    notes: list[str] = []
    for setting in DATABASE_SETTINGS:
        variable = sources.first(setting.variables)
        if setting.removed:
            if variable and _asks_for_more(setting, variable[1]):
                notes.append(f"{variable[2]} has no effect any more: {setting.removed}.")
        elif flags and flags.get(setting.name) is not None:
            resolved[setting.name] = _resolved(setting, flags[setting.name], setting.flag)
        elif variable is not None:
            name, value, origin = variable
            line = None if name in process else sources.lines[name]
            resolved[setting.name] = _resolved(setting, value, origin, line)
        elif setting.name in table:
            resolved[setting.name] = _resolved(setting, table[setting.name], f"[tool.nself] {setting.name}")
        else:
            default = container_prefix(root) if setting.name == "project_name" else setting.default
            resolved[setting.name] = Resolved(default, "default")
    return DatabaseSettings(resolved, (*notes, *_slips(sources)))


def _slips(sources: Sources) -> list[str]:
    """Variables that look like ours and are not: `DB_MIGRATION_TABEL` would be silently without effect."""
    known = {variable for setting in DATABASE_SETTINGS for variable in setting.variables if variable.startswith("DB_")}
    unknown = [name for name in (*sources.process, *sources.files) if name.startswith("DB_") and name not in known]
    if not unknown:
        return []
    from difflib import get_close_matches

    return [
        f"{name} in {sources.origin(name)} is no setting; you may have meant {near[0]}."
        for name in dict.fromkeys(unknown)
        if (near := get_close_matches(name, sorted(known), n=1, cutoff=0.85))
    ]


def _resolved(setting: DatabaseSetting, value: object, origin: str, line: tuple[str, int] | None = None) -> Resolved:
    return Resolved(parse_database_setting(setting, value, origin, line), origin)


def _asks_for_more(setting: DatabaseSetting, value: str) -> bool:
    try:
        return parse_database_setting(setting, value, "") is not setting.neutral
    except ConfigError:
        return True


def container_prefix(root: Path) -> str:
    """The project name that Docker Compose gives to this folder."""
    return re.sub(r"[^a-z0-9_-]", "", root.resolve().name.lower()).lstrip("_-")


def debug_wanted() -> bool:
    """Whether NSELF_DEBUG is on in the process environment: asked before anything else is known."""
    return process_environment().get("NSELF_DEBUG", "").strip().lower() in TRUE
