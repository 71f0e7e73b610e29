"""The process environment: read here, and set here for the run, so that the app finds the worker's database."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import ConfigError

RUN_VARIABLE = "NSELF_RUN"


def environ() -> Mapping[str, str]:
    """A copy of the process environment."""
    return dict(os.environ)


def connection_variables(dsn: Dsn) -> dict[str, str]:
    """The variables by which an app finds its database: DATABASE_URL, POSTGRES_URL, POSTGRES_*, PG*."""
    url = dsn.url()
    named = {"HOST": dsn.host, "PORT": str(dsn.port), "USER": dsn.user, "PASSWORD": dsn.password}
    variables = {"DATABASE_URL": url, "POSTGRES_URL": url, "POSTGRES_DB": dsn.dbname, "PGDATABASE": dsn.dbname}
    for name, value in named.items():
        variables[f"POSTGRES_{name}"] = value
        variables[f"PG{name}"] = value
    for name, value in dsn.options.items():
        # libpq's own name for what the address says besides, so that psql and the like see the same server.
        variables[f"PG{name.upper()}"] = value
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
        part = part.strip() or "url"
        if part in parts:
            variables[name.strip()] = parts[part]
        elif part.startswith("postgres"):
            variables[name.strip()] = dsn.url(part)
        else:
            raise ConfigError(
                f"nself_export cannot give {name.strip()} the value {part!r}.",
                f"It knows {', '.join(parts)} and schemes like postgresql+asyncpg.",
                "write NAME, NAME=port or NAME=postgresql+asyncpg",
            )
    return variables


class Exported:
    """Variables set for the run; `restore` puts back what stood there before."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        foreign = [name for name in os.environ if name.startswith("PG") and name not in variables]
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
