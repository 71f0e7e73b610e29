"""Outside tools for real. A missing one fails under CI=true; elsewhere the test is skipped with the install line."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NoReturn

import pytest
from filelock import FileLock

PRIVATE_ENGINE = Path(__file__).parent / "engine" / "private_engine.py"
INSTALL_DOCKER = "apt-get install docker.io iproute2 openssl postgresql-15"


def missing(what: str, install: str) -> NoReturn:
    """End the test: as failed where everything has to be there, as skipped on somebody's own machine."""
    told = f"{what}; install it with: {install}"
    if os.environ.get("CI") == "true":
        pytest.fail(told, pytrace=False)
    pytest.skip(told)


@pytest.fixture(scope="session")
def docker_host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A private Docker engine that has the image postgres:15, as DOCKER_HOST names it; one for all workers."""
    for program in ("dockerd", "docker", "ip", "openssl"):
        if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin"):
            missing(f"{program} is needed to start a container engine", INSTALL_DOCKER)
    if not Path("/usr/lib/postgresql/15/bin/initdb").exists():
        missing("the image is made of Debian's PostgreSQL 15", INSTALL_DOCKER)
    if os.geteuid() != 0:
        missing("a container engine of our own needs root", f"run as root, after {INSTALL_DOCKER}")
    base = tmp_path_factory.getbasetemp()
    users = _join_engine(base.parent if hasattr(request.config, "workerinput") else base)
    folder = Path(users.name).parent
    try:
        _wait_for_engine(folder)
        yield f"unix://{folder / 's'}"
    finally:
        users.close()
        _wait_for_end(folder)


def _join_engine(shared: Path) -> IO[bytes]:
    """The file of the engine's users, with our lock on it; starts the engine if nobody has."""
    pointer = shared / "docker-engine"
    with FileLock(shared / "docker-engine.lock"):
        if pointer.exists():
            users = _lock(Path(pointer.read_text(encoding="utf-8")) / "users")
            if users is not None:
                return users
        # Not below pytest's folder: a socket's path may have about 100 characters only.
        folder = Path(tempfile.mkdtemp(prefix="nself-engine-", dir="/tmp"))
        (folder / "users").touch()
        users = _lock(folder / "users")
        assert users is not None
        subprocess.run([sys.executable, str(PRIVATE_ENGINE), str(folder)], check=True)
        pointer.write_text(str(folder), encoding="utf-8")
        return users


def _lock(path: Path) -> IO[bytes] | None:
    try:
        users = path.open("r+b")
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:  # the engine is stopping
        users.close()
        return None
    return users


def _wait_for_engine(folder: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if (folder / "ready").exists():
            return
        if (folder / "failed").exists():
            told = (folder / "failed").read_text(encoding="utf-8")
            missing(f"the container engine does not start here ({told})", INSTALL_DOCKER)
        time.sleep(0.05)
    pytest.fail("the container engine was not ready within 120 s", pytrace=False)


def _wait_for_end(folder: Path) -> None:
    """Return when the engine is gone, or when other workers still use it."""
    deadline = time.monotonic() + 30
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
        others = _lock(folder / "users")
        if others is not None:
            others.close()
            return
