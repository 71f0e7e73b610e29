"""A server with the template on it, and clones of the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from pytest_nself.core.errors import NselfError, ServerFailed
from pytest_nself.core.names import quote_identifier, quote_literal
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.server.runfolder import RunFolder, reap_stale
from pytest_nself.server.server import Provider, Server, Wanted

from .template import Template

if TYPE_CHECKING:
    import psycopg


@dataclass(slots=True)
class Sandbox:
    """What a worker works on: the run's server, its template, and the way to clone it."""

    server: Server
    template: Template
    facts: Mapping[str, Any]
    lock_timeout_s: float = 10.0
    _admin: Any = field(default=None, repr=False)

    @contextmanager
    def admin(self) -> Iterator[psycopg.Connection[Any]]:
        """A superuser's connection to the maintenance database, in autocommit mode."""
        with self.server.connect(self.server.dsn.dbname) as connection:
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
        quoted = quote_identifier(name)
        template = self.template
        owner = f" owner {quote_identifier(template.owner_role)}" if template.owner_role else ""
        create = f"create database {quoted} template {quote_identifier(template.name)}{owner} strategy file_copy"
        with _told_when_full(self.server):
            connection.execute(create.encode())
            connection.execute(";\n".join(self._afterwards(quoted, read_only, as_owner)).encode())
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
        return "".join(f"set {name} = {_setting_value(name, value)}; " for name, _, value in pairs)

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

    def _afterwards(self, quoted: str, read_only: bool, as_owner: bool) -> list[str]:
        sql = [f"alter database {quoted} set lock_timeout = {quote_literal(f'{round(self.lock_timeout_s * 1000)}ms')}"]
        if read_only:
            sql.append(f"alter database {quoted} set default_transaction_read_only = on")
        for role, setting in self.facts.get("database_settings", ()):
            name, _, value = setting.partition("=")
            who = f"alter role {quote_identifier(role)} in database {quoted}" if role else f"alter database {quoted}"
            sql.append(f"{who} set {name} = {_setting_value(name, value)}")
        acl = self.facts.get("database_acl", ())
        if acl:
            sql.append(f"revoke all on database {quoted} from public")
        for role, privilege, grantable in acl:
            to = "public" if role == "public" else quote_identifier(role)
            option = " with grant option" if grantable else ""
            sql.append(f"grant {privilege} on database {quoted} to {to}{option}")
        if self.template.stamp:
            sql.append(f"comment on database {quoted} is {quote_literal(self.template.stamp)}")
        if not self.server.ours:
            role = self.template.owner_role if as_owner else self.template.role
            if role:
                sql.append(f"alter database {quoted} set role = {quote_literal(role)}")
        return sql

    def drop(self, database: EphemeralDatabase) -> None:
        """Drop a database that we made, whatever is connected to it."""
        with self.admin() as connection:
            self.drop_with(connection, database.dsn.dbname)

    def drop_with(self, connection: psycopg.Connection[Any], name: str) -> None:
        """The same over a connection that the caller holds, by name; only names of ours are taken."""
        self._check_ours(name)
        connection.execute(f"drop database if exists {quote_identifier(name)} with (force)".encode())

    def rename_with(self, connection: psycopg.Connection[Any], name: str, new: str) -> None:
        """Rename a database of ours; its sessions are ended first."""
        self._check_ours(name)
        connection.execute(
            "select pg_catalog.pg_terminate_backend(pid, 5000) from pg_catalog.pg_stat_activity where datname = %s",
            [name],
        )
        connection.execute(f"alter database {quote_identifier(name)} rename to {quote_identifier(new)}".encode())

    def _check_ours(self, name: str) -> None:
        if not name.startswith(self.template.prefix):
            raise ValueError(f"not a database of this run: {name}")


@contextmanager
def _told_when_full(server: Server) -> Iterator[None]:
    import psycopg

    try:
        yield
    except psycopg.errors.DiskFull as error:
        where = f" in {server.data}" if server.data else ""
        raise ServerFailed(
            "There is no room for another database.",
            f"{str(error).strip()}. The server's data is{where or ' on ' + server.dsn.host}.",
            "name a folder with room with nself_data_root",
        ) from error


# Settings whose value is a list of names, each quoted by the server already.
_LISTS = {"search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries", "datestyle"}


def _setting_value(name: str, value: str) -> str:
    return value if name.lower() in _LISTS and value else quote_literal(value)


class Ready(Protocol):
    """Called with the template before it is cloned for the first time."""

    def __call__(self, *, database: EphemeralDatabase) -> object: ...


def open_sandbox(
    provider: Provider,
    wanted: Wanted,
    folder: RunFolder,
    template: Template,
    *,
    lock_timeout_s: float = 10.0,
    ready: Ready | None = None,
) -> Sandbox:
    """The run's sandbox: the first of its processes starts the server and builds the template, the others join.

    What made the first one fail is raised in every process, without trying again.
    """
    with folder.lock():
        state = folder.read_state()
        if state is None:
            state = _start(provider, wanted, folder, template, ready)
    if "error" in state:
        raise NselfError(*state["error"])
    return Sandbox(Server.from_json(state["server"]), template, state["facts"], lock_timeout_s)


def _start(
    provider: Provider, wanted: Wanted, folder: RunFolder, template: Template, ready: Ready | None
) -> dict[str, Any]:
    folder.start_watchdog()
    reap_stale(folder.path.parent, folder.path)
    try:
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
    state = {"server": started.server.to_json(), "facts": dict(started.facts)}
    folder.write_state(state)
    return state


def _call(ready: Ready, database: EphemeralDatabase) -> None:
    try:
        ready(database=database)
    except NselfError:
        raise
    except Exception as error:
        raise NselfError(
            "A hook pytest_nself_template_ready failed.", f"{type(error).__name__}: {error}", "mend the hook"
        ) from error
