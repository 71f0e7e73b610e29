"""The folder of one run: what its processes share, and how it ends when they do.

`watch` is a FIFO whose write end every process of the run holds, `belongings` what must be ended with the run,
`state.json` the running server, `lock` lets one process start it.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pytest_nself.core.errors import ConfigError

from . import locks

WATCHDOG = Path(__file__).with_name("watchdog.py")
ROOM_BYTES = 512 * 1024 * 1024  # a data folder, a template, and databases for two workers, with their WAL
RUN_PREFIX = "run-"
KEPT_S = 24 * 3600.0  # the server of a failed test that was kept ends after a day
NEW_RUN_S = 20.0  # a run younger than this may not have opened its FIFO yet


def base_folder(setting: str | None) -> Path:
    """Our own folder below `setting`, or in memory where there is room, or among the temporary files."""
    if setting:
        root = Path(setting).expanduser()
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"nself_data_root names {setting}, which is no folder and cannot be made one.",
                str(error),
                "name a folder that we may write to, or drop the setting: then memory or the temporary folder is used",
            ) from error
    else:
        root = Path(tempfile.gettempdir())
        memory = Path("/dev/shm")
        try:
            room = os.statvfs(memory)
            if room.f_bavail * room.f_frsize >= ROOM_BYTES and os.access(memory, os.W_OK):
                root = memory
        except OSError:
            pass
    usual = root / f"nself-{os.getuid()}"
    # Anybody can make a folder of this name where everybody may write; what stands in it would be obeyed.
    return root / f"nself-{os.getuid()}-{os.urandom(4).hex()}" if foreign(usual) else usual


def foreign(folder: Path) -> bool:
    """Whether something stands there that is no folder of ours (a symbolic link is none)."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid()


def make_private(folder: Path) -> Path:
    """Make the folder, which others may pass through but not read. ConfigError if somebody else owns it."""
    try:
        folder.mkdir(mode=0o711)
        folder.chmod(0o711)  # whatever the umask: the server's own user must pass
    except FileExistsError:
        if foreign(folder):
            raise ConfigError(
                f"{folder} belongs to somebody else.",
                "Our servers' files would stand in it, and he could change them.",
                "remove it, or name another place with nself_data_root",
            ) from None
    return folder


class RunFolder:
    """A run's folder, made by the first process that needs it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held = -1

    @property
    def state_file(self) -> Path:
        return self.path / "state.json"

    def open(self) -> None:
        """Make the folder if need be and hold the run alive for as long as this process lives."""
        if self._held >= 0:
            return
        self.path.parent.parent.mkdir(parents=True, exist_ok=True)
        make_private(self.path.parent)
        self.path.mkdir(mode=0o711, exist_ok=True)
        self.path.chmod(0o711)
        watch = self.path / "watch"
        try:
            os.mkfifo(watch, 0o600)
        except FileExistsError:
            pass
        # Both ends: opening the write end alone would wait for the watchdog.
        self._held = os.open(watch, os.O_RDWR)
        os.register_at_fork(after_in_child=self._release)

    def _release(self) -> None:
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One process of the run at a time."""
        self.open()
        with locks.locked(self.path / "lock"):
            yield

    def note(self, kind: str, **thing: Any) -> None:
        """Write down something that must be ended with the run: before it is started."""
        line = json.dumps({"kind": kind, **thing}) + "\n"
        handle = os.open(self.path / "belongings", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def start_watchdog(self) -> None:
        """Start the process that ends the run's belongings when its last process is gone."""
        watch_over(self.path)

    def read_state(self) -> dict[str, Any] | None:
        """What the process that started the server wrote, or None."""
        try:
            state: dict[str, Any] = json.loads(self.state_file.read_text())
        except (OSError, ValueError):
            return None
        return state

    def write_state(self, state: dict[str, Any]) -> None:
        """Write it so that a reader sees all of it or nothing; it holds the password."""
        half = self.path / f"state.{os.getpid()}"
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(json.dumps(state))
        half.rename(self.state_file)

    def keep(self, line: str) -> None:
        """Let the server outlive the run: a failed test's database is on it. `line` says which, for later commands."""
        with (self.path / "kept").open("a") as file:
            file.write(line + "\n")

    def is_kept(self) -> bool:
        """Whether the server is to outlive the run."""
        return (self.path / "kept").exists()

    def ended(self) -> None:
        """All belongings are ended: the watchdog has only the folder to remove, which we need not wait for."""
        (self.path / "belongings").unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the folder of a run that started nothing."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._release()

    def let_go(self) -> None:
        """This process no longer needs the run; if it was the last, the watchdog ends it."""
        self._release()


def watch_over(folder: Path) -> None:
    """Start a watchdog for a run's folder."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(WATCHDOG), str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
        env={},
    )
    process.returncode = 0  # it outlives us by design


def reap_stale(base: Path, mine: Path, watch: Callable[[Path], None] = watch_over) -> list[Path]:
    """Set a watchdog on every run folder whose processes are all dead (its own watchdog died with them)."""
    stale = []
    try:
        folders = [Path(entry.path) for entry in os.scandir(base) if entry.name.startswith(RUN_PREFIX)]
    except OSError:
        return []
    for folder in folders:
        if folder != mine and _abandoned(folder):
            stale.append(folder)
            watch(folder)
    return stale


def _abandoned(folder: Path) -> bool:
    if foreign(folder):
        return False
    try:
        age_s = time.time() - folder.stat().st_mtime
        if age_s < NEW_RUN_S or ((folder / "kept").exists() and age_s < KEPT_S):
            return False
        handle = os.open(folder / "watch", os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return folder.is_dir()
    except OSError:
        return False
    try:
        return os.read(handle, 1) == b""  # no process holds the write end
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
