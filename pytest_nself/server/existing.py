"""The provider `existing`: a server somebody runs, on which we make and drop only databases that carry our stamp."""

from __future__ import annotations

import json
import re
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import NoServer, Refused, ServerFailed
from pytest_nself.core.names import quote_identifier, quote_literal

from .connecting import connect
from .installation import OLDEST_MAJOR
from .server import Blueprint, Note, Server, Started, Wanted

if TYPE_CHECKING:
    import psycopg

YOUNG_S = 15 * 60.0  # a template may take that long to build before the first session stays connected
OLD_S = 24 * 3600.0
_PRODUCTION = re.compile(r"(?:^|[^a-z])prod(?:uction)?(?:[^a-z]|$)", re.IGNORECASE)

# A ledger of ours that was written as production, wherever DB_MIGRATION_TABLE put nothing else.
_STAMP = """
select exists (
    select from pg_catalog.pg_attribute as a
    join pg_catalog.pg_class as c on c.oid = a.attrelid and c.relname = 'schema_migrations'
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace and n.nspname = 'hdb_catalog'
    where a.attname = 'environment' and not a.attisdropped
)
"""


@dataclass(frozen=True, slots=True)
class Existing:
    """A server at `dsn`; `origin` says who named it (`--nself-dsn`, `DATABASE_URL_TEST` …)."""

    dsn: Dsn
    origin: str

    @property
    def name(self) -> str:
        return "existing"

    @property
    def host(self) -> str:
        return self.dsn.host

    def cannot_serve(self) -> str | None:
        """None: whether it answers shows when it is used, and a server that was named is never passed over."""
        return None

    @property
    def shared(self) -> bool:
        return True

    def end_run(self, server: Server, run_id: str) -> None:
        """Drop the run's databases."""
        with connect(self.dsn) as connection:
            drop_run(connection, run_id)

    def refuse_production(self) -> None:
        """Refused when the address says production; checks that start nothing."""
        for part in (self.dsn.host, self.dsn.dbname):
            if _PRODUCTION.search(part):
                raise Refused(
                    f"{self.origin} names {self.dsn}, which says production.",
                    "Tests make and drop databases there.",
                    "name a server for tests",
                )

    def start(self, wanted: Wanted, note: Note, blueprint: Blueprint) -> Started:
        """See that the server answers and that we may make databases on it, and build the blueprint there."""
        began = time.perf_counter()
        import psycopg

        self.refuse_production()
        try:
            connection = connect(self.dsn, connect_timeout=int(wanted.start_timeout_s))
        except psycopg.OperationalError as error:
            raise ServerFailed(
                f"The server that {self.origin} names does not answer.",
                f"{self.dsn}: {str(error).strip()}",
                "start it, or correct the address",
            ) from error
        with connection:
            version = connection.info.server_version
            self._check(connection, version)
            reap(connection)
        note("databases", command=drop_command(), dsn=self.dsn.url(), run=wanted.run_id)
        server = Server("existing", version, self.dsn)
        try:
            facts = blueprint.build(server)
        except BaseException:
            self.end_run(server, wanted.run_id)
            raise
        return Started(replace(server, took_ms=(time.perf_counter() - began) * 1000), facts)

    def _check(self, connection: psycopg.Connection[Any], version: int) -> None:
        if version // 10000 < OLDEST_MAJOR:
            raise NoServer(
                f"The server that {self.origin} names is PostgreSQL {version // 10000}.",
                f"We need {OLDEST_MAJOR} or newer.",
                "name a newer server",
            )
        row = connection.execute(
            "select rolname, rolsuper or rolcreatedb from pg_catalog.pg_roles where rolname = current_user"
        ).fetchone()
        if row is None or not row[1]:
            user = row[0] if row else self.dsn.user
            raise NoServer(
                f"The user {user} may not create databases on the server that {self.origin} names.",
                f"{self.dsn}: the role has neither SUPERUSER nor CREATEDB.",
                f"run there: alter role {quote_identifier(user)} createdb",
            )
        if (found := connection.execute(_STAMP).fetchone()) and found[0] and self._is_production(connection):
            raise Refused(
                f"{self.origin} names {self.dsn}, which carries the stamp of production.",
                "Its ledger says that migrations were applied there as production.",
                "name a server for tests",
            )

    def _is_production(self, connection: psycopg.Connection[Any]) -> bool:
        import psycopg

        try:
            row = connection.execute(
                "select exists (select from hdb_catalog.schema_migrations where environment in ('production', 'prod'))"
            ).fetchone()
        except psycopg.errors.InsufficientPrivilege as error:
            raise Refused(
                f"{self.origin} names {self.dsn}, whose ledger of migrations we may not read.",
                "It may say that this is production.",
                "name another database of it, like postgres, or let the user read hdb_catalog.schema_migrations",
            ) from error
        return bool(row and row[0])


