"""Nothing survives a run: no process, folder, database or shared-memory segment, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_nself.server.processes import alive

from .conftest import Project

WAITING = """
import pathlib, time, os

def test_1(nself_db, nself_server):
    pathlib.Path("state.json").write_text(__import__("json").dumps({
        "data": nself_server.data, "pid": nself_server.pid, "test": os.getpid(), "run": os.environ["NSELF_RUN"],
    }))
    time.sleep(60)
"""


def segments() -> set[str]:
    """The System V segments of the machine, by id."""
    return {line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]}


def until(condition: Callable[[], bool], timeout_s: float = 15.0) -> bool:
    """Wait until the condition holds."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def processes_of(run_folder: Path) -> list[str]:
    """Processes whose command line names the run's folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(run_folder) in command:
                found.append(f"{entry.name}: {command}")
    return found


@pytest.fixture
def waiting(project: Project) -> Callable[..., tuple[subprocess.Popen[bytes], dict[str, object], Path]]:
    """Start a run whose test waits; the process, what its test saw, and the run's folder."""

    def start(*args: str, **variables: str) -> tuple[subprocess.Popen[bytes], dict[str, object], Path]:
        project.file("test_it.py", WAITING)
        plugins = ("xdist",) if "-n" in args else ()
        process = subprocess.Popen(
            project.command(*args, plugins=plugins),
            cwd=project.root,
            env=project.environment(**variables),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        state = project.root / "state.json"
        assert until(lambda: state.exists() and state.read_text().endswith("}"), 60)
        seen = json.loads(state.read_text())
        return process, seen, Path(json.loads(seen["run"])["folder"])

    return start


@pytest.mark.skipif(os.environ.get("NSELF_PROVIDER") == "existing", reason="about servers that we start")
class TestKilled:
    """A run that is ended from outside."""

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSEGV])
    def test_one_process(
        self, waiting: Callable[..., tuple[subprocess.Popen[bytes], dict[str, object], Path]], number: int
    ) -> None:
        """After each of these signals to pytest, server, folder and watchdog are gone."""
        process, seen, folder = waiting()
        assert processes_of(folder)
        process.send_signal(number)
        process.wait(timeout=30)
        assert until(lambda: not folder.exists() and not processes_of(folder)), processes_of(folder)
        assert not alive(int(str(seen["pid"])))

    def test_the_whole_group_at_once(
        self, waiting: Callable[..., tuple[subprocess.Popen[bytes], dict[str, object], Path]]
    ) -> None:
        """SIGKILL to controller and workers together (as a CI runner does) leaves nothing either."""
        process, _, folder = waiting("-n", "2")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
        assert until(lambda: not folder.exists() and not processes_of(folder)), processes_of(folder)

    def test_a_worker_alone(
        self, waiting: Callable[..., tuple[subprocess.Popen[bytes], dict[str, object], Path]]
    ) -> None:
        """A worker that dies does not take the server with it; the end of the run does."""
        process, seen, folder = waiting("-n", "2", "--max-worker-restart=0")
        os.kill(int(str(seen["test"])), signal.SIGKILL)
        process.wait(timeout=60)
        assert until(lambda: not folder.exists() and not processes_of(folder)), processes_of(folder)

    def test_no_shared_memory_is_left(
        self, waiting: Callable[..., tuple[subprocess.Popen[bytes], dict[str, object], Path]]
    ) -> None:
        """The System V segment of the killed run's server is gone; so are files that the server mapped."""
        process, seen, folder = waiting()
        key, number = (Path(str(seen["data"])) / "postmaster.pid").read_text().splitlines()[6].split()
        assert number in segments(), key
        process.kill()
        process.wait(timeout=30)
        assert until(lambda: number not in segments() and not folder.exists())


def test_a_stale_folder_is_reaped_at_the_next_start(project: Project) -> None:
    """What a run left whose watchdog was killed too is ended by the next run."""
    project.file("test_it.py", "def test_1(nself_db):\n    pass\n")
    base = Path(json.loads(_run_variable(project))["folder"]).parent
    stale = base / "run-stale"
    stale.mkdir()
    os.mkfifo(stale / "watch")
    (stale / "data").mkdir()
    old = time.time() - 3600
    os.utime(stale, (old, old))
    project.passes()
    assert until(lambda: not stale.exists())


def _run_variable(project: Project) -> str:
    project.file("test_var.py", "import os\ndef test_1(nself_db):\n    print(os.environ['NSELF_RUN'])\n")
    said = project.passes("-s", "test_var.py")
    return next(line for line in said.splitlines() if line.startswith("{"))


def test_workers_without_a_database_test_leave_no_folder(project: Project) -> None:
    """With workers and no database test no server is started, and the run's folder goes with the run."""
    project.file("pytest.ini", f"[pytest]\nnself_data_root = {project.root / 'data'}\n")
    project.file("test_it.py", "def test_1():\n    pass\n")
    project.passes("-n", "2", plugins=("xdist",))
    assert list((project.root / "data").glob("nself-*/*")) == []
