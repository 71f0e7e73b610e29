"""Every setting, declared once: name, kind, unit, default, help; and where its value came from.

Flags, ini keys, `[tool.nself]` keys, environment variables and the reference page all come from `SETTINGS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pytest_nself.core.errors import ConfigError

from .resolved import Resolved

Parse = Callable[[str], Any]


class Setting:
    """One thing a user can decide.

    `kind` is `text`, `bool`, `list` (items separated by blanks, commas or line ends; with `by_line` by line ends
    alone, since items may hold blanks), `seconds`, or one of several words given as `choices`. The ini key is
    `nself_<name>`, the key in `[tool.nself]` `<name>`, the variable `NSELF_<NAME>` unless `env_var` says otherwise,
    the flag `--nself-<name>` where `flag` is true.
    """

    # No dataclass here: making one costs as much as all the rest that is done before the first test.
    __slots__ = ("by_line", "choices", "default", "env_var", "flag", "help", "kind", "name", "unit")

    def __init__(
        self,
        name: str,
        help: str,
        *,
        kind: str = "text",
        default: Any = None,
        unit: str = "",
        choices: tuple[str, ...] = (),
        flag: bool = False,
        env_var: str = "",
        by_line: bool = False,
    ) -> None:
        self.name = name
        self.help = help
        self.kind = kind
        self.default = default
        self.unit = unit
        self.choices = choices
        self.flag = flag
        self.env_var = env_var
        self.by_line = by_line

    @property
    def ini(self) -> str:
        return f"nself_{self.name}"

    @property
    def variable(self) -> str:
        return self.env_var or f"NSELF_{self.name.upper()}"

    @property
    def option(self) -> str:
        return "--nself-" + self.name.replace("_", "-")


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "provider",
        "where the server comes from; unset: the first of these that can serve",
        choices=("existing", "binaries", "embedded", "container"),
        flag=True,
    ),
    Setting(
        "dsn",
        "URL of a server you run, whose user may create databases; only this, and DATABASE_URL_TEST, feeds "
        "the provider `existing`",
        flag=True,
        env_var="DATABASE_URL_TEST",
    ),
    Setting("postgres_bin", "folder that holds initdb and postgres, before any other place is searched"),
    Setting("postgres_version", "PostgreSQL major wanted (15, 16 …); unset: the newest found", flag=True),
    Setting(
        "postgres_settings",
        "server settings, one `name = value` a line, over ours",
        kind="list",
        default=(),
        by_line=True,
    ),
    Setting("locale", "locale of the server's databases", default="C.UTF-8"),
    Setting("image", "container image; the version is added when it has no tag", default="postgres"),
    Setting("migrations", "folder of the migrations"),
    Setting("fixtures", "folder of the fixture sets", default="fixtures"),
    Setting("seeds", "folder of the seeds"),
    Setting(
        "extensions",
        "extensions created before migration 1, separated by commas or blanks",
        kind="list",
        default=(),
        env_var="POSTGRES_EXTENSIONS",
    ),
    Setting(
        "prelude",
        "SQL files run before migration 1, in ephemeral databases only",
        kind="list",
        default=(),
        by_line=True,
    ),
    Setting("owner_role", "role that runs the migrations and owns the database; unset: the server's superuser"),
    Setting("role", "role that nself_db and DATABASE_URL connect as; unset: the server's superuser"),
    Setting(
        "export",
        "further variables to set to the worker's DATABASE_URL; `NAME=dbname|host|port|user|password|url` for a part",
        kind="list",
        default=(),
    ),
    Setting(
        "start",
        "`early` starts the server before the app's conftest is imported, for apps that connect while imported",
        choices=("lazy", "early"),
        default="lazy",
        flag=True,
    ),
    Setting("reuse", "keep one server alive between runs", kind="bool", default=False, flag=True),
    Setting(
        "outer_max_age",
        "how long tests with the same fixture sets share a transaction, in which now() stands still; 0: each has its "
        "own",
        kind="seconds",
        unit="s",
        default=2.0,
    ),
    Setting(
        "group",
        "whether tests of a module or class that have the same fixture sets run one after the other",
        kind="bool",
        default=True,
    ),
    Setting(
        "keep_failed",
        "keep the database of a failed test and print its psql line",
        kind="bool",
        default=False,
        flag=True,
    ),
    Setting(
        "leak_guard",
        "what happens when a test sets rows up in nself_db while the app writes to the committed database",
        choices=("off", "warn", "error"),
        default="warn",
    ),
    Setting(
        "checks",
        "checks that are collected as tests of their own, with no test written: words like `rls` and `checksums`",
        kind="list",
        default=(),
        flag=True,
    ),
    Setting("baseline", "file of the findings that are accepted until a day", default="nself-baseline.toml"),
    Setting("sarif", "file that the run's findings are written to, as SARIF 2.1.0", flag=True),
    Setting(
        "github",
        "whether findings are printed as annotations of GitHub Actions; unset: where GITHUB_ACTIONS is set",
        kind="bool",
    ),
    Setting("lock_timeout", "lock_timeout of the tests' databases", kind="seconds", unit="s", default=10.0),
    Setting("start_timeout", "how long a server may take to start", kind="seconds", unit="s", default=60.0),
    Setting("cache", "folder of the cached data folders; unset: the platform's cache folder"),
    Setting("data_root", "folder in which data folders live while the server runs; unset: memory if there is room"),
)

BY_NAME: dict[str, Setting] = {setting.name: setting for setting in SETTINGS}

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def parse(setting: Setting, value: Any, origin: str) -> Resolved:
    """`value` as the setting's kind; ConfigError names the setting, its origin and what is allowed."""
    try:
        return Resolved(_parse(setting, value), origin)
    except (ValueError, TypeError):
        allowed = " or ".join(setting.choices) or {"bool": "true or false", "seconds": "a number of seconds"}.get(
            setting.kind, "text"
        )
        raise ConfigError(
            f"{origin} cannot be {value!r}.", f"It sets {setting.name}: {setting.help}.", f"use {allowed}"
        ) from None


