"""Env files, and the process environment above them: where a project's settings come from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pytest_nself.core.errors import ConfigError

from .env_text import Entry, parse_env
from .environment_names import DEV, spellings

PROCESS = "the process environment"


class Sources(NamedTuple):
    """The two places a variable can come from; an empty value counts as not given.

    `lines` holds the file and line of each variable of the files, `.env:3`; `files_read` those files that are there.
    """

    process: Mapping[str, str]
    files: Mapping[str, str]
    lines: Mapping[str, tuple[str, int]]
    files_read: tuple[str, ...] = ()

    def __repr__(self) -> str:
        # The values may be passwords.
        return f"Sources({len(self.process)} of the process, {len(self.files)} of {', '.join(self.files_read)})"

    def origin(self, name: str) -> str:
        """Where a variable stands: the process environment, or file and line."""
        if name in self.process:
            return PROCESS
        file, line = self.lines[name]
        return f"{file}:{line}"

    def rank(self, name: str) -> int:
        """How strong the place is in which a variable stands: 0 is the process environment, more is weaker."""
        if name in self.process:
            return 0
        return 1 + self.files_read.index(self.lines[name][0]) if name in self.lines else 1000

    def first(self, names: tuple[str, ...]) -> tuple[str, str, str] | None:
        """The first of these variables that is set, by source, then by name: its name, value, and origin in words."""
        for variables in (self.process, self.files):
            for name in names:
                if value := variables.get(name):
                    return name, value, f"{name} in {self.origin(name)}"
        return None


def process_environment() -> dict[str, str]:
    """The process environment's non-empty variables."""
    return {name: value for name, value in os.environ.items() if value}


def read_env_file(root: Path, name: str) -> dict[str, Entry]:
    """The variables of one file of the project that are not empty, of two alike the last; none without the file."""
    path = root / name
    if not path.is_file():
        return {}
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read.", error.strerror or str(error), "make it readable for you") from None
    last = {entry.name: entry for entry in parse_env(content, name)}
    return {variable: entry for variable, entry in last.items() if entry.value}


def files_of(environment: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The env files that belong to this environment alone: those that end in `.local`, and the others."""
    names = [name for name in spellings(environment) if name != "local"]
    return tuple(f".env.{name}.local" for name in names), tuple(f".env.{name}" for name in names)


def env_file_names(environment: str) -> tuple[str, ...]:
    """The env files of an environment, the strongest first; `.env.local` is the developer's own and counts for dev."""
    local, shared = files_of(environment)
    return (*local, *([".env.local"] if environment == DEV else []), *shared, ".env")


def read_sources(root: Path, environment: str, process: Mapping[str, str] | None = None) -> Sources:
    """All variables that count in the environment: those of the process, and the merged files below `root`."""
    files: dict[str, str] = {}
    lines: dict[str, tuple[str, int]] = {}
    read = [name for name in env_file_names(environment) if (root / name).is_file()]
    for name in reversed(read):
        for variable, entry in read_env_file(root, name).items():
            files[variable] = entry.value
            lines[variable] = (name, entry.line)
    return Sources(process if process is not None else process_environment(), files, lines, tuple(read))
