"""Which database an environment has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import ConfigError

from .env_files import PROCESS, Sources, env_file_names, files_of, process_environment, read_sources
from .environment_names import TEST
from .libpq import VARIABLES, completed, known_options, parse_conninfo
from .which_environment import Environment, choose_environment, select_environment

__all__ = ["Target", "find_root", "resolve_target", "select_environment"]

_URL = ("DATABASE_URL", "POSTGRES_URL")
_TEST_URL = "DATABASE_URL_TEST"
_DIRECT_URL = "DATABASE_URL_DIRECT"
_POSTGRES = {
    "host": ("POSTGRES_HOST",),
    "port": ("POSTGRES_PORT",),
    "dbname": ("POSTGRES_DB", "POSTGRES_DATABASE"),
    "user": ("POSTGRES_USER",),
    "password": ("POSTGRES_PASSWORD",),
    "sslmode": ("POSTGRES_SSLMODE",),
}
# Of libpq's own variables these choose a database; the others only say how to talk to it.
_CHOOSING = ("host", "hostaddr", "port", "dbname", "user", "password", "service", "sslmode")


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
        return _target(environment, *_read(dsn, "--dsn"), process)
    sources = read_sources(root, environment.name, process)
    if not environment.known:
        # The shared .env is not about an environment that the project has never heard of.
        sources = sources._replace(files={}, lines={})
    found = _from_url(sources, environment.name, direct) or _from_postgres(sources) or _from_libpq(sources)
    if found is None:
        raise _nothing(root, environment)
    return _target(environment, *found, process)


def _target(
    environment: Environment, dsn: Dsn, origin: str, notes: tuple[str, ...], process: Mapping[str, str]
) -> Target:
    if (elsewhere := process.get("PGHOSTADDR")) and not origin.startswith("PG") and "hostaddr" not in dsn.options:
        raise ConfigError(
            f"PGHOSTADDR in {PROCESS} would lead the connection to {elsewhere}.",
            f"The address of the database comes from {origin}, and libpq would go elsewhere.",
            "unset PGHOSTADDR",
        )
    return Target(environment.name, dsn, origin, notes)


def _nothing(root: Path, environment: Environment) -> ConfigError:
    if not environment.known:
        local, shared = files_of(environment.name)
        return ConfigError(
            f"Nothing says which database the environment {environment.name} has.",
            f"The name comes from {environment.origin}. Looked for {' and '.join((*local, *shared))} in {root}, and "
            f"for DATABASE_URL, POSTGRES_URL, POSTGRES_* and PG* in {PROCESS}.",
            f"create .env.{environment.name} with DATABASE_URL in it, or correct the name",
        )
    return ConfigError(
        f"Nothing says which database the environment {environment.name} has.",
        f"Looked for DATABASE_URL, POSTGRES_URL, POSTGRES_* and PG* in {PROCESS}, and in "
        f"{', '.join(env_file_names(environment.name))} in {root}.",
        "set DATABASE_URL, or say --dsn postgresql://user:password@host:5432/dbname",
    )


_Found = tuple[Dsn, str, tuple[str, ...]]


def _from_url(sources: Sources, environment: str, direct: bool) -> _Found | None:
    if environment == TEST and (test := sources.first((_TEST_URL,))):
        return _read(test[1], test[2])
    found = sources.first((_DIRECT_URL, *_URL)) if direct else sources.first(_URL)
    if found is None:
        return None
    name, text, origin = found
    if name == _DIRECT_URL and name not in sources.process:
        pooled = next((one for one in _URL if sources.files.get(one)), None)
        if pooled and _weaker(sources, name, pooled, environment):
            dsn, _, notes = _read(sources.files[pooled], f"{pooled} in {sources.origin(pooled)}")
            note = f"{origin} is not used: {pooled} in {sources.origin(pooled)} replaces the database it belongs to."
            return dsn, f"{pooled} in {sources.origin(pooled)}", (*notes, note)
    return _read(text, origin)


def _weaker(sources: Sources, one: str, other: str, environment: str) -> bool:
    """Whether the file of `one` counts less than the file of `other`."""
    order = env_file_names(environment)
    return order.index(sources.lines[one][0]) > order.index(sources.lines[other][0])


def _read(text: str, origin: str) -> _Found:
    """A URL, or libpq's `host=… dbname=…`; with what PostgreSQL does not know left out."""
    url = "://" in text.partition("=")[0]
    if not url and "=" in text:
        dsn, notes = _dsn(completed(parse_conninfo(text, origin), origin), origin)
        return dsn, origin, notes
    try:
        dsn = Dsn.parse(text)
    except ConfigError as error:
        raise ConfigError(error.problem, f"It comes from {origin}. {error.cause}", error.remedy) from None
    options, notes = known_options(dsn.options, origin)
    if "service" in options:
        query = "&".join(f"{name}={value}" for name, value in options.items())
        parts = parse_conninfo(f"{text.partition('?')[0]}?{query}", origin)
        dsn, more = _dsn(completed(parts, origin), origin)
        return dsn, origin, (*notes, *more)
    return dsn.replace(options=options), origin, notes


def _from_postgres(sources: Sources) -> _Found | None:
    return _from_family(sources, _POSTGRES, "POSTGRES_*")


def _from_libpq(sources: Sources) -> _Found | None:
    names = {part: (variable,) for part, variable in VARIABLES.items()}
    return _from_family(sources, names, "PG*")


def _from_family(sources: Sources, names: Mapping[str, tuple[str, ...]], family: str) -> _Found | None:
    """A family's settings from the one source that decides."""
    in_process, in_files = _parts(sources.process, names), _parts(sources.files, names)
    if any(part in _CHOOSING for part in in_process):
        parts, origin = in_process, f"{family} in {PROCESS}"
    elif any(part in _CHOOSING for part in in_files):
        used = {sources.lines[variable][0] for _, variable in in_files.values()}
        parts, origin = in_files, f"{family} in {' and '.join(sorted(used))}"
    else:
        return None
    unused: tuple[str, ...] = ()
    if parts is in_process and (left := {"host", "dbname"} & set(in_files) - set(in_process)):
        said = ", ".join(f"{in_files[part][1]} in {sources.origin(in_files[part][1])}" for part in sorted(left))
        unused = (f"{said} is not used: {origin} decides, and a connection comes from one place.",)
    values = {part: value for part, (value, _) in parts.items()}
    dsn, notes = _dsn(completed(values, origin) if family == "PG*" else values, origin)
    return dsn, origin, (*notes, *unused)


def _parts(variables: Mapping[str, str], names: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, str]]:
    """Each part that is set, with its value and the variable that holds it."""
    found = {}
    for part, spelled in names.items():
        variable = next((one for one in spelled if variables.get(one)), None)
        if variable is not None:
            found[part] = (variables[variable], variable)
    return found


def _dsn(found: Mapping[str, str], origin: str) -> tuple[Dsn, tuple[str, ...]]:
    port = found.get("port", "5432")
    if not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise ConfigError(
            f"The port {port!r} is not a number from 1 to 65535.",
            f"It comes from {origin}.",
            "correct it (default 5432)",
        )
    user = found.get("user", "postgres")
    rest = {part: value for part, value in found.items() if part not in ("host", "port", "dbname", "user", "password")}
    options, notes = known_options(rest, origin)
    host, dbname = found.get("host", "localhost"), found.get("dbname", user)
    return Dsn(host, int(port), dbname, user, found.get("password", ""), options), notes
