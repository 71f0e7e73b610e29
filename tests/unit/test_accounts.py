"""As whom a server may run."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_nself.server import accounts
from pytest_nself.server.accounts import Account, candidates, dropped, namespaced, plain, reachable

ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may enter, with everything above it."""
    place = Path(tempfile.mkdtemp(dir="/var/tmp", prefix="nself-accounts-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.mark.skipif(not ROOT, reason="becoming another user needs root")
@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "can"),
    [(0o755, 0o755, True), (0o711, 0o755, True), (0o700, 0o755, False), (0o750, 0o755, False), (0o755, 0o700, False)],
)
def test_reachable_for_others(folder: Path, folder_mode: int, file_mode: int, can: bool) -> None:
    """Others must be able to pass every folder, and to read and run the program: compared with a real process."""
    program = folder / "inner" / "program"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(file_mode)
    program.parent.chmod(folder_mode)
    nobody = pwd.getpwnam("nobody")
    command = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", program]
    ran = subprocess.run(command, check=False, capture_output=True)
    assert (ran.returncode == 0) == can == reachable(program, nobody.pw_uid, nobody.pw_gid)


def test_reachable_for_owner_and_group(folder: Path) -> None:
    """Owner and group have bits of their own, which count alone."""
    uid, gid = folder.stat().st_uid, folder.stat().st_gid
    folder.chmod(0o510)
    assert reachable(folder, uid, gid + 1)
    assert reachable(folder, uid + 1, gid)
    assert not reachable(folder, uid + 1, gid + 1)
    folder.chmod(0o077)
    assert not reachable(folder, uid, gid)


def test_what_is_not_there(folder: Path) -> None:
    """A path that does not exist is reached by nobody."""
    assert not reachable(folder / "missing", os.getuid(), os.getgid())


def test_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary user runs the server himself; without a name he tries a namespace first."""
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    assert list(candidates(Path("/nowhere"))) == [plain()]
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    first, *rest = candidates(Path("/nowhere"))
    assert first.prefix
    assert rest == [plain()]


def test_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root becomes postgres, else nobody, where they reach what is needed; else there is the namespace."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(accounts, "reachable", lambda path, uid, gid: str(path) == "/open")
    known = {"postgres": Account("user postgres", 101, 104, drops=True), "nobody": None}
    known["nobody"] = Account("user nobody", 65534, 65534, drops=True)
    monkeypatch.setattr(accounts, "_dropped", lambda name: known[name])
    assert [a.name for a in candidates(Path("/open"))] == ["user postgres", "user nobody", "a user namespace"]
    assert [a.name for a in candidates(Path("/open"), Path("/closed"))] == ["a user namespace"]
    known["postgres"] = None
    assert [a.name for a in dropped(Path("/open"))] == ["user nobody"]
    assert namespaced()[0].prefix[-2:] == ("65534", "65534")


def test_what_is_asked_of_popen() -> None:
    """Who drops gives user, group and no other groups, and a folder that everybody may stand in."""
    account = Account("user nobody", 65534, 65534, drops=True)
    assert account.popen_options() == {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"}
    assert account.owns == (65534, 65534)
    assert plain().popen_options() == {"cwd": "/"}
    assert plain().owns is None


@pytest.mark.skipif(sys.platform != "linux", reason="user namespaces are Linux's")
def test_a_namespace_shows_the_other_number() -> None:
    """A program started through the prefix sees the number it shall see, and writes files as ourselves."""
    (account,) = namespaced()
    ran = subprocess.run([*account.prefix, "/usr/bin/id", "-u"], capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == account.prefix[-2], ran.stderr
