"""Start `postgres` on a data folder, see when it is ready, stop it.

Never through `pg_ctl`, which looks only every 100 ms: we execute `postgres` and read the state it writes itself into
the eighth line of `postmaster.pid`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from pytest_nself.core.errors import ServerFailed

from . import processes
from .accounts import Account
from .installation import Installation

LONGEST_SOCKET_PATH = 103  # bytes; macOS allows 103, Linux 107

NORMAL_STOP = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)


def socket_folder_fits(folder: Path, port: int) -> bool:
    """Whether a unix socket in this folder has a short enough path."""
    return len(os.fsencode(folder / f".s.PGSQL.{port}")) <= LONGEST_SOCKET_PATH


def spawn(
    installation: Installation,
    account: Account,
    data: Path,
    *,
    port: int,
    socket_folder: Path | None,
    settings: Mapping[str, str],
    log: Path,
) -> int:
    """Execute `postgres` on 127.0.0.1 and, if given, a socket; its pid at once, without waiting."""
    command = [*account.prefix, str(installation.postgres), "-D", str(data), "-p", str(port)]
    command += ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={socket_folder or ''}"]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # The terminal's Ctrl-C is for pytest; the server is stopped by us, after the last test's teardown.
            start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            **account.popen_options(),
        )
    # The server may outlive the process that starts it (another xdist worker stops it): not Popen's to warn about.
    process.returncode = 0
    return process.pid


def wait_ready(pid: int, data: Path, log: Path, timeout_s: float) -> None:
    """Wait until the server accepts connections. ServerFailed shows its log."""
    deadline = time.monotonic() + timeout_s
    state = data / "postmaster.pid"
    path = os.fspath(state)
    pause = 0.0005
    while True:
        if _state(path).startswith("ready"):
            return
        if not processes.alive(pid):
            processes.reap(pid)
            raise ServerFailed("PostgreSQL stopped while starting.", _log_says(log), "mend what the log names")
        if time.monotonic() > deadline:
            processes.stop(pid, (signal.SIGQUIT, signal.SIGKILL))
            raise ServerFailed(
                f"PostgreSQL was not ready after {timeout_s:g} s.",
                _log_says(log),
                "raise nself_start_timeout if it is slow",
            )
        time.sleep(pause)


def _state(path: str) -> str:
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        lines = os.read(handle, 4096).decode(errors="replace").split("\n")
    finally:
        os.close(handle)
    return lines[7] if len(lines) > 7 else ""


def _log_says(log: Path, lines: int = 20) -> str:
    try:
        text = log.read_text(errors="replace").strip()
    except OSError:
        text = ""
    tail = text.splitlines()[-lines:]
    return "Its log says:\n" + "\n".join(f"  {line}" for line in tail) if tail else "Its log is empty."


def scram_verifier(password: str) -> str:
    """What PostgreSQL stores for a password, with one iteration.

    The password is random and as long as the key, so there is nothing for more iterations to protect; the usual 4096
    would cost milliseconds on each connection of the app.
    """
    import base64
    import hashlib
    import hmac

    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encode = base64.b64encode
    return f"SCRAM-SHA-256$1:{encode(salt).decode()}${encode(stored).decode()}:{encode(server).decode()}"
