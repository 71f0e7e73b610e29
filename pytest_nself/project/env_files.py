"""Env files, and the process environment above them: where a project's settings come from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEV = "dev"
STAGING = "staging"
PRODUCTION = "production"
TEST = "test"

_SPELLINGS = {
    "dev": DEV,
    "development": DEV,
    "local": DEV,
    "staging": STAGING,
    "prod": PRODUCTION,
    "production": PRODUCTION,
}


def canonical(name: str) -> str:
    """The environment's one name: `dev`, `staging`, `production`; any other name is itself."""
    return _SPELLINGS.get(name.strip().lower(), name.strip())


@dataclass(frozen=True, slots=True)
class Sources:
    """The two places a variable can come from; an empty value counts as not given."""

    process: Mapping[str, str] = field(repr=False)
    files: Mapping[str, str] = field(repr=False)
    origins: Mapping[str, str]

    def origin(self, name: str) -> str:
        """Where a variable of the files stands: the file's name."""
        return self.origins.get(name, "the process environment")


def process_environment() -> dict[str, str]:
    """The process environment's non-empty variables."""
    return {name: value for name, value in os.environ.items() if value}


def read_env_file(path: Path) -> dict[str, str]:
    """The non-empty variables of one file; none where there is no such file."""
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    # Values are taken as they stand: a `$` in a password is no reference to another variable.
    return {
        name: value for name, value in dotenv_values(path, interpolate=False, encoding="utf-8-sig").items() if value
    }


def env_file_names(environment: str) -> tuple[str, ...]:
    """The env files of an environment, the strongest first; `.env.local` is the developer's own and counts for dev."""
    spellings = [name for name, one in _SPELLINGS.items() if one == environment and name != "local"] or [environment]
    own = [".env.local"] if environment == DEV else []
    return (
        *(f".env.{name}.local" for name in spellings),
        *own,
        *(f".env.{name}" for name in spellings),
        ".env",
    )


def read_sources(root: Path, environment: str, process: Mapping[str, str] | None = None) -> Sources:
    """All variables that count in the environment: those of the process, and the merged files below `root`."""
    files: dict[str, str] = {}
    origins: dict[str, str] = {}
    for name in reversed(env_file_names(environment)):
        for variable, value in read_env_file(root / name).items():
            files[variable] = value
            origins[variable] = name
    return Sources(process if process is not None else process_environment(), files, origins)
