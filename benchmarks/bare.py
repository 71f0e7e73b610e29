"""The floor: PostgreSQL started by the least code that does it, and nothing of ours.

A cached slim data folder (1 MiB WAL segments, `template1` alone) is copied, `postgres` executed, the state word in
`postmaster.pid` polled. As root the server runs as the user who owns the folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "jit=off",
    "autovacuum=off",
    "dynamic_shared_memory_type=mmap",
    "max_logical_replication_workers=0",
)
CLEAN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


@dataclass(slots=True)
class Owner:
    """Whom the server's files belong to, and how to become that user."""

    uid: int
    gid: int

    def options(self) -> dict[str, object]:
        same = self.uid == os.geteuid()
        return {"cwd": "/"} if same else {"cwd": "/", "user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: str | Path) -> None:
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.gid)


@dataclass(slots=True)
class Bare:
    """PostgreSQL's programs in `bin`, run for `owner`."""

    bin: Path
    owner: Owner
    major: int = 15

    def initdb(self, data: Path) -> None:
        """The cheapest set of flags: the disk is not synced, no instructions, 1 MiB segments."""
        data.mkdir(mode=0o700)
        self.owner.give(data)
        flags = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        flags += ["--wal-segsize=1"] + (["--no-data-checksums"] if self.major >= 18 else [])
        self._run([str(self.bin / "initdb"), "-D", str(data), *flags])

    def slim(self, data: Path) -> None:
        """initdb, then drop the two databases that nobody needs."""
        self.initdb(data)
        statements = (
            "update pg_database set datistemplate = false where datname in ('postgres', 'template0')\n"
            "drop database postgres\ndrop database template0\n"
        )
        self._run([str(self.bin / "postgres"), "--single", "-D", str(data), "-c", "fsync=off", "template1"], statements)

    def _run(self, command: list[str], text: str = "") -> None:
        subprocess.run(
            command,
            input=text,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=CLEAN,
            **self.owner.options(),  # type: ignore[call-overload]
        )

    def start(self, data: Path, sockets: Path, port: int, settings: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """Execute `postgres` and wait for the word `ready`, looking every half millisecond."""
        command = [str(self.bin / "postgres"), "-D", str(data), "-p", str(port), "-k", str(sockets)]
        command += ["-h", "127.0.0.1", "-N", "200"]
        own = ("io_method=sync",) if self.major >= 18 else ()
        for setting in (*SETTINGS, *own, *settings):
            command += ["-c", setting]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=CLEAN,
            start_new_session=True,
            **self.owner.options(),  # type: ignore[call-overload]
        )
        path = data / "postmaster.pid"
        while not _ready(path):
            if process.poll() is not None:
                raise SystemExit(f"the bare server on {data} did not start")
            time.sleep(0.0005)
        return process


def _ready(path: Path) -> bool:
    try:
        return b"\nready" in path.read_bytes()
    except OSError:
        return False


def listing(source: Path) -> tuple[list[str], list[str]]:
    """Folders (parents first) and files below `source`: read once, when the folder is cached."""
    folders, files = [], []
    for place, inner, names in os.walk(source):
        below = os.path.relpath(place, source)
        folders += [os.path.normpath(f"{below}/{name}") for name in inner]
        files += [os.path.normpath(f"{below}/{name}") for name in names if not name.startswith("postmaster.")]
    return sorted(folders), files


def copy(source: Path, target: Path, listed: tuple[list[str], list[str]], owner: Owner) -> None:
    """Copy a data folder in the kernel, as it was listed."""
    folders, files = listed
    change = owner.uid != os.geteuid()
    for folder in (str(target), *(f"{target}/{name}" for name in folders)):
        os.mkdir(folder, 0o700)  # noqa: PTH102 - the floor: nothing is built around the system call
        if change:
            os.chown(folder, owner.uid, owner.gid)
    for name in files:
        read = os.open(f"{source}/{name}", os.O_RDONLY)
        written = os.open(f"{target}/{name}", os.O_WRONLY | os.O_CREAT, 0o600)
        while os.sendfile(written, read, None, 1 << 30):
            pass
        if change:
            os.fchown(written, owner.uid, owner.gid)
        os.close(read)
        os.close(written)


def connect(sockets: Path, port: int, dbname: str = "template1") -> psycopg.Connection[tuple[object, ...]]:
    """A connection over the unix socket, in autocommit mode."""
    return psycopg.connect(host=str(sockets), port=port, dbname=dbname, user="postgres", autocommit=True)


def stop(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGQUIT) -> None:
    """End the server and wait for it."""
    process.send_signal(number)
    process.wait()


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
