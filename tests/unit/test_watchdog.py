"""The watchdog: it waits for the last holder, ends what is noted, and touches nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pytest_nself.server import watchdog
from pytest_nself.server.runfolder import WATCHDOG, RunFolder


def until(condition: Callable[[], bool], timeout_s: float = 15.0) -> bool:
    """Wait until the condition holds."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def start(folder: Path) -> subprocess.Popen[bytes]:
    """A watchdog that this test waits for."""
    return subprocess.Popen([sys.executable, "-I", "-S", str(WATCHDOG), str(folder)])


def ignores(pid: int, number: signal.Signals) -> bool:
    """Whether the process has come so far that the signal does nothing to it."""
    shown = subprocess.run(["ps", "-o", "ignored=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    return bool(int(shown.strip(), 16) >> (number - 1) & 1)


def test_it_waits_and_ends(tmp_path: Path) -> None:
    """While somebody holds the folder nothing happens; then commands are run with their note and the folder goes."""
    folder = RunFolder(tmp_path / "base" / "run-1")
    folder.open()
    seen = tmp_path / "seen"
    folder.note("databases", command=["tee", str(seen)], run="ab12")
    other = tmp_path / "other"
    other.mkdir()
    folder.note("folder", path=str(other))
    process = start(folder.path)
    assert until(lambda: ignores(process.pid, signal.SIGHUP))  # the last of the three that it learns to ignore
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process.send_signal(number)
        time.sleep(0.1)
    assert process.poll() is None
    assert not seen.exists()
    folder.let_go()
    assert process.wait(timeout=15) == 0
    assert json.loads(seen.read_text()) == {"kind": "databases", "command": ["tee", str(seen)], "run": "ab12"}
    assert not other.exists()
    assert not folder.path.exists()


def test_a_half_written_note(tmp_path: Path) -> None:
    """A run killed while it wrote: the whole lines count."""
    (tmp_path / "belongings").write_text('{"kind": "folder", "path": "x"}\n{"kind": "post')
    assert watchdog.belongings(str(tmp_path)) == [{"kind": "folder", "path": "x"}]


def test_kept(tmp_path: Path) -> None:
    """A run with the database of a failed test stays for a day, and ends at the next look after that."""
    folder = RunFolder(tmp_path / "base" / "run-1")
    folder.open()
    folder.keep("test\tname")
    folder.let_go()
    assert start(folder.path).wait(timeout=15) == 0
    assert folder.path.exists()
    long_ago = time.time() - 25 * 3600
    os.utime(folder.path / "kept", (long_ago, long_ago))
    assert start(folder.path).wait(timeout=15) == 0
    assert not folder.path.exists()


def test_only_the_process_of_that_folder(tmp_path: Path) -> None:
    """A number in postmaster.pid that now belongs to another process is not signalled."""
    data = tmp_path / "data"
    data.mkdir()
    process = subprocess.Popen(["sleep", "60"])
    try:
        (data / "postmaster.pid").write_text(f"{process.pid}\n{data}\n")
        assert watchdog.postmaster(str(data)) == (None, None)
        watchdog.end_postgres(str(data))
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_a_stubborn_server(tmp_path: Path) -> None:
    """A process of the folder that has not written its file yet is found by its command line and ended."""
    data = tmp_path / "data"
    data.mkdir()
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(data)])
    try:
        assert until(lambda: watchdog.postgres_of(str(data)) == process.pid)
        # Collected while the watchdog waits, as init would.
        watchdog.end_postgres(str(data))
        assert until(lambda: process.poll() is not None)
        assert process.returncode == -signal.SIGQUIT
    finally:
        process.kill()
        process.wait()


def test_a_folder_that_went_by_itself(tmp_path: Path) -> None:
    """A run that ended in good order leaves the watchdog nothing to do."""
    assert start(tmp_path / "gone").wait(timeout=15) == 0
