"""Data folders: made slim, and copied.

A slim data folder has 1 MiB WAL segments and one database (`template1`); copying it and starting on the copy costs an
eighth of what `initdb` costs.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pytest_nself.core.errors import ServerFailed

from .accounts import Account
from .installation import Installation

SUPERUSER = "postgres"
LINUX = sys.platform == "linux"

# Reached over TCP only with the run's password; the unix socket stands in a folder that only we can enter.
HBA = """local all all trust
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
"""

# Single-user mode takes one statement a line.
_SLIM = """update pg_catalog.pg_database set datistemplate = false where datname in ('postgres', 'template0')
drop database postgres
drop database template0
"""


def initialise(
    installation: Installation, account: Account, data: Path, *, version: int, locale: str, log: Path
) -> None:
    """Make a slim data folder at `data`, whose parent the account can reach. ServerFailed shows what initdb said."""
    data.mkdir(mode=0o700)
    give(data, account)
    common = ["-D", str(data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"]
    checks = ["--no-data-checksums"] if version >= 180000 else []
    for place in _locales(locale, version):
        run = _run(account, [str(installation.initdb), *common, *place, "--wal-segsize=1", *checks])
        if run.returncode == 0:
            break
        shutil.rmtree(data)
        data.mkdir(mode=0o700)
        give(data, account)
    if run.returncode != 0:
        if os.strerror(errno.ENOSPC) in run.stdout:  # it runs with LC_ALL=C
            raise ServerFailed(
                "There is no room for PostgreSQL's data.",
                f"initdb said: {run.stdout.strip()[-500:]}",
                "name a folder with room with nself_data_root",
            )
        raise ServerFailed(
            "initdb failed.",
            f"It ran as {account.name} and said: {run.stdout.strip()[-2000:]}",
            "mend what initdb names",
        )
    (data / "pg_hba.conf").write_text(HBA)
    log.write_text(run.stdout)
    run_single(installation, account, data, _SLIM)


def run_single(installation: Installation, account: Account, data: Path, statements: str) -> None:
    """Run statements, one a line, on a data folder that no server uses. ServerFailed shows what went wrong."""
    command = [str(installation.postgres), "--single", "-D", str(data), "-c", "fsync=off", "-c", "exit_on_error=on"]
    run = _run(account, [*command, "template1"], statements.rstrip("\n") + "\n")
    if run.returncode != 0:
        raise ServerFailed(
            "PostgreSQL could not prepare a data folder.", run.stdout.strip()[-2000:], "mend what it names"
        )


def _locales(locale: str, version: int) -> list[list[str]]:
    """The wanted locale; for C.UTF-8 also the built-in one (17+) and C, since not every system has it."""
    ways = [[f"--locale={locale}"]]
    if locale.upper() in ("C.UTF-8", "C.UTF8"):
        if version >= 170000:
            ways.append(["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"])
        ways.append(["--no-locale"])
    return ways


def _run(account: Account, command: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*account.prefix, *command],
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        **account.popen_options(),
    )


def give(path: Path, account: Account) -> None:
    """Make the account the owner of one file or folder."""
    if account.owns is not None:
        os.chown(path, *account.owns)


Listing = tuple[list[str], list[tuple[str, int]]]


def list_tree(root: Path) -> Listing:
    """Folders (parents first) and files with their sizes in bytes, as paths below `root`."""
    folders: list[str] = []
    files: list[tuple[str, int]] = []
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(root / below) as entries:
            for entry in entries:
                name = below + entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                    waiting.append(name + "/")
                elif entry.name not in ("postmaster.pid", "postmaster.opts"):
                    files.append((name, entry.stat().st_size))
    return folders, files


def copy_tree(source: Path, target: Path, listing: Listing, owner: tuple[int, int] | None) -> None:
    """Copy a data folder: as reflinks where the file system can, else in the kernel. OSError if a size differs."""
    folders, files = listing
    for folder in ("", *folders):
        path = f"{target}/{folder}"
        os.mkdir(path, 0o700)  # noqa: PTH102 - thousands of calls: pathlib would double the time
        if owner is not None:
            os.chown(path, *owner)
    copy_files(source, target, files, owner)


def copy_files(source: Path, target: Path, files: list[tuple[str, int]], owner: tuple[int, int] | None) -> None:
    """Copy files of a data folder whose folders are there. OSError if a size differs."""
    clone = _reflink(source, target, files)
    for name, size in files:
        written = os.open(f"{target}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if size:
                _copy_file(f"{source}/{name}", written, size, clone)
            if owner is not None:
                os.fchown(written, *owner)
        finally:
            os.close(written)


def _copy_file(source: str, written: int, size: int, clone: Callable[[int, int], None] | None) -> None:
    read = os.open(source, os.O_RDONLY)
    try:
        if clone is not None:
            clone(written, read)
            return
        done = 0
        while done < size:
            step = _send(written, read, done, size - done)
            if step == 0:
                raise OSError(f"{source} is shorter than it was")
            done += step
    finally:
        os.close(read)


def _send(written: int, read: int, offset: int, count: int) -> int:
    if LINUX:
        return os.sendfile(written, read, offset, count)
    return os.write(written, os.pread(read, count, offset))


def _reflink(source: Path, target: Path, files: list[tuple[str, int]]) -> Callable[[int, int], None] | None:
    """How to share blocks between the two folders, or None where the file system cannot."""
    if source.stat().st_dev != target.stat().st_dev or not LINUX:
        return None
    import fcntl

    ficlone = 0x40049409

    def clone(written: int, read: int) -> None:
        fcntl.ioctl(written, ficlone, read)

    name = next((name for name, size in files if size), None)
    if name is None:
        return None
    trial = target / ".reflink"
    try:
        with (source / name).open("rb") as read, trial.open("wb") as written:
            clone(written.fileno(), read.fileno())
    except OSError:
        return None
    finally:
        trial.unlink(missing_ok=True)
    return clone