def _parse(setting: Setting, value: Any) -> Any:
    if setting.kind == "bool":
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word not in _TRUE | _FALSE:
            raise ValueError(word)
        return word in _TRUE
    if setting.kind == "seconds":
        seconds = float(value)
        if not 0 <= seconds < float("inf"):
            raise ValueError(value)
        return seconds
    if setting.kind == "list":
        texts = [value] if isinstance(value, str) else [str(item) for item in value]
        items = [item.strip() for text in texts for item in _split(text, by_line=setting.by_line)]
        return tuple(item for item in items if item)
    text = str(value).strip()
    if setting.choices and text not in setting.choices:
        raise ValueError(text)
    return text


def _split(text: str, *, by_line: bool) -> list[str]:
    if by_line:
        return text.splitlines()
    return re.sub(r"\s*=\s*", "=", text).replace(",", " ").split()


class Settings:
    """Settings, resolved once: flag > variable > ini > `[tool.nself]` > default; "not given" is None."""

    def __init__(
        self,
        *,
        flags: Callable[[Setting], Any],
        environment: Mapping[str, str],
        ini: Callable[[Setting], Any],
        table: Mapping[str, Any],
    ) -> None:
        self._resolved = {s.name: _first(s, flags, environment, ini, table) for s in SETTINGS}

    def __getitem__(self, name: str) -> Any:
        return self._resolved[name].value

    def origin(self, name: str) -> str:
        """Where the value came from, in words that an error message can show."""
        return self._resolved[name].origin

    def given(self, name: str) -> bool:
        """Whether somebody decided it."""
        return self._resolved[name].origin != "default"


def _first(
    setting: Setting,
    flags: Callable[[Setting], Any],
    environment: Mapping[str, str],
    ini: Callable[[Setting], Any],
    table: Mapping[str, Any],
) -> Resolved:
    if setting.flag and (value := flags(setting)) is not None:
        return parse(setting, value, setting.option)
    if value := environment.get(setting.variable, ""):
        return parse(setting, value, setting.variable)
    if (value := ini(setting)) not in (None, "", [], ()):
        return parse(setting, value, setting.ini)
    if setting.name in table:
        return parse(setting, table[setting.name], f"[tool.nself] {setting.name}")
    return Resolved(setting.default, "default")
