"""A server with the template on it, and clones of the template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pytest_nself.core.errors import NselfError, ServerFailed
from pytest_nself.core.names import quote_identifier
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.server.runfolder import RunFolder, reap_stale
from pytest_nself.server.server import Provider, Server, Wanted

from .clones import clone, setting_value
from .template import Template

if TYPE_CHECKING:
    import psycopg


@dataclass(slots=True)
class Sandbox:
    """What a worker works on: the run's server, its template, and the way to clone it.

    `first`: this process started the server, and may take the databases that were made with the template.
    """

    server: Server
    template: Template
    facts: Mapping[str, Any]
    first: bool = False
    _connection: psycopg.Connection[Any] | None = None

    @contextmanager
    def admin(self) -> Iterator[psycopg.Connection[Any]]:
        """A superuser's connection to the maintenance database, in autocommit mode."""
        connection, self._connection = self._connection, None
        with connection or self.server.connect(self.server.dsn.dbname) as connection:
            yield connection

    def clone(self, name: str, *, read_only: bool = False, as_owner: bool = False) -> EphemeralDatabase:
        """A new database `name` that equals the template, with what `create database` forgets: settings and ACL.

        `read_only` sets default_transaction_read_only on it. The value connects as the tests' role, or `as_owner`.
        """
        with self.admin() as connection:
            return self.clone_with(connection, name, read_only=read_only, as_owner=as_owner)

    def clone_with(
        self, connection: psycopg.Connection[Any], name: str, *, read_only: bool = False, as_owner: bool = False
    ) -> EphemeralDatabase:
        """The same over a connection that the caller holds (to another database than the template)."""
        with _told_when_full(self.server.data):
            clone(self.server, self.template, self.facts, connection, name, read_only=read_only, as_owner=as_owner)
        return self.database(name, as_owner=as_owner)

    def database(self, name: str, *, as_owner: bool = False, tcp: bool = False) -> EphemeralDatabase:
        """The value for a database of ours by this name, as the tests' role or `as_owner`."""
        role = self.template.owner_role if as_owner else self.template.role
        user = role if self.server.ours else None
        return EphemeralDatabase(self.server.dsn_for(name, user, tcp=tcp), self.server.version)

    def acting(self, name: str) -> EphemeralDatabase:
        """The value for a database of ours in which each connection acts as the tests' role and can stop acting.

        Rows of fixture sets belong to several tenants: they are loaded in the test's own transaction, but not as the
        test's role. A connection that logged in as that role could not do it.
        """
        role = self.template.role
        if role is None or not self.server.ours:
            return self.database(name)
        on_connect = f"set session authorization {quote_identifier(role)}; {self._role_settings(role)}"
        return EphemeralDatabase(self.server.dsn_for(name), self.server.version, on_connect=on_connect)

    def _role_settings(self, role: str) -> str:
        # What a login as the role would have applied (`alter role … set`).
        settings = [setting for name, setting in self.facts.get("role_settings", ()) if name == role]
        pairs = (setting.partition("=") for setting in settings)
        return "".join(f"set {name} = {setting_value(name, value)}; " for name, _, value in pairs)

    @property
    def stop_acting(self) -> str:
        """SQL after which the connection has the rights to load rows for everybody; empty where it has them."""
        if self.template.role is None:
            return ""
        return "set session authorization default" if self.server.ours else "set role none"

    @property
    def act_again(self) -> str:
        """SQL that undoes `stop_acting`."""
        if self.template.role is None:
            return ""
        role = quote_identifier(self.template.role)
        return f"set session authorization {role}" if self.server.ours else f"set role {role}"

    def superuser(self, name: str) -> EphemeralDatabase:
        """The value for a database of ours, as the server's superuser."""
        return EphemeralDatabase(self.server.dsn_for(name), self.server.version)

    def drop(self, database: EphemeralDatabase) -> None:
        """Drop a database that we made, whatever is connected to it."""
        with self.admin() as connection:
            self.drop_with(connection, database.dsn.dbname)

    def drop_with(self, connection: psycopg.Connection[Any], name: str) -> None:
        """The same over a connection that the caller holds, by name; only names of ours are taken."""
        self._check_ours(name)
        connection.execute(f"drop database if exists {quote_identifier(name)} with (force)".encode())

    def roles(self) -> frozenset[str]:
        """The names of the server's roles; on somebody's server none, since they are not ours to look after."""
        if not self.server.ours:
            return frozenset()
        with self.admin() as connection:
            rows = connection.execute("select rolname::text from pg_catalog.pg_roles").fetchall()
        return frozenset(name for (name,) in rows)

    def drop_roles(self, names: Iterable[str]) -> None:
        """Drop roles that a test made; what they own stood in the test's own database, which is gone."""
        with self.admin() as connection:
            for name in sorted(names):
                connection.execute(f"drop role if exists {quote_identifier(name)}".encode())

    def take_premade(self, connection: psycopg.Connection[Any], committed: str, rollback: str) -> bool:
        """Rename the databases that were made with the template; False when there are none, or they are not ours."""
        made = self.facts.get("premade")
        if not self.first or not made:
            return False
        for old, new in zip(made, (committed, rollback), strict=True):
            if old != new:
                rename = f"alter database {quote_identifier(old)} rename to {quote_identifier(new)}"
                connection.execute(rename.encode())
        return True

    def rename_with(self, connection: psycopg.Connection[Any], name: str, new: str) -> None:
        """Rename a database of ours; its sessions are ended first."""
        self._check_ours(name)
        connection.execute(
            "select pg_catalog.pg_terminate_backend(pid, 5000) from pg_catalog.pg_stat_activity where datname = %s",
            [name],
        )
        connection.execute(f"alter database {quote_identifier(name)} rename to {quote_identifier(new)}".encode())

    def keep(self, name: str) -> None:
        """See that the database of a failed test outlives the run also where others use the server."""
        if self.template.stamp:
            from pytest_nself.server import existing

            with self.admin() as connection:
                existing.keep(connection, name)

    def _check_ours(self, name: str) -> None:
        if not name.startswith(self.template.prefix):
            raise ValueError(f"not a database of this run: {name}")


