"""One warm server kept between runs, at the user's wish (`nself_reuse`, `nself db test-server`).

It belongs to a project and a provider. A run makes databases of its own on it, stamped like those on a server that
somebody runs. When the template's fingerprint changes, the server is replaced at the same address.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from pytest_nself.core.errors import ConfigError, ServerFailed

from . import locks, processes, watchdog
from .local import LocalProvider
from .runfolder import RunFolder, base_folder, foreign, make_private
from .server import Blueprint, Note, Server, Started, Wanted

KEPT_PREFIX = "kept-"


class KeptServer:
    """What is known of a project's kept server, living or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, root: Path, provider: str, data_root: str | None) -> KeptServer:
        """The kept server of the project at `root`."""
        key = sha256(f"{root}\0{provider}".encode()).hexdigest()[:12]
        return cls(base_folder(data_root) / f"{KEPT_PREFIX}{key}")

    def state(self) -> dict[str, Any] | None:
        """What was written when it started, if it lives; None otherwise."""
        if foreign(self.folder):
            return None
        try:
            state: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        except (OSError, ValueError):
            return None
        return state if processes.alive(state["server"]["pid"], state["started"]) else None

    def address(self) -> tuple[int, str] | None:
        """(port, password) of the living server, else None."""
        state = self.state()
        if state is None:
            return None
        dsn = Server.from_json(state["server"]).dsn
        return dsn.port, dsn.password

    def claim(self, port: int, password: str) -> tuple[int, str]:
        """The address that all runs of the project agree on; this one where nobody has claimed another before."""
        make_private(self.folder.parent)
        with locks.locked(self.folder.parent / "kept.lock"):
            if (address := self.address()) is not None:
                return address
            note = self.folder / "address.json"
            try:
                claimed = json.loads(note.read_text())
                return int(claimed["port"]), str(claimed["password"])
            except (OSError, ValueError, KeyError):
                pass
            make_private(self.folder)
            handle = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as file:
                json.dump({"port": port, "password": password}, file)
            return port, password

    def stop(self) -> bool:
        """Stop the server and remove its folder; whether one was living."""
        if foreign(self.folder):
            return False
        state = self.state()
        if state is None:
            # What was started by somebody who was killed before he could write it down as the server.
            watchdog.end(str(self.folder))
            return False
        processes.stop(state["server"]["pid"], (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))
        shutil.rmtree(self.folder, ignore_errors=True)
        return True


class KeptProvider:
    """Starts the project's kept server, or joins it."""

    shared = True
    joins = True  # False: what stands there may not be taken as it is

    def __init__(self, inner: LocalProvider, kept: KeptServer) -> None:
        self.inner = inner
        self.kept = kept
        self._using: Any = None

    @classmethod
    def around(cls, provider: Any, root: Path, data_root: str | None) -> KeptProvider:
        """Keep this provider's server. ConfigError for a provider whose server is not ours to keep."""
        if not isinstance(provider, LocalProvider):
            raise ConfigError(
                f"A server of the provider {provider.name} cannot be kept between runs.",
                "nself_reuse keeps servers of the providers binaries and embedded.",
                "drop nself_reuse, or name one of these providers",
            )
        return cls(provider, KeptServer.of(root, provider.name, data_root))

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def found(self) -> Any:
        return self.inner.found

    @property
    def host(self) -> str:
        return self.inner.host

    def cannot_serve(self) -> str | None:
        return self.inner.cannot_serve()

    def start(self, wanted: Wanted, note: Note, blueprint: Blueprint) -> Started:
        """The kept server with this blueprint on it; replaced if it holds another or other settings."""
        began = time.perf_counter()
        make_private(self.kept.folder.parent)
        make_private(self.kept.folder)
        with locks.locked(self.kept.folder.parent / "kept.lock"):
            started = self._join(wanted, blueprint) or self._start(wanted, blueprint, note)
            # Held until this process ends: nobody replaces the server under us.
            self._using = locks.share(self.kept.folder / "users")
        from .existing import drop_command, reap

        server = started.server
        note(
            "databases",
            command=drop_command(),
            dsn=server.dsn_for(server.dsn.dbname, tcp=True).url(),
            run=wanted.run_id,
        )
        connection = server.connect(server.dsn.dbname)
        reap(connection)
        return Started(replace(server, took_ms=(time.perf_counter() - began) * 1000), started.facts, connection)

    def _join(self, wanted: Wanted, blueprint: Blueprint) -> Started | None:
        state = self.kept.state()
        if not self.joins or state is None or state["key"] != self._key(wanted, blueprint):
            return None
        server = Server.from_json(state["server"])
        return Started(replace(server, cached=True), state["facts"])

    def _start(self, wanted: Wanted, blueprint: Blueprint, note: Note) -> Started:
        if locks.is_shared(self.kept.folder / "users"):
            raise ServerFailed(
                "The kept server holds another template, and another run is using it.",
                f"It stands in {self.kept.folder}.",
                "wait for that run, or run without nself_reuse",
            )
        self.kept.stop()
        folder = RunFolder(make_private(self.kept.folder))
        workshop = str(self.kept.folder / "build" / "data")

        def belongs(kind: str, **thing: Any) -> None:
            # The server that builds the template ends with the run; the one that is kept does not.
            (note if thing.get("data") == workshop else folder.note)(kind, **thing)

        started = self.inner.start(replace(wanted, folder=self.kept.folder), belongs, blueprint)
        if started.connection is not None:
            started.connection.close()
        server = started.server
        assert server.pid is not None
        folder.write_state(
            {
                "server": server.to_json(),
                "started": processes.started_at(server.pid),
                "facts": dict(started.facts),
                "key": self._key(wanted, blueprint),
            }
        )
        return started

    def _key(self, wanted: Wanted, blueprint: Blueprint) -> str:
        installation = self.inner.found
        stamp = installation if isinstance(installation, str) else installation.stamp()
        return json.dumps([stamp, blueprint.fingerprint, sorted(wanted.settings.items()), wanted.locale])

    def end_run(self, server: Server, run_id: str) -> None:
        """Drop the run's databases; the server stays."""
        from .existing import drop_run

        with server.connect(server.dsn.dbname) as connection:
            drop_run(connection, run_id)
