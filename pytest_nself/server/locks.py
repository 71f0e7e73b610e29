"""A file lock between processes, released by the system when its holder dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path` (made if missing); waits for as long as another process holds it."""
    if fcntl is None:
        from filelock import FileLock

        with FileLock(path):
            yield
        return
    # flock and not filelock where we can: its import costs as much as starting a server.
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def share(path: Path) -> IO[str] | None:
    """A shared lock on the file `path`, held for as long as the result lives; None where the system has none."""
    if fcntl is None:
        return None
    file = path.open("a")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def is_shared(path: Path) -> bool:
    """Whether another process holds a shared lock on the file."""
    if fcntl is None or not path.exists():
        return False
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False
