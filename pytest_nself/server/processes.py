"""Is a process alive, is it the one we mean, and waiting until it is gone."""

from __future__ import annotations

import os
import select
import signal
import time
from pathlib import Path


def started_at(pid: int) -> str | None:
    """The start time of a living process in clock ticks, as text: with the pid it names one process for good.

    None when there is no such process (or only its zombie); an empty string where the system cannot tell.
    """
    stat = Path(f"/proc/{pid}/stat")
    try:
        fields = stat.read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return "" if not Path("/proc/self").exists() and _signalable(pid) else None
    return None if fields[0] in ("Z", "X") else fields[19]


def machine() -> str:
    """Within what a process's number and start time name it: this boot of this system, and its numbering of processes.

    An empty string where the system has no such names.
    """
    try:
        return (
            Path("/proc/sys/kernel/random/boot_id").read_text().strip()
            + ":"
            + str(Path("/proc/self/ns/pid").readlink())
        )
    except OSError:
        return ""


def alive(pid: int, started: str = "") -> bool:
    """Whether process `pid` lives, and is the one that `started` then."""
    now = started_at(pid)
    return now is not None and (not started or not now or now == started)


def wait_gone(pid: int, timeout_s: float) -> bool:
    """Wait until process `pid` is gone; False when it still lives after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    if hasattr(os, "pidfd_open"):
        try:
            handle = os.pidfd_open(pid)
        except OSError:
            handle = -1
        if handle >= 0:
            try:
                poll = select.poll()
                poll.register(handle, select.POLLIN)
                gone = bool(poll.poll(timeout_s * 1000))
            finally:
                os.close(handle)
            if gone:
                reap(pid)
                return True
    while alive(pid):
        reap(pid)
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True


def reap(pid: int) -> None:
    """Collect the exit status if the process is our child, so that it does not stay as a zombie."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except (ChildProcessError, OSError):
        pass


def stop(pid: int, signals: tuple[signal.Signals, ...], patience_s: float = 5.0) -> bool:
    """Send the signals one after the other, each after `patience_s` seconds, until the process is gone."""
    for number in signals:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        if wait_gone(pid, patience_s):
            return True
    return False


def _signalable(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
