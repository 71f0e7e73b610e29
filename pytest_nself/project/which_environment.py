"""Which environment is meant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pytest_nself.core.errors import ConfigError, Refused

from .env_files import PROCESS, process_environment, read_env_file
from .environment_names import DEV, canonical, is_ours, names_of_files, probably_meant

_SELECTORS = ("NSELF_ENV", "ENV", "ENVIRONMENT")
_SELECTOR_FILES = (".env.local", ".env")


class Environment(NamedTuple):
    """An environment's canonical name, what chose it, and whether the project has it.

    The project has `dev`, `staging`, `production` and `test`, and the names that its env files have or choose.
    """

    name: str
    origin: str
    known: bool = True


class _Said(NamedTuple):
    """One variable's word on the environment, and where it stands."""

    variable: str
    value: str
    place: str

    def __str__(self) -> str:
        return f"{self.variable}={self.value} ({self.place})"

    @property
    def origin(self) -> str:
        return f"{self.variable} in {self.place}"


def select_environment(root: Path, name: str | None = None, process: Mapping[str, str] | None = None) -> str:
    """The canonical name of `choose_environment`."""
    return choose_environment(root, name, process).name


def choose_environment(root: Path, name: str | None = None, process: Mapping[str, str] | None = None) -> Environment:
    """The environment `name` if given, else what the variables say, else dev.

    NSELF_ENV, ENV and ENVIRONMENT count in the process environment, else in .env.local, else in .env; NODE_ENV only
    when none of them is set anywhere. Raises Refused when they name different environments, ConfigError for a name
    that the project does not have and that looks like a slip of one that it has.
    """
    if name is not None:
        return _checked(root, name, "--env")
    sources = [_process(process), *(_file(root, file) for file in _SELECTOR_FILES)]
    for said in sources:
        # A shell takes ENV as the path of its start file; such a value names no environment.
        named = [said[one] for one in _SELECTORS if one in said and not (one == "ENV" and "/" in said[one].value)]
        found = [_checked(root, one.value, one.origin) for one in named]
        if len({one.name for one in found}) > 1:
            raise Refused(
                "It is not clear which environment is meant.",
                f"{', '.join(map(str, named))}.",
                "say --env NAME, or unset all but one of them",
            )
        if found:
            return found[0]
    for said in sources:
        if "NODE_ENV" in said:
            return _checked(root, said["NODE_ENV"].value, said["NODE_ENV"].origin)
    return Environment(DEV, "the default")


def _process(process: Mapping[str, str] | None) -> dict[str, _Said]:
    variables = process_environment() if process is None else process
    return {name: _Said(name, variables[name], PROCESS) for name in (*_SELECTORS, "NODE_ENV") if variables.get(name)}


def _file(root: Path, name: str) -> dict[str, _Said]:
    entries = read_env_file(root, name)
    return {
        one: _Said(one, entries[one].value, f"{name}:{entries[one].line}")
        for one in (*_SELECTORS, "NODE_ENV")
        if one in entries
    }


def _checked(root: Path, said: str, origin: str) -> Environment:
    if not _can_be_a_name(said.strip()):
        raise ConfigError(
            f"{said!r} is not the name of an environment.",
            f"It comes from {origin}.",
            "use dev, staging, production, or another word of letters, digits, - and _",
        )
    name = canonical(said)
    if is_ours(name):
        return Environment(name, origin)
    known = names_of_files(root) | _chosen_by_files(root)
    if name in known:
        return Environment(name, origin)
    if meant := probably_meant(name, known):
        raise ConfigError(
            f"There is no environment {name!r}. Did you mean {meant}?",
            f"The name comes from {origin}, and {root} has no .env.{name}.",
            f"correct the name; if it is meant, create .env.{name}",
        )
    return Environment(name, origin, known=False)


def _can_be_a_name(text: str) -> bool:
    return text.isascii() and text[:1].isalnum() and all(one.isalnum() or one in "_.-" for one in text)


def _chosen_by_files(root: Path) -> set[str]:
    files = [read_env_file(root, file) for file in _SELECTOR_FILES]
    return {canonical(entries[one].value) for entries in files for one in (*_SELECTORS, "NODE_ENV") if one in entries}