def stamp(run_id: str, pid: int) -> str:
    """The comment of a run's databases: by it a later run knows whether their owner, process `pid`, is dead."""
    import socket

    from .processes import machine, started_at

    owner = {"host": socket.gethostname(), "machine": machine(), "pid": pid, "started": started_at(pid)}
    return json.dumps({"nself": run_id, **owner, "at": int(time.time())})


def keep(connection: psycopg.Connection[Any], name: str) -> None:
    """Stamp the database of a failed test, so that it outlives its owner by a day."""
    for found, comment, _ in _stamped(connection):
        if found == name:
            kept = json.dumps({**json.loads(comment), "kept": True, "at": int(time.time())})
            connection.execute(f"comment on database {quote_identifier(name)} is {quote_literal(kept)}".encode())


def reap(connection: psycopg.Connection[Any]) -> list[str]:
    """Drop databases whose owner is dead; their names. Databases of other users, which we may not drop, stay."""
    stamped = _stamped(connection)
    busy = {_run_of(comment) for _, comment, sessions in stamped if sessions}
    dropped = []
    for name, comment, _ in stamped:
        if _abandoned(comment, busy=_run_of(comment) in busy):
            drop(connection, name)
            dropped.append(name)
    return dropped


def _abandoned(comment: str, *, busy: bool) -> bool:
    """Whether the owner that the stamp names is dead. `busy`: somebody is connected to a database of that run."""
    import socket

    from .processes import alive, machine

    try:
        owner = json.loads(comment)
        pid, started, where, at = int(owner["pid"]), owner["started"], owner["machine"], float(owner["at"])
        host, kept = owner["host"], owner.get("kept", False)
    except (ValueError, KeyError, TypeError):
        return False
    if kept:
        return time.time() - at > OLD_S
    if where == machine() and host == socket.gethostname():
        return not alive(pid, started or "")
    # Numbers of processes say nothing across a reboot or from container to container. A living run is connected from
    # its first test on; until then, and on another host, only its age tells.
    patience_s = YOUNG_S if host == socket.gethostname() else OLD_S
    return not busy and time.time() - at > patience_s


def _run_of(comment: str) -> str:
    try:
        return str(json.loads(comment)["nself"])
    except (ValueError, KeyError, TypeError):
        return ""


def drop_run(connection: psycopg.Connection[Any], run_id: str) -> list[str]:
    """Drop all databases of one run; their names."""
    names = [name for name, comment, _ in _stamped(connection) if _run_of(comment) == run_id]
    for name in names:
        drop(connection, name)
    return names


def _stamped(connection: psycopg.Connection[Any]) -> list[tuple[str, str, bool]]:
    """Stamped databases that we may drop: name, stamp, whether somebody is connected."""
    return connection.execute(
        """
        select
            d.datname::text,
            pg_catalog.shobj_description(d.oid, 'pg_database'),
            exists (select from pg_catalog.pg_stat_activity as a where a.datid = d.oid)
        from pg_catalog.pg_database as d
        where d.datname like 'nself\\_%' and pg_catalog.pg_has_role(d.datdba, 'usage')
          and pg_catalog.shobj_description(d.oid, 'pg_database') like '{"nself":%'
        order by d.datname
        """
    ).fetchall()


def drop(connection: psycopg.Connection[Any], name: str) -> None:
    """Drop one stamped database, whatever is connected to it, unless somebody else is just dropping it."""
    import psycopg

    quoted = quote_identifier(name)
    try:
        connection.execute(f"alter database {quoted} with is_template false".encode())
        connection.execute(f"drop database if exists {quoted} with (force)".encode())
    except psycopg.errors.InvalidCatalogName:
        pass
    except psycopg.errors.InternalError_:  # "tuple concurrently updated"
        exists = connection.execute("select from pg_catalog.pg_database where datname = %s", [name]).fetchone()
        if exists is not None:
            raise


def drop_command() -> list[str]:
    """A command that does what `main` does in a bare Python: the watchdog has no environment and another folder."""
    paths = [path for path in sys.path if path]
    code = f"import sys; sys.path[:] = {paths!r}; from {__spec__.name} import main; main()"
    return [sys.executable, "-I", "-c", code]


def main() -> None:
    """What the watchdog runs: drop the databases of the run that standard input describes."""
    thing = json.loads(sys.stdin.read())
    with connect(Dsn.parse(thing["dsn"])) as connection:
        drop_run(connection, thing["run"])


if __name__ == "__main__":
    main()
