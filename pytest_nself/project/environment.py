"""The process environment: read here, and set here for the run, so that the app finds the worker's database."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import ConfigError

RUN_VARIABLE = "NSELF_RUN"

# libpq's variables are called like its parameters, but for these.
_LIBPQ_NAMES = {"application_name": "PGAPPNAME", "connect_timeout": "PGCONNECT_TIMEOUT"}
# Settings of a connection that an app may read besides: meant for another server.
_FOREIGN = ("PG", "POSTGRES_SSL")


def environ() -> dict[str, str]:
    """A copy of the process environment."""
    return dict(os.environ)


def connection_variables(dsn: Dsn) -> dict[str, str]:
    """The variables by which an app finds its database: DATABASE_URL, POSTGRES_URL, POSTGRES_*, PG*."""
    url = dsn.url()
    named = {"HOST": dsn.host, "PORT": str(dsn.port), "USER": dsn.user, "PASSWORD": dsn.password}
    variables = {"DATABASE_URL": url, "POSTGRES_URL": url, "PGDATABASE": dsn.dbname}
    variables |= {"POSTGRES_DB": dsn.dbname, "POSTGRES_DATABASE": dsn.dbname}
    for name, value in named.items():
        variables[f"POSTGRES_{name}"] = value
        variables[f"PG{name}"] = value
    for name, value in dsn.options.items():
        # libpq's own name for what the address says besides, so that psql and the like see the same server.
        variables[_LIBPQ_NAMES.get(name) or f"PG{name.replace('_', '').upper()}"] = value
    return variables


def extra_variables(items: Iterable[str], dsn: Dsn) -> dict[str, str]:
    """`NAME`, `NAME=port`, `NAME=postgresql+asyncpg`: further variables that name the same database."""
    parts = {
        "url": dsn.url(),
        "host": dsn.host,
        "port": str(dsn.port),
        "user": dsn.user,
        "password": dsn.password,
        "dbname": dsn.dbname,
    }
    variables = {}
    for item in items:
        name, _, part = item.partition("=")
        name, part = name.strip(), part.strip() or "url"
        if not name.isidentifier():
            raise ConfigError(
                f"nself_export cannot set a variable {name!r}.",
                f"The item is {item!r}.",
                "write NAME, NAME=port or NAME=postgresql+asyncpg",
            )
        if part in parts:
            variables[name] = parts[part]
        elif part.startswith("postgres"):
            variables[name] = dsn.url(part)
        else:
            raise ConfigError(
                f"nself_export cannot give {name} the value {part!r}.",
                f"It knows {', '.join(parts)} and schemes like postgresql+asyncpg.",
                "write NAME, NAME=port or NAME=postgresql+asyncpg",
            )
    return variables


def environment_at(dsn: Dsn, export: Iterable[str] = ()) -> dict[str, str]:
    """The environment for a program that shall work on the database at `dsn`."""
    return {**os.environ, **connection_variables(dsn), **extra_variables(export, dsn)}


class Exported:
    """Variables set for the run; `restore` puts back what stood there before."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        foreign = [name for name in os.environ if name.startswith(_FOREIGN) and name not in variables]
        self._before = {name: os.environ.get(name) for name in (*variables, *foreign)}
        for name in foreign:
            # PGSERVICE, PGOPTIONS, PGSSLMODE …: meant for another server, and libpq would obey them.
            del os.environ[name]
        os.environ.update(variables)

    def restore(self) -> None:
        """Put the environment back as it was."""
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
