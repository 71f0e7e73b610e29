"""A file lock between processes, released by the system when its holder dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
