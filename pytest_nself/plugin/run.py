"""One pytest process of a run: what was decided before the app is imported, and what follows from it."""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import NoServer, NselfError
from pytest_nself.project.environment import (
    RUN_VARIABLE,
    Exported,
    connection_variables,
    environ,
    extra_variables,
)
from pytest_nself.project.pyproject import read_table
from pytest_nself.project.settings import Settings

from . import options

if TYPE_CHECKING:
    import socket

    from pytest_nself.server.runfolder import RunFolder
    from pytest_nself.server.server import Provider

    from .sets import Sets
    from .worker import Worker

SUPERUSER = "postgres"
TEST_URL = "DATABASE_URL_TEST"


class RunInfo:
    """What all processes of a run share, handed down in the environment; `owner` is the pid of the first one."""

    __slots__ = ("dsn", "folder", "host", "id", "owner", "password", "port")

    def __init__(self, *, id: str, owner: int, folder: str, host: str, port: int, password: str, dsn: str = "") -> None:
        self.id = id
        self.owner = owner
        self.folder = folder
        self.host = host
        self.port = port
        self.password = password
        self.dsn = dsn  # what DATABASE_URL_TEST said before the run set it, as it sets DATABASE_URL

    @property
    def prefix(self) -> str:
        return f"nself_{self.id}_"


_open_runs: list[str] = []
"""The ids of the runs of this process, the innermost last."""


