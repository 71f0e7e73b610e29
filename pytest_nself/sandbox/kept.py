"""A project's test server that lives between runs: started, looked at and ended from the command line."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_nself.project.environment import environ
from pytest_nself.project.pyproject import read_table
from pytest_nself.project.pytest_ini import ini_reader
from pytest_nself.project.settings import Settings
from pytest_nself.project.target import find_root
from pytest_nself.server.choose import choose
from pytest_nself.server.kept import KeptProvider, KeptServer
from pytest_nself.server.runfolder import RUN_PREFIX, RunFolder, base_folder, foreign, watch_over
from pytest_nself.server.server import Server

from .from_settings import template_of, wanted_of


@dataclass(frozen=True, slots=True)
class TestProject:
    """A project as its test runs see it."""

    __test__ = False  # pytest, meeting the name, shall not collect it

    root: Path
    settings: Settings
    table: Any

    @classmethod
    def find(cls, start: Path) -> TestProject:
        """The project around the folder `start`, with the settings that its pytest runs have."""
        root = find_root(start)
        table = read_table(root)
        settings = Settings(flags=lambda _: None, environment=environ(), ini=ini_reader(root), table=table)
        return cls(root, settings, table)

    def kept(self) -> KeptServer:
        """The project's kept server, living or not. NoServer when no provider can serve."""
        provider = choose(self.settings, environ())
        return KeptServer.of(self.root, provider.name, self.settings["data_root"])


def start_kept(project: TestProject) -> Server:
    """Start the project's kept server with its template, or join the one that lives."""
    settings = project.settings
    provider = KeptProvider.around(choose(settings, environ()), project.root, settings["data_root"])
    template = template_of(settings, project.root, project.table)
    port, password = provider.kept.claim(free_port(), os.urandom(16).hex())
    wanted = wanted_of(
        settings, template, run_id=os.urandom(4).hex(), folder=provider.kept.folder, port=port, password=password
    )
    started = provider.start(wanted, lambda kind, **thing: None, template.blueprint())
    if started.connection is not None:
        started.connection.close()
    return started.server


def kept_servers(project: TestProject) -> list[dict[str, Any]]:
    """The project's kept server, and servers with databases of failed tests, if they live; passwords left out."""
    found = []
    state = project.kept().state()
    if state is not None:
        found.append(_described("test server", state, []))
    for folder in _folders_of_failed_tests(project):
        state = RunFolder(folder).read_state()
        if state is not None and "server" in state:
            kept = (folder / "kept").read_text().splitlines()
            found.append(_described("databases of failed tests", state, [line.split("\t")[1] for line in kept]))
    return found


def stop_kept(project: TestProject) -> list[str]:
    """Stop them all; what was stopped, in words."""
    stopped = ["the test server"] if project.kept().stop() else []
    for folder in _folders_of_failed_tests(project):
        (folder / "kept").unlink()
        # Without holders and without the mark, a watchdog ends the run at once.
        watch_over(folder)
        stopped.append("a server with databases of failed tests")
    return stopped


def _folders_of_failed_tests(project: TestProject) -> list[Path]:
    base = base_folder(project.settings["data_root"])
    marks = sorted(base.glob(f"{RUN_PREFIX}*/kept"))
    ours = [mark for mark in marks if not foreign(base) and not foreign(mark.parent)]
    return [mark.parent for mark in ours if f"\t{project.root}\n" in mark.read_text()]


def _described(what: str, state: dict[str, Any], databases: list[str]) -> dict[str, Any]:
    server = Server.from_json(state["server"])
    described = {"what": what, "dsn": str(server.dsn), "provider": server.provider, "version": server.version}
    if server.socket_folder is not None:
        # Over the socket no password is needed: its folder lets only us in.
        described["psql"] = f"psql '{server.dsn_for(databases[0] if databases else server.dsn.dbname).url()}'"
    if databases:
        described["databases"] = databases
    return described


def free_port() -> int:
    """A TCP port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