DISK_FULL = "53100"


@contextmanager
def _told_when_full(data: object) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if getattr(error, "sqlstate", None) != DISK_FULL:  # by its code: psycopg may not be imported yet
            raise
        raise ServerFailed(
            "There is no room for another database.",
            f"{str(error).strip()}. The server's data is in {data or 'a place of its own'}.",
            "name a folder with room with nself_data_root",
        ) from error


class Ready(Protocol):
    """Called with the template before it is cloned for the first time."""

    def __call__(self, *, database: EphemeralDatabase) -> object: ...


def open_sandbox(
    provider: Provider,
    wanted: Wanted,
    folder: RunFolder,
    template: Template,
    *,
    ready: Ready | None = None,
) -> Sandbox:
    """The run's sandbox: the first of its processes starts the server and builds the template, the others join.

    What made the first one fail is raised in every process, without trying again.
    """
    with folder.lock():
        state, connection = folder.read_state(), None
        first = state is None
        if state is None:
            state, connection = _start(provider, wanted, folder, template, ready)
    if "error" in state:
        raise NselfError(*state["error"])
    return Sandbox(Server.from_json(state["server"]), template, state["facts"], first, connection)


def _start(
    provider: Provider, wanted: Wanted, folder: RunFolder, template: Template, ready: Ready | None
) -> tuple[dict[str, Any], psycopg.Connection[Any] | None]:
    folder.start_watchdog()
    reap_stale(folder.path.parent, folder.path)
    try:
        with _told_when_full(folder.path):
            started = provider.start(wanted, folder.note, template.blueprint())
        if ready is not None:
            try:
                _call(ready, template.database(started.server))
            except BaseException:
                provider.end_run(started.server, wanted.run_id)
                raise
    except NselfError as error:
        problem = str(error.problem) if error.place is None else f"{error.place}: {error.problem}"
        folder.write_state({"error": [problem, error.cause, error.remedy]})
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {str(error).strip()}"
        told = NselfError("The template could not be built.", said, "see the server's log, or report this")
        folder.write_state({"error": [told.problem, told.cause, told.remedy]})
        raise told from error
    state = {"server": started.server.to_json(), "facts": dict(started.facts)}
    folder.write_state(state)
    return state, started.connection


def _call(ready: Ready, database: EphemeralDatabase) -> None:
    try:
        ready(database=database)
    except NselfError:
        raise
    except Exception as error:
        raise NselfError(
            "A hook pytest_nself_template_ready failed.", f"{type(error).__name__}: {error}", "mend the hook"
        ) from error
