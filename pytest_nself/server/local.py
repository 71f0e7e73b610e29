"""The providers `binaries` and `embedded`, as far as they are needed before anything starts: imports little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .installation import Installation

if TYPE_CHECKING:
    from .server import Blueprint, Note, Server, Started, Wanted


class LocalProvider:
    """Servers from PostgreSQL programs of this machine or of the wheel.

    `found` is the installation, or the reason why there is none. `cache` names the folder of kept data folders, None
    the platform's.
    """

    shared = False

    def __init__(self, name: str, found: Installation | str, cache: str | None = None) -> None:
        self.name = name
        self.found = found
        self.cache = cache

    @property
    def host(self) -> str:
        return "127.0.0.1"

    def cannot_serve(self) -> str | None:
        """The reason why there are no programs; None when there are."""
        return self.found if isinstance(self.found, str) else None

    def start(self, wanted: Wanted, note: Note, blueprint: Blueprint) -> Started:
        """A running server on a copy of the cached data folder that holds the blueprint; built if it is missing."""
        from .starter import Starter

        assert isinstance(self.found, Installation)
        return Starter(self.name, self.found, self.cache, wanted, note).start(blueprint)

    def end_run(self, server: Server, run_id: str) -> None:
        """Stop the server: SIGINT, then SIGQUIT, then SIGKILL."""
        from . import postgres, processes

        if server.pid is not None:
            processes.stop(server.pid, postgres.NORMAL_STOP)
