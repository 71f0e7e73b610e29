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
from pathlib import Path

from pytest_nself.core.errors import ServerFailed

from .accounts import Account
from .installation import Installation

SUPERUSER = "postgres"

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


def copy_apart(kept: Path, target: Path, owner: tuple[int, int] | None) -> subprocess.Popen[str]:
    """Start a process that copies what a starting server does not need yet from the kept folder."""
    uid, gid = (str(number) for number in owner) if owner is not None else ("-", "-")
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("copying.py")), str(kept), str(target), uid, gid],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env={},
    )
