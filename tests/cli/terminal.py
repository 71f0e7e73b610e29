"""A program on a real terminal, and somebody who types."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ended:
    """How a program on a terminal ended: its exit code, and all that the terminal showed."""

    code: int
    shown: str


def on_a_terminal(argv: Sequence[str], typed: bytes, cwd: Path, until: str = " to go on:") -> Ended:
    """Run a program whose stdin, stdout and stderr are one terminal, and type when it has asked."""
    owner, terminal = pty.openpty()
    with subprocess.Popen(
        argv, stdin=terminal, stdout=terminal, stderr=terminal, cwd=cwd, start_new_session=True,
        preexec_fn=_own_terminal,
    ) as process:  # fmt: skip
        os.close(terminal)
        shown, waiting, deadline = b"", typed, time.monotonic() + 30
        while time.monotonic() < deadline:
            if select.select([owner], [], [], 0.1)[0]:
                try:
                    chunk = os.read(owner, 4096)
                except OSError:  # the program has closed its side
                    break
                if not chunk:
                    break
                shown += chunk
            if waiting and until.encode() in shown:
                os.write(owner, waiting)
                waiting = b""
        else:
            process.kill()
        code = process.wait()
    os.close(owner)
    return Ended(code, shown.decode(errors="replace").replace("\r\n", "\n"))


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
