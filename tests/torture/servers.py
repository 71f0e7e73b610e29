"""A server with the settings of a real one, to be stopped, filled up and started again; nothing of it stays."""

from __future__ import annotations

import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.names import quote_identifier
from pytest_nself.server import postgres, processes
from pytest_nself.server.installation import Installation, find_embedded, find_installation
from pytest_nself.server.runfolder import RUN_PREFIX, RunFolder, base_folder
from pytest_nself.server.server import Server, Wanted, server_settings
from pytest_nself.server.starter import Starter

# What our own servers leave out for speed is here as in production: a crash must lose nothing that was committed.
LIKE_A_REAL_ONE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "max_connections": "100",
    "max_wal_size": "256MB",
    "wal_keep_size": "0",
}


class OwnServer:
    """A running server that can be stopped at once and started again on the same port."""

    def __init__(self, starter: Starter, server: Server) -> None:
        self._starter = starter
        self.server = server

    def stop_immediately(self) -> None:
        """What `pg_ctl stop -m immediate` does: no checkpoint, nobody is waited for."""
        assert self.server.pid is not None
        processes.stop(self.server.pid, (signal.SIGQUIT, signal.SIGKILL))

    def start(self) -> None:
        """Start again after a stop; returns when the log is replayed and connections are accepted."""
        wanted, data = self._starter.wanted, Path(self.server.data or "")
        (data / "postmaster.pid").unlink(missing_ok=True)
        pid = postgres.spawn(
            self._starter.programs,
            self._starter.account,
            data,
            port=wanted.port,
            socket_folder=Path(self.server.socket_folder) if self.server.socket_folder else None,
            settings=server_settings(self.server.version, wanted.settings),
            log=wanted.folder / "log",
        )
        self.server = _with_pid(self.server, pid)
        postgres.wait_ready(pid, data, wanted.folder / "log", 120)

    def database(self, name: str, *, setting: Mapping[str, str] | None = None, options: str = "") -> Dsn:
        """A new database with an owner of the same name, as apps have it: no superuser, reached over TCP.

        `setting` becomes the role's own, `options` stand in `create database`.
        """
        role, password = quote_identifier(name), secrets.token_hex(8)
        with self.server.connect("postgres") as connection:
            connection.execute(f"create role {role} login password '{password}'".encode())
            for key, value in (setting or {}).items():
                connection.execute(f"alter role {role} set {key} = '{value}'".encode())
            connection.execute(f"create database {role} owner {role} {options}".encode())
        return self.server.dsn.replace(dbname=name, user=name, password=password)

    def log(self) -> str:
        """All that the server has written down."""
        return Path(self.server.log or "").read_text(encoding="utf-8", errors="replace")


def _with_pid(server: Server, pid: int) -> Server:
    return Server.from_json({**server.to_json(), "pid": pid})


def programs_of(major: int) -> Installation:
    """PostgreSQL 15 as Debian has it, or 18 from the package index."""
    found = find_embedded() if major == 18 else find_installation(None, str(major))
    assert isinstance(found, Installation), found
    return found


@contextmanager
def own_server(
    major: int = 15,
    settings: Mapping[str, str] | None = None,
    *,
    root: Path | None = None,
    before: Callable[[RunFolder], None] = lambda run: None,
) -> Iterator[OwnServer]:
    """A server for the block, below `root` if given; a watchdog ends it too when this process is killed.

    `before` is called with the run's folder before anything is started in it.
    """
    run_id = secrets.token_hex(6)
    run = RunFolder(base_folder(str(root) if root else None) / f"{RUN_PREFIX}{run_id}")
    run.open()
    run.start_watchdog()
    try:
        before(run)
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            port = reserved.getsockname()[1]
        wanted = Wanted(run_id, run.path, port, secrets.token_hex(8), {**LIKE_A_REAL_ONE, **(settings or {})})
        starter = Starter("binaries" if major < 18 else "embedded", programs_of(major), None, wanted, run.note)
        own = OwnServer(starter, _started(starter))
        try:
            _make_postgres(own.server)
            yield own
        finally:
            own.stop_immediately()
    finally:
        run.let_go()


def _started(starter: Starter) -> Server:
    started = starter.start()
    if started.connection is not None:
        started.connection.close()
    return started.server


def _make_postgres(server: Server) -> None:
    """The maintenance database that every real server has; ours keep only template1."""
    with server.connect("template1") as connection:
        names = {row[0] for row in connection.execute("select datname from pg_database")}
        for name in {"postgres"} - names:
            connection.execute(f"create database {name}".encode())


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def is_root() -> bool:
    """Whether mounts can be made."""
    return os.geteuid() == 0
