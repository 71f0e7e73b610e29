"""Our own starter: an account that PostgreSQL accepts, a copy of the kept data folder, and the server on it."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import NoServer, ServerFailed
from pytest_nself.core.names import quote_identifier
from pytest_nself.core.version import __version__

from . import accounts, copying, datafolder, postgres, processes
from .accounts import Account
from .cache import Cache, CachedFolder, cache_root
from .datafolder import SUPERUSER
from .installation import Installation, version_of
from .server import Blueprint, Note, Server, Started, Wanted, server_settings

FULL_BYTES = 1024 * 1024  # a file system with less is full for a server
FULL = (errno.ENOSPC, errno.EDQUOT)
if TYPE_CHECKING:
    import psycopg

NO_BLUEPRINT = Blueprint("", lambda server: {})


class Starter:
    """One start: from `installation`, as `wanted`, with what must be ended told to `note` before it is started."""

    def __init__(
        self, provider: str, installation: Installation, cache: str | None, wanted: Wanted, note: Note
    ) -> None:
        self.provider = provider
        self.installation = installation
        self.cache = Cache(cache_root(cache))
        self.wanted = wanted
        self.note = note

    def start(self, blueprint: Blueprint = NO_BLUEPRINT) -> Started:
        """The server on a copy of the kept data folder that holds the blueprint; built if it is missing.

        Raises NoServer, or what the blueprint's `build` raises.
        """
        try:
            return self._start(blueprint)
        except OSError as error:
            raise self._not_writable(error) from error

    def _start(self, blueprint: Blueprint) -> Started:
        began = time.perf_counter()
        self.wanted.folder.mkdir(parents=True, exist_ok=True)
        found = self.cache.find(self._key(blueprint))
        folder = found or self._build(blueprint)
        data = self.wanted.folder / "data"
        try:
            server, connection = self._serve(self.wanted, data, folder)
        except OSError as error:
            if error.errno in FULL:
                raise
            # A power cut can leave kept files short: throw the folder away and build it anew, once.
            shutil.rmtree(data, ignore_errors=True)
            shutil.rmtree(folder.path, ignore_errors=True)
            found, folder = None, self._build(blueprint)
            server, connection = self._serve(self.wanted, data, folder)
        took_ms = (time.perf_counter() - began) * 1000
        return Started(replace(server, cached=found is not None, took_ms=took_ms), folder.facts, connection)

    @cached_property
    def version(self) -> int:
        return version_of(self.installation, self.cache.root / "versions.json")

    @property
    def account(self) -> Account:
        """As whom the server runs."""
        return self._way[0]

    @property
    def programs(self) -> Installation:
        """The programs that are run: the installation, or a copy of it that the account can reach."""
        return self._way[1]

    @cached_property
    def _way(self) -> tuple[Account, Installation]:
        """Account and programs. NoServer when PostgreSQL would refuse every way that is open here."""
        base = self.wanted.folder.parent
        for account in accounts.candidates(self.installation.postgres, base):
            if not account.prefix or self._namespace_works(account):
                return account, self.installation
        for account in accounts.dropped(base):
            from .copies import readable_copy

            copy = readable_copy(self.installation, account)
            if copy is not None:
                return account, copy
        raise NoServer(
            "PostgreSQL refuses to run as root, and no other way is open here.",
            f"Tried: the users postgres and nobody (they cannot reach {self.installation.bin}, or {base}, where the "
            "server's data would live), a user namespace (not allowed here), and a copy of the programs.",
            "run pytest as an ordinary user, or name with nself_data_root a folder that every user may pass through",
        )

    def _not_writable(self, error: OSError) -> ServerFailed:
        places = f"Data folders live in {self.wanted.folder.parent} and are kept in {self.cache.root}."
        remedy = "name folders with room, that we may write to, with nself_data_root and nself_cache"
        if error.errno in FULL:
            return ServerFailed("There is no room for PostgreSQL's data.", f"{error}. {places}", remedy)
        return ServerFailed("PostgreSQL's data cannot be written.", f"{error}. {places}", remedy)

    def _namespace_works(self, account: Account) -> bool:
        command = [*account.prefix, str(self.installation.postgres), "--version"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def _key(self, blueprint: Blueprint) -> str:
        parts = [__version__, self.installation.stamp(), str(self.version), self.wanted.locale]
        kind = "slim"
        if blueprint.fingerprint:
            kind = "migrated"
            parts += [repr(sorted(self.wanted.settings.items())), blueprint.fingerprint]
        return f"{kind}-{sha256(chr(0).join(parts).encode()).hexdigest()[:24]}"

    def _build(self, blueprint: Blueprint) -> CachedFolder:
        make = partial(self._make, blueprint) if blueprint.fingerprint else self._make_slim
        return self.cache.build(self._key(blueprint), make, wait=False)

    def _workshop(self, name: str) -> Path:
        workshop = self.wanted.folder / name
        shutil.rmtree(workshop, ignore_errors=True)
        workshop.mkdir()
        workshop.chmod(0o711)  # whatever the umask: the server's own user must pass
        return workshop

    def _make_slim(self) -> tuple[Path, Mapping[str, Any]]:
        """A new slim data folder."""
        workshop = self._workshop("initdb")
        data = workshop / "data"
        datafolder.initialise(
            self.programs,
            self.account,
            data,
            version=self.version,
            locale=self.wanted.locale,
            log=workshop / "log",
        )
        return data, {}

    def _make(self, blueprint: Blueprint) -> tuple[Path, Mapping[str, Any]]:
        """A cleanly stopped data folder, with the blueprint built on a copy of the slim one."""
        workshop = self._workshop("build")
        data = workshop / "data"
        slim = self.cache.find(self._key(NO_BLUEPRINT)) or self._build(NO_BLUEPRINT)
        # Whatever log it keeps would be copied with it.
        settings = {**self.wanted.settings, "wal_keep_size": "0"}
        wanted = replace(self.wanted, folder=workshop, logins=(), settings=settings)
        server, connection = self._serve(wanted, data, slim)
        try:
            if connection is not None:
                connection.close()  # to template1, which the blueprint clones
            return data, blueprint.build(server)
        except Exception as error:
            # Some errors only point to the log (a checkpoint that failed), and that may have had no room either.
            status = os.statvfs(workshop)
            if status.f_bavail * status.f_frsize < FULL_BYTES:
                raise self._not_writable(OSError(errno.ENOSPC, str(error).strip())) from error
            raise
        finally:
            assert server.pid is not None
            processes.stop(server.pid, postgres.NORMAL_STOP)

    def _serve(self, wanted: Wanted, data: Path, folder: CachedFolder) -> tuple[Server, psycopg.Connection[Any] | None]:
        """Start a server on a copy of a kept data folder, and give the roles this run's password."""
        rest = folder.copy_to(data, self.account)
        pid = None
        try:
            verifier = postgres.scram_verifier(wanted.password)
            logins = (SUPERUSER, *wanted.logins)
            set_password = "\n".join(f"alter role {quote_identifier(role)} password '{verifier}';" for role in logins)
            sockets = self._sockets(wanted, data, set_password)
            pid = self._spawn(wanted, data, sockets)
            rest.while_starting()
            server, connection = self._ready(wanted, data, pid, sockets, set_password)
            rest.wait()
        except BaseException:
            if pid is not None:
                processes.stop(pid, (signal.SIGQUIT, signal.SIGKILL))
            rest.give_up()
            raise
        return server, connection

    def _sockets(self, wanted: Wanted, data: Path, set_password: str) -> Path | None:
        """The folder of the server's socket; None where its path would be too long."""
        sockets = wanted.folder / "s"
        if postgres.socket_folder_fits(sockets, wanted.port):
            sockets.mkdir(mode=0o700, exist_ok=True)
            datafolder.give(sockets, self.account)
            return sockets
        # Only the password opens the server then, so it must be there before the server is.
        datafolder.run_single(self.programs, self.account, data, set_password)
        return None

    def _spawn(self, wanted: Wanted, data: Path, sockets: Path | None) -> int:
        log = wanted.folder / "log"
        log.touch(mode=0o600)
        self.note("postgres", data=str(data))
        settings = server_settings(self.version, wanted.settings)
        if self.version >= 180000 and copying.shares_blocks(str(data)):
            settings.setdefault("file_copy_method", "clone")
        return postgres.spawn(
            self.programs,
            self.account,
            data,
            port=wanted.port,
            socket_folder=sockets,
            settings=settings,
            log=log,
        )

    def _ready(
        self, wanted: Wanted, data: Path, pid: int, sockets: Path | None, set_password: str
    ) -> tuple[Server, psycopg.Connection[Any] | None]:
        """The server, when it answers and knows the run's password, and the connection that told it."""
        import psycopg  # noqa: F401 - the longest import of all, while the server starts

        log = wanted.folder / "log"
        postgres.wait_ready(pid, data, log, wanted.start_timeout_s)
        server = Server(
            provider=self.provider,
            version=self.version,
            dsn=Dsn("127.0.0.1", wanted.port, "template1", SUPERUSER, wanted.password),
            socket_folder=None if sockets is None else str(sockets),
            data=str(data),
            log=str(log),
            pid=pid,
        )
        if sockets is None:
            return server, None
        connection = server.connect("template1")
        connection.execute(set_password.encode())
        return server, connection
