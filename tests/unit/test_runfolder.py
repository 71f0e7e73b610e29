"""The folder of a run: who may enter it, who holds it, and when it is abandoned."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_nself.core.errors import ConfigError
from pytest_nself.server import runfolder
from pytest_nself.server.runfolder import RunFolder, base_folder, make_private, reap_stale

HOLD = """
import sys, time
from pathlib import Path
from pytest_nself.server.runfolder import RunFolder
folder = RunFolder(Path(sys.argv[1]))
folder.open()
print("open", flush=True)
time.sleep(60)
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return make_private(tmp_path / "nself-me")


def old(folder: Path) -> Path:
    """Make a folder look as if its run had begun an hour ago."""
    then = time.time() - 3600
    os.utime(folder, (then, then))
    return folder


def test_base_by_setting(tmp_path: Path) -> None:
    """The setting's folder is made; a place that cannot be one is an error that names the setting."""
    assert base_folder(str(tmp_path / "a" / "b")) == tmp_path / "a" / "b" / f"nself-{os.getuid()}"
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="nself_data_root"):
        base_folder(str(tmp_path / "file" / "below"))


def test_base_without_room_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is used where there is room, else the temporary folder."""
    monkeypatch.setattr(runfolder.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(runfolder, "ROOM_BYTES", 2**62)
    assert base_folder(None).parent == tmp_path
    monkeypatch.setattr(runfolder, "ROOM_BYTES", 0)
    if os.access("/dev/shm", os.W_OK):
        assert base_folder(None).parent == Path("/dev/shm")


def test_private_whatever_the_umask(tmp_path: Path) -> None:
    """Others may pass and not look, under any umask."""
    before = os.umask(0o077)
    try:
        folder = make_private(tmp_path / "base")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o711


def test_somebody_elses_place(tmp_path: Path) -> None:
    """A link that stands in our place is not entered: we take another, and refuse one that came in between."""
    usual = tmp_path / f"nself-{os.getuid()}"
    (tmp_path / "elsewhere").mkdir()
    usual.symlink_to(tmp_path / "elsewhere")
    other = base_folder(str(tmp_path))
    assert other != usual
    assert other.parent == tmp_path
    with pytest.raises(ConfigError, match="belongs to somebody else"):
        make_private(usual)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that belongs to somebody else")
def test_a_foreign_run_is_not_ended(base: Path) -> None:
    """What somebody else put beside our runs is never taken for one of them: its `belongings` name commands to run."""
    theirs = base / "run-theirs"
    theirs.mkdir()
    os.mkfifo(theirs / "watch")
    old = time.time() - 3600
    os.utime(theirs, (old, old))
    os.chown(theirs, 65534, 65534)
    assert reap_stale(base, base / "run-mine", watch=lambda folder: None) == []
    os.chown(theirs, os.getuid(), os.getgid())
    assert reap_stale(base, base / "run-mine", watch=lambda folder: None) == [theirs]


def test_state(base: Path) -> None:
    """The state is read as it was written, by nobody else, and is None before."""
    folder = RunFolder(base / "run-1")
    assert folder.read_state() is None
    folder.open()
    folder.write_state({"password": "x"})
    assert RunFolder(folder.path).read_state() == {"password": "x"}
    assert stat.S_IMODE(folder.state_file.stat().st_mode) == 0o600
    folder.let_go()


def test_held_and_abandoned(base: Path) -> None:
    """A folder is stale when no process holds it any more and it is not new; ours and kept ones are not touched."""
    held = base / "run-held"
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(held)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    left = base / "run-left"
    kept = base / "run-kept"
    new = base / "run-new"
    mine = base / "run-mine"
    for path in (left, kept, new, mine):
        path.mkdir()
        os.mkfifo(path / "watch")
    (kept / "kept").touch()
    (base / "other").mkdir()
    for path in (held, left, kept, mine, base / "other"):
        old(path)
    watched: list[Path] = []
    try:
        assert reap_stale(base, mine, watched.append) == [left] == watched
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert set(reap_stale(base, mine, watched.append)) == {left, held}


def test_a_fork_does_not_hold(base: Path) -> None:
    """A child that the tested app forks, and that outlives the run, does not keep the server alive."""
    held = base / "run-held"
    code = HOLD.replace("time.sleep(60)", "import os; os.fork() or time.sleep(60)")
    process = subprocess.Popen([sys.executable, "-c", code, str(held)], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    process.stdout.readline()
    process.wait(timeout=30)
    try:
        assert reap_stale(base, base / "run-mine", lambda path: None) == []
        old(held)
        assert reap_stale(base, base / "run-mine", lambda path: None) == [held]
    finally:
        os.killpg(process.pid, 9)
        process.stdout.close()


def test_no_base(tmp_path: Path) -> None:
    """Before the first run there is nothing to reap."""
    assert reap_stale(tmp_path / "missing", tmp_path / "missing" / "run-1") == []
