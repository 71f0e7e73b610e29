"""What a running server is, and what a provider must offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pytest_nself.core.dsn import Dsn

from .connecting import connect

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL on which we may create databases.

    `version` is PostgreSQL's number (150018 for 15.18). `dsn` is a TCP address with our superuser (on `existing`: the
    user that was named) and the maintenance database. `socket_folder` is set where a unix socket can be used, `data`,
    `log` and `pid` where we started the server from its programs, `container` where it runs in one.
    """

    provider: str
    version: int
    dsn: Dsn
    socket_folder: str | None = None
    data: str | None = None
    log: str | None = None
    pid: int | None = None
    container: str | None = None
    cached: bool = False
    took_ms: float = 0.0

    @property
    def ours(self) -> bool:
        """Whether we started it, and so nobody else's databases are on it."""
        return self.provider != "existing"

    def dsn_for(self, dbname: str, user: str | None = None, *, tcp: bool = False) -> Dsn:
        """Where database `dbname` is: over the unix socket if there is one, unless `tcp`."""
        dsn = self.dsn.replace(dbname=dbname, user=user or self.dsn.user)
        if self.socket_folder is None or tcp:
            return dsn
        return dsn.replace(host=self.socket_folder, password="")

    def connect(self, dbname: str, user: str | None = None, **options: Any) -> psycopg.Connection[Any]:
        """A new connection in autocommit mode; `options` go to psycopg."""
        return connect(self.dsn_for(dbname, user), **options)

    def to_json(self) -> dict[str, Any]:
        """A value for the run's state file; it holds the password."""
        fields = asdict(self)
        fields["dsn"] = self.dsn.url()
        return fields

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Server:
        return cls(**{**fields, "dsn": Dsn.parse(fields["dsn"])})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the run asks of a server: decided before anything is started.

    `port` is reserved for us, `password` is our superuser's and that of the roles `logins`, which the blueprint makes.
    `settings` are server settings over ours.
    """

    run_id: str
    folder: Path
    port: int
    password: str
    settings: Mapping[str, str]
    logins: tuple[str, ...] = ()
    locale: str = "C.UTF-8"
    start_timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a server must hold before its first test: `fingerprint` names it, `build` makes it on an empty server.

    `build` returns facts about what it made, as JSON can hold them.
    """

    fingerprint: str
    build: Callable[[Server], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Started:
    """A running server with the blueprint built on it, and the facts that `build` returned.

    `connection` is one to the maintenance database that the start needed, for whoever is next to need one.
    """

    server: Server
    facts: Mapping[str, Any]
    connection: psycopg.Connection[Any] | None = None


class Note(Protocol):
    """Writes down something that must be ended with the run, before it is started."""

    def __call__(self, kind: str, **thing: Any) -> None: ...


class Provider(Protocol):
    """A place a server comes from."""

    @property
    def name(self) -> str:
        """`existing`, `binaries`, `embedded` or `container`."""

    @property
    def host(self) -> str:
        """The address at which clients will reach the server: known before it is started."""

    def cannot_serve(self) -> str | None:
        """Why it cannot serve, found by checks that start nothing; None when it can."""

    def start(self, wanted: Wanted, note: Note, blueprint: Blueprint) -> Started:
        """A running server that holds the blueprint. Raises NoServer, or what `build` raises."""

    @property
    def shared(self) -> bool:
        """Whether others use the server too, so that the run's databases need names and stamps of their own."""

    def end_run(self, server: Server, run_id: str) -> None:
        """End what `start` started; any process of the run may call it."""


# Settings of a server that holds nothing of value: speed over survival. Users' own come after and win.
EPHEMERAL_SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "autovacuum": "off",
    # In the data folder, so that nothing outlives it.
    "dynamic_shared_memory_type": "mmap",
    # Evidence of what a test wrote is read from the WAL.
    "wal_level": "replica",
    "max_wal_size": "64MB",
    "min_wal_size": "2MB",
    "wal_keep_size": "64MB",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%d ",
    "track_activity_query_size": "16384",
    "max_logical_replication_workers": "0",
}


def server_settings(version: int, overrides: Mapping[str, str]) -> dict[str, str]:
    """All settings to start a server of this version (150018 …) with."""
    settings = dict(EPHEMERAL_SETTINGS)
    if version >= 180000:
        # No I/O worker processes: three fewer to start.
        settings["io_method"] = "sync"
    settings.update(overrides)
    return settings


def read_settings(lines: tuple[str, ...]) -> dict[str, str]:
    """`name = value` lines as a mapping; ConfigError names the line that is not one."""
    from pytest_nself.core.errors import ConfigError

    settings = {}
    for line in lines:
        name, equals, value = line.partition("=")
        if not equals or not name.strip().replace("_", "").replace(".", "").isalnum():
            raise ConfigError(
                f"{line!r} is not a server setting.",
                "nself_postgres_settings holds one `name = value` a line.",
                "write it like work_mem = 64MB",
            )
        settings[name.strip()] = value.strip().strip("'")
    return settings
