"""Where a connection comes from: one family of variables, from one source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import ConfigError

from .env_files import PROCESS, Sources
from .environment_names import TEST
from .libpq import VARIABLES, completed, known_options, parse_conninfo

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
# What names a place, family by family. A lower one that stands in a stronger source than what decides is told of.
_PLACES = (
    ("POSTGRES_HOST", "POSTGRES_DB", "POSTGRES_DATABASE"),
    ("PGHOST", "PGDATABASE", "PGSERVICE"),
)


class Found(NamedTuple):
    """An address, where it was found in words, and what the user should know of it."""

    dsn: Dsn
    origin: str
    notes: tuple[str, ...] = ()


def find_connection(sources: Sources, environment: str, *, direct: bool) -> Found | None:
    """The highest family that is set decides; None where none is.

    With `direct` DATABASE_URL_DIRECT comes before DATABASE_URL, where both belong together.
    """
    if environment == TEST and (test := sources.first((_TEST_URL,))):
        return read_address(test[1], test[2])
    return (
        _from_url(sources, direct)
        or _from_family(sources, _POSTGRES, "POSTGRES_*", _PLACES[1:])
        or _from_family(sources, {part: (variable,) for part, variable in VARIABLES.items()}, "PG*", ())
    )


def read_address(text: str, origin: str) -> Found:
    """A URL, or libpq's `host=… dbname=…`; with what PostgreSQL does not know left out."""
    if "://" not in text.partition("=")[0] and "=" in text:
        return _found(completed(parse_conninfo(text, origin), origin), origin)
    try:
        dsn = Dsn.parse(text)
    except ConfigError as error:
        raise ConfigError(error.problem, f"It comes from {origin}. {error.cause}", error.remedy) from None
    options, notes = known_options(dsn.options, origin)
    if "service" in options:
        url = f"{text.partition('?')[0]}?{urlencode(options)}"
        return _found(completed(parse_conninfo(url, origin), origin), origin, notes)
    return Found(dsn.replace(options=options), origin, notes)


def _from_url(sources: Sources, direct: bool) -> Found | None:
    found = sources.first(_URL)
    if direct and (past := sources.first((_DIRECT_URL, *_URL))):
        if found is None or past[0] != _DIRECT_URL or sources.rank(_DIRECT_URL) <= sources.rank(found[0]):
            found = past
        else:
            note = f"{past[2]} is not used: {found[2]} replaces the database that it belongs to."
            return _noted(read_address(found[1], found[2]), sources, found[0], _PLACES, note)
    return _noted(read_address(found[1], found[2]), sources, found[0], _PLACES) if found else None


def _from_family(
    sources: Sources, names: Mapping[str, tuple[str, ...]], family: str, lower: tuple[tuple[str, ...], ...]
) -> Found | None:
    """A family's settings from the one source that decides."""
    in_process, in_files = _parts(sources.process, names), _parts(sources.files, names)
    if any(part in _CHOOSING for part in in_process):
        parts, origin = in_process, f"{family} in {PROCESS}"
    elif any(part in _CHOOSING for part in in_files):
        used = {sources.lines[variable][0] for _, variable in in_files.values()}
        parts, origin = in_files, f"{family} in {' and '.join(sorted(used))}"
    else:
        return None
    values = {part: value for part, (value, _) in parts.items()}
    found = _found(completed(values, origin) if family == "PG*" else values, origin)
    if parts is in_process and (left := {"host", "dbname"} & set(in_files) - set(in_process)):
        said = ", ".join(f"{in_files[part][1]} in {sources.origin(in_files[part][1])}" for part in sorted(left))
        note = f"{said} is not used: {origin} decides, and a connection comes from one place."
        return found._replace(notes=(*found.notes, note))
    strongest = min((variable for _, variable in parts.values()), key=sources.rank)
    return _noted(found, sources, strongest, lower)


def _noted(found: Found, sources: Sources, decides: str, lower: tuple[tuple[str, ...], ...], *notes: str) -> Found:
    """With a note on variables of lower families in a stronger place than that which decides: somebody meant them."""
    names = [name for family in lower for name in family if sources.rank(name) < sources.rank(decides)]
    if names:
        said = ", ".join(f"{name} in {sources.origin(name)}" for name in names)
        notes = (*notes, f"{said} is not used: {found.origin} decides.")
    return found._replace(notes=(*found.notes, *notes))


def _parts(variables: Mapping[str, str], names: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, str]]:
    """Each part that is set, with its value and the variable that holds it."""
    found = {}
    for part, spelled in names.items():
        variable = next((one for one in spelled if variables.get(one)), None)
        if variable is not None:
            found[part] = (variables[variable], variable)
    return found


def _found(found: Mapping[str, str], origin: str, notes: tuple[str, ...] = ()) -> Found:
    port = found.get("port", "5432")
    if not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise ConfigError(
            f"The port {port!r} is not a number from 1 to 65535.",
            f"It comes from {origin}.",
            "correct it (default 5432)",
        )
    user = found.get("user", "postgres")
    rest = {part: value for part, value in found.items() if part not in ("host", "port", "dbname", "user", "password")}
    options, more = known_options(rest, origin)
    host, dbname = found.get("host", found.get("hostaddr", "localhost")), found.get("dbname", user)
    return Found(Dsn(host, int(port), dbname, user, found.get("password", ""), options), origin, (*notes, *more))
