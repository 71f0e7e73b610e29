"""The template: built once by a recipe, cloned for every worker and every test that wants its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import ConfigError, NoServer, NselfError
from pytest_nself.core.names import quote_identifier, quote_literal
from pytest_nself.core.place import Place
from pytest_nself.core.version import __version__
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.server.postgres import scram_verifier
from pytest_nself.server.server import Blueprint, Server

from .clones import clone
from .cluster import RoleStatement, cluster_objects, refuse_changes, refuse_creation, role_statements
from .recipes import Recipe

if TYPE_CHECKING:
    import psycopg

TEMPLATE = "nself_template"
QUERIES = Path(__file__).with_name("queries")


@dataclass(frozen=True, slots=True)
class Template:
    """What every database of the run starts from.

    `prefix` begins the names of the run's databases; `stamp` is the comment they carry on a server somebody runs.
    `owner_role` runs the recipe and owns the databases, `role` is what tests connect as; None: the server's superuser.
    `prelude` are SQL files run by the superuser before the recipe. `premade` names two clones that are made with it,
    the second one read-only: with a cached data folder, the first worker's databases then cost nothing.
    """

    recipe: Recipe
    prefix: str = "nself_"
    name: str = TEMPLATE
    extensions: tuple[str, ...] = ()
    prelude: tuple[Path, ...] = ()
    owner_role: str | None = None
    role: str | None = None
    stamp: str = ""
    lock_timeout_s: float = 10.0
    premade: tuple[str, str] | None = None

    def blueprint(self) -> Blueprint:
        """How to make it on a server, and a fingerprint of everything that goes into it."""
        parts = [
            __version__,
            self.recipe.fingerprint,
            self.name,
            *self.extensions,
            str(self.owner_role),
            str(self.role),
            str(self.lock_timeout_s),
            *(self.premade or ()),
        ]
        for path in self.prelude:
            parts.append(_read_prelude(path))
        return Blueprint(sha256(json.dumps(parts).encode()).hexdigest(), self.build)

    def build(self, server: Server) -> Mapping[str, Any]:
        """Make the template database; facts about it, as JSON can hold them."""
        with server.connect(server.dsn.dbname) as connection:
            self._make_roles(server, connection)
            owner = f" owner {quote_identifier(self.owner_role)}" if self.owner_role else ""
            base = "" if server.provider == "existing" else " template template1 strategy file_copy"
            connection.execute(f"create database {quote_identifier(self.name)}{owner}{base}".encode())
            if self.stamp and not server.ours:
                stamp = f"comment on database {quote_identifier(self.name)} is {quote_literal(self.stamp)}"
                connection.execute(stamp.encode())
            before = cluster_objects(connection)
        about_roles = None if server.ours else self._role_statements()
        refuse_creation(about_roles or ())
        facts: dict[str, Any] = {}
        with server.connect(self.name) as connection:
            self._check_extensions(server, connection)
            for extension in self.extensions:
                connection.execute(f"create extension if not exists {quote_identifier(extension)} cascade".encode())
            for path in self.prelude:
                _run_prelude(connection, path)
        with self._acting_owner(server):
            facts.update(self.recipe.build(self.database(server), self.database(server, tcp=True).dsn))
        with server.connect(self.name) as connection:
            # A recipe may have left its engine open, and nobody can clone a database that is in use.
            connection.execute(_END_OTHERS.encode())
            if not server.ours:
                refuse_changes(before, cluster_objects(connection), about_roles)
            facts.update(_facts(connection))
        with server.connect(server.dsn.dbname) as connection:
            connection.execute(f"alter database {quote_identifier(self.name)} with is_template true".encode())
            if self.premade is not None:
                committed, rollback = self.premade
                clone(server, self, facts, connection, committed)
                clone(server, self, facts, connection, rollback, read_only=True)
                facts["premade"] = list(self.premade)
            facts["later"] = _folders(connection, (*reversed(self.premade or ()), self.name))
        return facts

    @contextmanager
    def _acting_owner(self, server: Server) -> Iterator[None]:
        """On a server that somebody runs we cannot log in as the owner role: each connection starts acting as it."""
        if server.ours or self.owner_role is None:
            yield
            return
        alter = f"alter database {quote_identifier(self.name)}"
        with server.connect(server.dsn.dbname) as connection:
            connection.execute(f"{alter} set role = {quote_literal(self.owner_role)}".encode())
            yield
            connection.execute(f"{alter} reset role".encode())

    def _role_statements(self) -> list[RoleStatement] | None:
        found = self.recipe.role_statements()
        if found is None:
            return None
        preludes = (role_statements(_read_prelude(path), Place(str(path), 1)) for path in self.prelude)
        return [*(one for statements in preludes for one in statements), *found]

    @property
    def logins(self) -> tuple[str, ...]:
        """The roles that must be able to log in."""
        return tuple(dict.fromkeys(role for role in (self.owner_role, self.role) if role))

    def database(self, server: Server, *, tcp: bool = False) -> EphemeralDatabase:
        """The template database, as its owner."""
        login = self._login(server, self.owner_role)
        return EphemeralDatabase(server.dsn_for(self.name, login, tcp=tcp), server.version)

    def _login(self, server: Server, role: str | None) -> str | None:
        # On somebody's server we have no password for the role; the database's own setting switches to it.
        return role if server.ours else None

    def _make_roles(self, server: Server, connection: psycopg.Connection[Any]) -> None:
        for role in self.logins:
            row = connection.execute(
                "select rolsuper, rolbypassrls, pg_catalog.pg_has_role(current_user, oid, 'member') "
                "from pg_catalog.pg_roles where rolname = %s",
                [role],
            ).fetchone()
            if row is None:
                if not server.ours:
                    raise ConfigError(
                        f"The role {role} does not exist on the server that you run.",
                        "nself_role and nself_owner_role name roles; on your server we make databases, never roles.",
                        f"run there: create role {quote_identifier(role)}; grant {quote_identifier(role)} to your user",
                    )
                verifier = scram_verifier(server.dsn.password)
                connection.execute(
                    f"create role {quote_identifier(role)} login nosuperuser nobypassrls password '{verifier}'".encode()
                )
            elif row[0] or row[1]:
                raise ConfigError(
                    f"The role {role} bypasses row-level security.",
                    "It is a superuser or has BYPASSRLS, so a test that it runs proves nothing about policies.",
                    "name a role without either, or leave nself_role unset",
                )
            elif not row[2]:
                raise ConfigError(
                    f"We may not act as the role {role}.",
                    "The server's user is not a member of it.",
                    f"run there: grant {quote_identifier(role)} to your user",
                )

    def _check_extensions(self, server: Server, connection: psycopg.Connection[Any]) -> None:
        wanted = {*self.extensions, *self.recipe.extensions}
        if not wanted:
            return
        rows = connection.execute("select name::text from pg_catalog.pg_available_extensions").fetchall()
        missing = sorted(wanted - {name for (name,) in rows})
        if missing:
            names = ", ".join(missing)
            raise MissingExtensions(
                f"This server has no extension {names}.",
                f"The provider is {server.provider}, PostgreSQL {server.version // 10000}; "
                f"the extension is asked for by {self.recipe.asks_for(missing[0]) or 'the setting extensions'}.",
                "use a provider that has it",
                missing=tuple(missing),
            )


def _folders(connection: psycopg.Connection[Any], names: tuple[str, ...]) -> list[str]:
    """The databases' folders below the data folder, in this order: a starting server does not need them."""
    rows = connection.execute(
        "select datname::text, 'base/' || oid from pg_catalog.pg_database where datname = any(%s) and dattablespace = "
        "(select oid from pg_catalog.pg_tablespace where spcname = 'pg_default')",
        [list(names)],
    ).fetchall()
    folders = dict(rows)
    return [folders[name] for name in names if name in folders]


