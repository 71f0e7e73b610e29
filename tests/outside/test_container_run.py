"""A whole run of pytest whose server is in a container."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_nself.server import container_engine

MIGRATION = "-- UP\ncreate table pets (name text not null);\n-- DOWN\ndrop table pets;\n"
SETTINGS = """
[tool.pytest]
nself_provider = "container"
nself_image = "postgres:15"
"""
TESTS = """
import os
import pathlib
import time

import psycopg
import pytest


@pytest.fixture(autouse=True)
def told(nself_server):
    pathlib.Path("containers", nself_server.container).touch()


@pytest.mark.parametrize("number", range(4))
def test_rolled_back(nself_db, number):
    assert nself_db.execute("select count(*) from pets").fetchone() == (0,)
    nself_db.execute("insert into pets values ('Alice')")


def test_committed(nself_database):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute("insert into pets values ('Bob')")


def test_hanging(nself_db):
    if "HANG" in os.environ:
        pathlib.Path("hanging").touch()
        time.sleep(60)
"""


@dataclass(frozen=True)
class Project:
    """A small project with one migration, whose tests say which container their server is in."""

    folder: Path
    docker_host: str

    def start(self, *flags: str, **environ: str) -> subprocess.Popen[str]:
        """Start pytest in a process group of its own."""
        # Other plugins of this environment have opinions of their own on an unknown project.
        argv = [sys.executable, "-m", "pytest", "-p", "no:asyncio", "-p", "no:django", "-p", "no:cacheprovider", *flags]
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.Popen(
            argv,
            cwd=self.folder,
            env={**kept, "DOCKER_HOST": self.docker_host, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def containers(self) -> set[str]:
        """The containers that the tests named."""
        return {path.name for path in (self.folder / "containers").iterdir()}

    def has_container(self) -> bool:
        """Whether one of them is on the engine."""
        return not self.containers().isdisjoint(container_engine.containers_of(self.docker_host))


@pytest.fixture
def project(tmp_path: Path, docker_host: str) -> Project:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "containers").mkdir()
    (tmp_path / "migrations" / "20240101000000_pets.sql").write_text(MIGRATION)
    (tmp_path / "test_pets.py").write_text(TESTS)
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    return Project(tmp_path, docker_host)


def wait_until(done: Callable[[], bool], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not done():
        assert time.monotonic() < deadline, f"not within {timeout_s} s"
        time.sleep(0.05)


@pytest.mark.parametrize("flags", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_a_run_has_its_server_in_a_container(project: Project, flags: tuple[str, ...]) -> None:
    """Rolled-back and committed tests pass, one server serves all workers, and the container is gone afterwards."""
    with project.start(*flags) as run:
        output, _ = run.communicate(timeout=100)
    assert run.returncode == 0, output
    assert "6 passed" in output
    assert len(project.containers()) == 1
    wait_until(lambda: not project.has_container(), 5)


def test_a_killed_pytest_leaves_no_container(project: Project) -> None:
    """After SIGKILL of pytest and its workers the container is removed."""
    with project.start("-n", "2", HANG="1") as run:
        wait_until((project.folder / "hanging").exists, 60)
        assert project.has_container()
        os.killpg(run.pid, signal.SIGKILL)
        wait_until(lambda: not project.has_container(), 10)


def test_an_engine_that_is_away_is_told_once(project: Project) -> None:
    """The tests fail with the address that was tried and the variable that names it."""
    with project.start(DOCKER_HOST="unix:///no/such/engine.sock") as run:
        output, _ = run.communicate(timeout=100)
    assert run.returncode != 0
    assert "DOCKER_HOST names /no/such/engine.sock, which is no socket" in output
