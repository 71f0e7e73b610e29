"""Is a process alive, is it the one we mean, and ending it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from pytest_nself.server import processes

STUBBORN = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGQUIT, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


def sleeper() -> subprocess.Popen[bytes]:
    """A process that waits."""
    return subprocess.Popen(["sleep", "60"])


def test_alive() -> None:
    """A living process is alive, the same number with another start is another process; a zombie is dead."""
    process = sleeper()
    started = processes.started_at(process.pid)
    assert started
    assert processes.alive(process.pid)
    assert processes.alive(process.pid, started)
    assert not processes.alive(process.pid, started + "1")
    process.kill()
    deadline = time.monotonic() + 10
    while processes.alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.005)
    # Nobody has collected it yet: it is a zombie.
    os.kill(process.pid, 0)
    assert processes.started_at(process.pid) is None
    process.wait()


def test_no_process() -> None:
    """A number without a process is dead."""
    assert processes.started_at(2**22 + 1) is None
    assert not processes.alive(2**22 + 1)


def test_the_machine_is_the_same_for_all_its_processes() -> None:
    """Another process of this system names the same machine."""
    code = "from pytest_nself.server.processes import machine; print(machine())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == processes.machine()


def test_stop_needs_one_signal() -> None:
    """A process that obeys gets the first signal only, and is collected."""
    process = sleeper()
    assert processes.stop(process.pid, (signal.SIGINT, signal.SIGKILL), 10)
    assert not processes.alive(process.pid)
    process.returncode = -signal.SIGINT


def test_stop_goes_on_to_the_last() -> None:
    """A process that ignores two signals gets the third, each after its time."""
    process = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    began = time.monotonic()
    assert processes.stop(process.pid, (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL), 0.1)
    assert time.monotonic() - began >= 0.2
    process.stdout.close()
    process.returncode = -signal.SIGKILL


def test_stop_what_is_gone() -> None:
    """Nothing to stop is no error."""
    assert processes.stop(2**22 + 1, (signal.SIGINT,))


def test_wait_gone_gives_up() -> None:
    """A process that stays is waited for as long as was said."""
    process = sleeper()
    try:
        assert not processes.wait_gone(process.pid, 0.05)
    finally:
        process.kill()
        process.wait()
