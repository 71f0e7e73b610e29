"""Which database an environment has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import ConfigError

from .connection import Found, find_connection, read_address
from .env_files import PROCESS, env_file_names, files_of, process_environment, read_sources
from .which_environment import Environment, choose_environment, select_environment

__all__ = ["Target", "find_root", "resolve_target", "select_environment"]


class Target(NamedTuple):
    """An environment's name, the database it means, and where the connection was found, in words.

    `notes` are sentences that the user should read: what of the settings is not used, and why.
    """

    environment: str
    dsn: Dsn
    origin: str
    notes: tuple[str, ...] = ()


def find_root(start: Path) -> Path:
    """The project's folder: the nearest one upwards that holds pyproject.toml, .git or an .env; else `start` itself."""
    for folder in (start, *start.parents):
        if any((folder / name).exists() for name in ("pyproject.toml", ".git", ".env")):
            return folder
    return start


def resolve_target(
    root: Path,
    *,
    env: str | Environment | None = None,
    dsn: str | None = None,
    process: Mapping[str, str] | None = None,
    direct: bool = False,
) -> Target:
    """The environment and its database.

    The connection is `dsn` if given, else the highest family that holds any setting decides: DATABASE_URL (or
    POSTGRES_URL), then POSTGRES_*, then libpq's PG*; from the process environment or from the merged env files, never
    from both. In the environment `test` DATABASE_URL_TEST comes first. With `direct` the address that goes past a
    connection pool, DATABASE_URL_DIRECT, is preferred to DATABASE_URL from the same source. Raises ConfigError when
    nothing names a database.
    """
    process = process_environment() if process is None else process
    environment = env if isinstance(env, Environment) else choose_environment(root, env, process)
    if dsn is not None:
        return _target(environment, read_address(dsn, "--dsn"), process)
    sources = read_sources(root, environment.name, process)
    if not environment.known:
        # The shared .env is not about an environment that the project has never heard of.
        sources = sources._replace(files={}, lines={})
    found = find_connection(sources, environment.name, direct=direct)
    if found is None:
        raise _nothing(root, environment)
    return _target(environment, found, process)


def _target(environment: Environment, found: Found, process: Mapping[str, str]) -> Target:
    dsn, origin = found.dsn, found.origin
    if (elsewhere := process.get("PGHOSTADDR")) and not origin.startswith("PG") and "hostaddr" not in dsn.options:
        raise ConfigError(
            f"PGHOSTADDR in {PROCESS} would lead the connection to {elsewhere}.",
            f"The address of the database comes from {origin}, and libpq would go elsewhere.",
            "unset PGHOSTADDR",
        )
    return Target(environment.name, dsn, origin, found.notes)


def _nothing(root: Path, environment: Environment) -> ConfigError:
    if not environment.known:
        local, shared = files_of(environment.name)
        return ConfigError(
            f"Nothing says which database the environment {environment.name} has.",
            f"The name comes from {environment.origin}. Looked for {' and '.join((*local, *shared))} in {root}, and "
            f"for DATABASE_URL, POSTGRES_URL, POSTGRES_* and PG* in {PROCESS}.",
            f"create .env.{environment.name} with DATABASE_URL in it, or correct the name",
        )
    files = env_file_names(environment.name)
    aside = " .env.local is not about it: it counts for dev only." if (root / ".env.local").is_file() else ""
    return ConfigError(
        f"Nothing says which database the environment {environment.name} has.",
        f"Looked for DATABASE_URL, POSTGRES_URL, POSTGRES_* and PG* in {PROCESS}, and in {', '.join(files)} in {root}."
        + ("" if ".env.local" in files else aside),
        "set DATABASE_URL, or say --dsn postgresql://user:password@host:5432/dbname",
    )