_END_OTHERS = """
select pg_catalog.pg_terminate_backend(pid, 5000) from pg_catalog.pg_stat_activity
where datname = pg_catalog.current_database() and pid <> pg_catalog.pg_backend_pid() and backend_type = 'client backend'
"""


class MissingExtensions(NoServer):
    """The server lacks extensions that the recipe asks for; `missing` names them."""

    def __init__(
        self, problem: str, cause: str = "", remedy: str = "", *, place: Any = None, missing: tuple[str, ...] = ()
    ) -> None:
        super().__init__(problem, cause, remedy, place=place)
        self.missing = missing


def _read_prelude(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(
            f"The prelude file {path} cannot be read.", str(error.strerror), "correct the setting prelude"
        ) from error


def _run_prelude(connection: psycopg.Connection[Any], path: Path) -> None:
    import psycopg

    try:
        connection.execute(_read_prelude(path).encode())
    except psycopg.Error as error:
        line = _read_prelude(path)[: int(error.diag.statement_position or 1)].count("\n") + 1
        raise NselfError(
            "The prelude failed.", str(error).strip(), "mend the file", place=Place(str(path), line)
        ) from error


def _facts(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """What clones and tests need to know of the template: settings, ACL, tables with RLS, settings functions make."""
    facts = {}
    for name in ("database_settings", "role_settings", "database_acl", "rls_tables", "function_settings"):
        facts[name] = connection.execute((QUERIES / f"{name}.sql").read_bytes()).fetchall()
    return {name: [list(row) for row in rows] for name, rows in facts.items()}
