"""A file system that shares blocks between files (btrfs): data folders and clones cost no copying there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_nself.server.accounts import plain
from pytest_nself.server.cache import Cache
from pytest_nself.server.copying import shares_blocks

from .conftest import missing

TESTS = """
import os

def test_clone(nself_clone, nself_server):
    with nself_clone.connect() as connection:
        assert connection.execute("show file_copy_method").fetchone() == ("clone",)
        assert connection.execute("select count(*) from pets").fetchone() == (1,)
    assert nself_server.data.startswith(os.environ["NSELF_DATA_ROOT"])

def test_committed(nself_database):
    with nself_database.connect() as connection:
        connection.execute("insert into pets values ('Bob')")
"""


@pytest.fixture
def btrfs() -> Iterator[Path]:
    """An empty btrfs file system in a file, mounted."""
    if not shutil.which("mkfs.btrfs", path=f"{os.environ['PATH']}:/usr/sbin:/sbin"):
        missing("mkfs.btrfs makes the file system of this test", "apt-get install btrfs-progs")
    if os.geteuid() != 0:
        missing("mounting needs root", "run as root")
    place = Path(tempfile.mkdtemp(prefix="nself-btrfs-"))
    image, folder = place / "image", place / "mounted"
    folder.mkdir()
    place.chmod(0o755)
    with image.open("wb") as file:
        file.truncate(400 * 1024 * 1024)
    subprocess.run(["mkfs.btrfs", "-q", image], check=True, capture_output=True)
    subprocess.run(["mount", "-o", "loop", image, folder], check=True)
    yield folder
    end = time.monotonic() + 20
    # The last run's watchdog may still be removing its folder.
    while subprocess.run(["umount", folder], check=False, capture_output=True).returncode != 0:
        assert time.monotonic() < end, f"{folder} stays busy"
        time.sleep(0.05)
    shutil.rmtree(place)


def test_blocks_are_shared(btrfs: Path, tmp_path: Path) -> None:
    """A kept data folder is copied without copying blocks, and the server of 18 clones databases so."""
    assert shares_blocks(str(btrfs))
    made = tmp_path / "made"
    made.mkdir()
    (made / "file").write_bytes(os.urandom(50_000_000))
    kept = Cache(btrfs / "cache").build("key", lambda: (made, {}))
    subprocess.run(["sync"], check=True)
    before = shutil.disk_usage(btrfs).used
    kept.copy_to(btrfs / "copy", plain()).wait()
    subprocess.run(["sync"], check=True)
    assert (btrfs / "copy/file").read_bytes() == (made / "file").read_bytes()
    assert shutil.disk_usage(btrfs).used - before < 10_000_000

    project = tmp_path / "project"
    (project / "migrations").mkdir(parents=True)
    (project / "migrations/001_pets.sql").write_text("create table pets (name text); insert into pets values ('Al');\n")
    (project / "test_it.py").write_text(TESTS)
    (project / "pytest.ini").write_text("[pytest]\nnself_provider = embedded\n")
    settings = {"NSELF_DATA_ROOT": str(btrfs / "run"), "NSELF_CACHE": str(btrfs / "cache")}
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("NSELF", "PG", "PYTEST"))}
    for _ in range(2):
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pytest_nself.plugin"],
            cwd=project,
            env={**clean, **settings, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "2 passed" in ran.stdout, ran.stdout
