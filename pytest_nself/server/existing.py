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
from pytest_nself.core.names import quote_identifier

from .installation import OLDEST_MAJOR
from .server import Blueprint, Note, Server, Started, Wanted

if TYPE_CHECKING:
    import psycopg

PREFIX = "nself_"
_PRODUCTION = re.compile(r"(?:^|[^a-z])prod(?:uction)?(?:[^a-z]|$)", re.IGNORECASE)

# A ledger of ours that was written as production, wherever DB_MIGRATION_TABLE put nothing else.
_STAMP = """
select exists (
    select from pg_catalog.pg_attribute
    where attrelid = pg_catalog.to_regclass('hdb_catalog.schema_migrations')
      and attname = 'environment' and not attisdropped
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

    def stop(self, server: Server) -> None:
        """Nothing: it is not ours to stop. The run's databases are dropped by `end_run`."""

    def end_run(self, run_id: str) -> None:
        """Drop the run's databases."""
        import psycopg

        with psycopg.connect(self.dsn.conninfo(), autocommit=True) as connection:
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
            connection = psycopg.connect(
                self.dsn.conninfo(), autocommit=True, connect_timeout=int(wanted.start_timeout_s)
            )
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
        note(
            "databases",
            command=[sys.executable, "-m", "pytest_nself.server.existing"],
            dsn=self.dsn.url(),
            run=wanted.run_id,
        )
        server = Server("existing", version, self.dsn)
        facts = blueprint.build(server)
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
        if (found := connection.execute(_STAMP).fetchone()) and found[0]:
            stamped = connection.execute(
                "select exists (select from hdb_catalog.schema_migrations where environment in ('production', 'prod'))"
            ).fetchone()
            if stamped and stamped[0]:
                raise Refused(
                    f"{self.origin} names {self.dsn}, which carries the stamp of production.",
                    "Its ledger says that migrations were applied there as production.",
                    "name a server for tests",
                )


def stamp(run_id: str, pid: int) -> str:
    """The comment of a run's databases: by it a later run knows whether their owner, process `pid`, is dead."""
    import socket

    from .processes import started_at

    return json.dumps({"nself": run_id, "host": socket.gethostname(), "pid": pid, "started": started_at(pid)})


def reap(connection: psycopg.Connection[Any]) -> list[str]:
    """Drop databases whose stamp names a dead process of this machine; their names."""
    import socket

    from .processes import alive

    host = socket.gethostname()
    dropped = []
    for name, comment in _stamped(connection):
        try:
            owner = json.loads(comment)
            pid, started, where = int(owner["pid"]), owner["started"], owner["host"]
        except (ValueError, KeyError, TypeError):
            continue
        if where == host and not alive(pid, started or ""):
            drop(connection, name)
            dropped.append(name)
    return dropped


def drop_run(connection: psycopg.Connection[Any], run_id: str) -> list[str]:
    """Drop all databases of one run; their names."""
    names = [name for name, comment in _stamped(connection) if f'"nself": "{run_id}"' in comment]
    for name in names:
        drop(connection, name)
    return names


def _stamped(connection: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    return connection.execute(
        """
        select datname::text, pg_catalog.shobj_description(oid, 'pg_database')
        from pg_catalog.pg_database
        where datname like 'nself\\_%' and pg_catalog.shobj_description(oid, 'pg_database') like '{"nself":%'
        order by datname
        """
    ).fetchall()


def drop(connection: psycopg.Connection[Any], name: str) -> None:
    """Drop one stamped database, whatever is connected to it."""
    quoted = quote_identifier(name)
    exists = connection.execute("select from pg_catalog.pg_database where datname = %s", [name]).fetchone()
    if exists is not None:
        connection.execute(f"alter database {quoted} with is_template false".encode())
        connection.execute(f"drop database if exists {quoted} with (force)".encode())


def main() -> None:
    """What the watchdog runs: drop the databases of the run that standard input describes."""
    import psycopg

    thing = json.loads(sys.stdin.read())
    with psycopg.connect(Dsn.parse(thing["dsn"]).conninfo(), autocommit=True) as connection:
        drop_run(connection, thing["run"])


if __name__ == "__main__":
    main()
