"""Ends what a run started once the run's last process is gone (a script: `python -I -S`, standard library only).

Argument: the run's folder. Each process of the run holds the write end of the FIFO `watch` in it; when the last one is
gone, for whatever reason, reading gives end of file. Then what the file `belongings` lists is ended and the folder
removed. It is a process of its own because a parent-death signal is cleared by a change of user and is tied to a
thread.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs as much as all the rest
    from typing import Any

KEPT_S = 24 * 3600.0


def main() -> None:
    folder = sys.argv[1]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.chdir("/")
    try:
        # Without O_NONBLOCK, opening would wait for a writer that may already be dead.
        watch = os.open(os.path.join(folder, "watch"), os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(watch, True)
        while os.read(watch, 4096):
            pass
        os.close(watch)
    except FileNotFoundError:
        pass  # the run ended in good order and removed its folder
    kept = os.path.join(folder, "kept")
    try:
        if time.time() - os.stat(kept).st_mtime < KEPT_S:
            return  # a failed test's database stays for its author
    except FileNotFoundError:
        pass
    end(folder)


def end(folder: str) -> None:
    """End everything that the folder's `belongings` lists, then remove the folder."""
    for thing in belongings(folder):
        kind = thing["kind"]
        if kind == "postgres":
            end_postgres(thing["data"])
        elif kind == "folder":
            shutil.rmtree(thing["path"], ignore_errors=True)
        else:  # a container, databases on somebody's server
            run(thing)
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            return
        time.sleep(0.02)


def belongings(folder: str) -> list[dict[str, Any]]:
    """What the run noted down before it started each thing; a half-written last line is passed over."""
    things = []
    try:
        with open(os.path.join(folder, "belongings"), encoding="utf-8") as file:
            for line in file:
                try:
                    things.append(json.loads(line))
                except ValueError:
                    pass
    except FileNotFoundError:
        pass
    return things


def end_postgres(data: str) -> None:
    """Stop the server whose data folder this is: SIGQUIT, after five seconds SIGKILL."""
    # A run may be killed between the start of the server and its first sign of life: look for two seconds.
    until = time.monotonic() + 2
    pid: int | None = None
    segment: tuple[str, str] | None = None
    while pid is None and os.path.isdir(data):
        pid, segment = postmaster(data)
        if pid is None:
            pid = postgres_of(data)
        if pid is None:
            if time.monotonic() > until:
                return
            time.sleep(0.01)
    if pid is None:
        return
    for number, patience_s in ((signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            break
        if gone(pid, data, patience_s):
            break
    if segment is not None:
        remove_segment(*segment)


def postmaster(data: str) -> tuple[int | None, tuple[str, str] | None]:
    """(pid, (key, id) of its System V segment) from postmaster.pid, if a living server of this folder wrote it."""
    try:
        with open(os.path.join(data, "postmaster.pid"), encoding="utf-8", errors="replace") as file:
            lines = file.read().split("\n")
        pid = int(lines[0])
    except (OSError, ValueError):
        return None, None
    if not is_postgres_of(pid, data):
        return None, None
    numbers = lines[6].split() if len(lines) > 6 else []
    return pid, ((numbers[0], numbers[1]) if len(numbers) == 2 else None)


def is_postgres_of(pid: int, data: str) -> bool:
    """Whether process `pid` was started on this data folder; without /proc: whether it lives."""
    if not os.path.isdir("/proc/self"):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return os.fsencode(data) in file.read().split(b"\0")
    except OSError:
        return False


def postgres_of(data: str) -> int | None:
    """The process that was started on this data folder, by its command line; None without /proc."""
    if not os.path.isdir("/proc/self"):
        return None
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid() and is_postgres_of(int(name), data):
            return int(name)
    return None


def gone(pid: int, data: str, timeout_s: float) -> bool:
    """Whether the process is gone (or a zombie that somebody else must reap) within the time."""
    until = time.monotonic() + timeout_s
    while is_postgres_of(pid, data):
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


def remove_segment(key: str, number: str) -> None:
    """Remove the System V segment that a killed server left: only the one with its key and its id."""
    try:
        with open("/proc/sysvipc/shm", encoding="ascii") as file:
            rows = [line.split() for line in file.readlines()[1:]]
    except OSError:
        return
    if any(row[0] == key and row[1] == number for row in rows):
        import ctypes

        ctypes.CDLL(None).shmctl(int(number), 0, None)


def run(thing: dict[str, Any]) -> None:
    """Run the program that knows how to end a thing; it reads on standard input what was noted of it."""
    subprocess.run(thing["command"], input=json.dumps(thing), text=True, capture_output=True, check=False)


if __name__ == "__main__":
    main()