class Run:
    """The run, as one process sees it. Nothing is started before `worker` is used for the first time."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.root = config.rootpath
        self.before = environ()
        handed = self._handed()
        if handed is not None and handed.dsn:
            self.before[TEST_URL] = handed.dsn  # the first process gave the app another one
        self.table = read_table(self.root)
        flags, ini = options.from_config(config)
        self.settings = Settings(flags=flags, environment=self.before, ini=ini, table=self.table)
        self.name = self.before.get("PYTEST_XDIST_WORKER", "main")
        self._reserved: socket.socket | None = None
        self.item: Any = None  # the test whose turn it is
        self.turn = 0  # how many tests had theirs since the first that asked for a database
        self._worker: Worker | None = None
        self._failure: NselfError | None = None
        self.provider: Provider | None = None
        self.no_provider: NselfError | None = None
        try:
            self.provider = self._choose()
        except NoServer as error:
            # A run without a database test needs no server: said when the first one asks.
            self.no_provider = error
        self.info = handed or self._info()
        self.exported = self._export()
        _open_runs.append(self.info.id)

    def _choose(self) -> Provider:
        from pytest_nself.server.choose import choose

        provider = choose(self.settings, self.before)
        if self.settings["reuse"]:
            from pytest_nself.server.kept import KeptProvider

            return KeptProvider.around(provider, self.root, self.settings["data_root"])
        return provider

    def _handed(self) -> RunInfo | None:
        """What the first process of the run decided, if this is one of its workers."""
        handed = self.before.get(RUN_VARIABLE)
        # Another pytest inside a test is a run of its own, in a process of its own or (pytester) in this one.
        if not handed or "PYTEST_XDIST_WORKER" not in self.before or _open_runs:
            return None
        info = RunInfo(**json.loads(handed))
        return info if info.owner == os.getppid() else None

    def _info(self) -> RunInfo:
        self.name = "main"
        run_id = os.urandom(4).hex()
        from pytest_nself.server.runfolder import RUN_PREFIX, base_folder

        folder = base_folder(self.settings["data_root"]) / f"{RUN_PREFIX}{run_id}"
        host = self.provider.host if self.provider else "127.0.0.1"
        port, password = self._address()
        return RunInfo(
            id=run_id,
            owner=os.getpid(),
            folder=str(folder),
            host=host,
            port=port,
            password=password,
            dsn=self.before.get(TEST_URL, ""),
        )

    def _address(self) -> tuple[int, str]:
        """The port and the password of the server that will be started, or that was kept."""
        password = os.urandom(16).hex()
        if self.provider is None or self._existing:
            return 0, password
        self._reserved, port = _reserve_port()
        if self.settings["reuse"]:
            address: tuple[int, str] = self.provider.kept.claim(port, password)  # type: ignore[attr-defined]
            return address
        return port, password

    @property
    def prefix(self) -> str:
        """What the names of our databases begin with: short on our own server, with the run's id on a shared one."""
        return self.info.prefix if self.provider is not None and self.provider.shared else "nself_"

    @property
    def _existing(self) -> bool:
        return self.provider is not None and self.provider.name == "existing"

    @cached_property
    def committed_dsn(self) -> Dsn:
        """Where the worker's committed database will be: known before anything is started."""
        dbname = f"{self.prefix}{self.name}"
        if self._existing:
            return Dsn.parse(self.settings["dsn"]).replace(dbname=dbname)
        user = self.settings["role"] or SUPERUSER
        return Dsn(self.info.host, self.info.port, dbname, user, self.info.password)

    def _export(self) -> Exported:
        variables = {RUN_VARIABLE: json.dumps(_fields(self.info))}
        if self.provider is not None:
            if self.info.dsn:
                # An app that reads this one in its tests must not reach the database that was named to us.
                variables[TEST_URL] = self.committed_dsn.url()
            variables |= connection_variables(self.committed_dsn)
            variables |= extra_variables(self.settings["export"], self.committed_dsn)
            return Exported(variables)
        return Exported({})

    @property
    def worker(self) -> Worker:
        """This process's databases; the first use starts the server. Raises the same error each time it cannot."""
        if self._worker is None:
            if self._failure is not None:
                raise NselfError(
                    f"No database for this test: {self._failure.problem}", "The first test that asked shows why."
                )
            try:
                if self.no_provider is not None:
                    raise self.no_provider
                from .opening import open_run

                sandbox = open_run(self)
                from .worker import Worker

                self._worker = Worker(self, sandbox)
            except NselfError as error:
                self._failure = error
                raise
            from .pertest import PerTest

            self.config.pluginmanager.register(PerTest(self._worker), "nself-per-test")
        return self._worker

    @cached_property
    def sets(self) -> Sets:
        """The project's fixture sets."""
        from .sets import Sets

        return Sets(self.root / self.settings["fixtures"])

    def forget_failure(self) -> None:
        """What kept `worker` from being had was asked for by no test: the first that does shall show all of it."""
        self._failure = None

    @property
    def workers(self) -> int:
        """How many processes run tests."""
        return int(self.before.get("PYTEST_XDIST_WORKER_COUNT", "1"))

    def early_advice(self, text: str) -> str:
        """What to do about an error with this text, if it comes from the app looking for its database too early."""
        if self.no_provider is not None:
            # Then no variable was set, and the app may have stumbled over that.
            missing = any(name in text for name in ("DATABASE_URL", "POSTGRES_", "PGHOST"))
            return str(self.no_provider) if missing else ""
        if self._worker is not None or not self.info.port or str(self.info.port) not in text:
            return ""
        return (
            "The app connected while it was imported, and the server starts when the first test asks for it. "
            "To fix: set nself_start = early (or --nself-start=early), or connect when the app first needs to."
        )

    def explain_early_connection(self, error: BaseException) -> None:
        """Add the advice to an error of the app's own import."""
        cause = getattr(error, "cause", None) or error
        advice = self.early_advice(f"{cause!r} {cause}")
        if advice and isinstance(cause, BaseException):
            cause.add_note(advice)

    def state(self) -> dict[str, Any] | None:
        """What the process that started the server wrote down; None when no test of the run asked for a database."""
        return self.folder.read_state() if self.folder.path.exists() else None

    def kept_lines(self) -> list[str]:
        """How to enter the databases of failed tests that were kept."""
        from .opening import kept_lines

        return kept_lines(self)

    def close(self) -> None:
        """End this process's part of the run; the first process ends the server too."""
        if self._worker is not None:
            self._worker.close()
        self.exported.restore()
        _open_runs.remove(self.info.id)
        if self.info.owner == os.getpid() and self.folder.path.exists():
            from .opening import end_run

            end_run(self)
        if self._reserved is not None:
            self._reserved.close()

    @cached_property
    def folder(self) -> RunFolder:
        """What the processes of the run share; one object per process, since it holds the run alive."""
        from pytest_nself.server.runfolder import RunFolder

        return RunFolder(Path(self.info.folder))


def _fields(info: RunInfo) -> dict[str, Any]:
    return {name: getattr(info, name) for name in RunInfo.__slots__}


def _reserve_port() -> tuple[socket.socket, int]:
    """A port nobody else gets: bound and never listening, so that a server with SO_REUSEADDR can still take it."""
    import socket

    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved, reserved.getsockname()[1]
