"""Which environment, and which database in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import ConfigError, Refused

from .env_files import DEV, TEST, Sources, canonical, process_environment, read_env_file, read_sources

_SELECTORS = ("NSELF_ENV", "ENV", "ENVIRONMENT")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
_POSTGRES = {
    "host": ("POSTGRES_HOST",),
    "port": ("POSTGRES_PORT",),
    "dbname": ("POSTGRES_DB", "POSTGRES_DATABASE"),
    "user": ("POSTGRES_USER",),
    "password": ("POSTGRES_PASSWORD",),
    "sslmode": ("POSTGRES_SSLMODE",),
}
_LIBPQ = {
    "host": ("PGHOST",),
    "port": ("PGPORT",),
    "dbname": ("PGDATABASE",),
    "user": ("PGUSER",),
    "password": ("PGPASSWORD",),
    "sslmode": ("PGSSLMODE",),
    "service": ("PGSERVICE",),
}


@dataclass(frozen=True, slots=True)
class Target:
    """An environment's name, the database it means, and where the connection was found, in words."""

    environment: str
    dsn: Dsn
    origin: str


def find_root(start: Path) -> Path:
    """The project's folder: the nearest one upwards that holds pyproject.toml, .git or an .env; else `start` itself."""
    for folder in (start, *start.parents):
        if any((folder / name).exists() for name in ("pyproject.toml", ".git", ".env")):
            return folder
    return start


def select_environment(root: Path, name: str | None = None, process: Mapping[str, str] | None = None) -> str:
    """The environment's canonical name: `name` if given, else what the variables say, else dev.

    NSELF_ENV, ENV and ENVIRONMENT count in the process environment, else in .env.local, else in .env; NODE_ENV only
    when none of them is set anywhere. Raises Refused when they name different environments.
    """
    if name is not None:
        return _checked(name, "--env")
    process = process_environment() if process is None else process
    sources = [(process, "the process environment")]
    sources += [(read_env_file(root / file), file) for file in (".env.local", ".env")]
    for variables, origin in sources:
        # A shell takes ENV as the path of its start file; such a value names no environment.
        named = {one: variables[one] for one in _SELECTORS if variables.get(one) and "/" not in variables[one]}
        found = {one: _checked(value, f"{one} in {origin}") for one, value in named.items()}
        if len(set(found.values())) > 1:
            said = ", ".join(f"{one}={value}" for one, value in named.items())
            raise Refused(
                "It is not clear which environment is meant.",
                f"In {origin}: {said}.",
                "say --env NAME, or unset all but one of them",
            )
        if found:
            return next(iter(found.values()))
    for variables, origin in sources:
        if variables.get("NODE_ENV"):
            return _checked(variables["NODE_ENV"], f"NODE_ENV in {origin}")
    return DEV


def _checked(name: str, origin: str) -> str:
    if not _NAME.match(name.strip()):
        raise ConfigError(
            f"{name!r} is not the name of an environment.",
            f"It comes from {origin}.",
            "use dev, staging, production, or another word of letters, digits, - and _",
        )
    return canonical(name)


def resolve_target(
    root: Path, *, env: str | None = None, dsn: str | None = None, process: Mapping[str, str] | None = None
) -> Target:
    """The environment and its database.

    The connection is `dsn` if given, else the highest family that holds any setting decides: DATABASE_URL (or
    POSTGRES_URL), then POSTGRES_*, then libpq's PG*; from the process environment or from the merged env files, never
    from both. Raises ConfigError when nothing names a database.
    """
    process = process_environment() if process is None else process
    environment = select_environment(root, env, process)
    if dsn is not None:
        return Target(environment, Dsn.parse(dsn), "--dsn")
    sources = read_sources(root, environment, process)
    found = _from_url(sources, environment) or _from_postgres(sources) or _from_libpq(sources)
    if found is None:
        raise ConfigError(
            f"Nothing says which database the environment {environment} has.",
            f"Looked for DATABASE_URL, POSTGRES_URL, POSTGRES_* and PG* in the process environment and in {root}'s "
            "env files.",
            "set DATABASE_URL, or say --dsn postgresql://user:password@host:5432/dbname",
        )
    return Target(environment, *found)


def _from_url(sources: Sources, environment: str) -> tuple[Dsn, str] | None:
    names = ["DATABASE_URL", "POSTGRES_URL"]
    if environment == TEST:
        names.insert(0, "DATABASE_URL_TEST")
    for variables, is_process in ((sources.process, True), (sources.files, False)):
        for name in names:
            if text := variables.get(name):
                origin = f"{name} in {'the process environment' if is_process else sources.origin(name)}"
                try:
                    return Dsn.parse(text), origin
                except ConfigError as error:
                    raise ConfigError(error.problem, f"It comes from {origin}. {error.cause}", error.remedy) from None
    return None


def _family(sources: Sources, names: Mapping[str, tuple[str, ...]]) -> tuple[dict[str, str], bool] | None:
    """A family's settings from the one source that decides, and whether that is the process environment."""
    for variables, is_process in ((sources.process, True), (sources.files, False)):
        found = {
            part: value
            for part, spellings in names.items()
            if (value := next((variables[one] for one in spellings if variables.get(one)), None)) is not None
        }
        if found:
            return found, is_process
    return None


def _from_postgres(sources: Sources) -> tuple[Dsn, str] | None:
    if (family := _family(sources, _POSTGRES)) is None:
        return None
    found, is_process = family
    origin = "POSTGRES_* in " + ("the process environment" if is_process else "the env files")
    return _dsn(found, origin), origin


def _from_libpq(sources: Sources) -> tuple[Dsn, str] | None:
    if (family := _family(sources, _LIBPQ)) is None:
        return None
    found, is_process = family
    origin = "PG* in " + ("the process environment" if is_process else "the env files")
    if is_process:
        # libpq itself completes its own family: service file, compiled-in socket folder, the system's user name.
        from psycopg import pq

        defaults = {
            option.keyword.decode(): option.val.decode()
            for option in pq.Conninfo.get_defaults()
            if option.val is not None
        }
        found = {
            part: defaults[part] for part in ("host", "port", "dbname", "user", "password") if part in defaults
        } | {part: value for part, value in found.items() if part != "service"}
    return _dsn(found, origin), origin


def _dsn(found: Mapping[str, str], origin: str) -> Dsn:
    port = found.get("port", "5432")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigError(
            f"The port {port!r} is not a number.", f"It comes from {origin}.", "correct it (default 5432)"
        )
    user = found.get("user", "postgres")
    options = {"sslmode": found["sslmode"]} if "sslmode" in found else {}
    host, dbname = found.get("host", "localhost"), found.get("dbname", user)
    return Dsn(host, int(port), dbname, user, found.get("password", ""), options)
