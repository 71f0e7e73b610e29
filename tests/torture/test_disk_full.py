"""The server's disk is full in the middle of a run: a real one, of memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_nself.server.processes import alive
from pytest_nself.server.runfolder import RunFolder

from .project import Project, judge
from .scripts import Script, first, mixed
from .servers import is_root, own_server

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(not is_root(), reason="mounting a small disk needs root"),
]


@contextmanager
def small_disk(size_mb: int) -> Iterator[Path]:
    """A folder that holds only so much, writable for everybody."""
    with tempfile.TemporaryDirectory(prefix="nself-small-", dir="/tmp", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        _mount("-t", "tmpfs", "-o", f"size={size_mb}m,mode=777", "tmpfs", name)
        try:
            yield Path(name)
        finally:
            if Path(name).is_mount():  # else the watchdog was quicker
                subprocess.run(["umount", "-l", name], check=False)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def unmounted_with(disk: Path) -> Callable[[RunFolder], None]:
    """Let the watchdog take the disk away too, should this process be killed."""
    return lambda run: run.note("mount", command=["sh", "-c", f"umount -l {disk}; rmdir {disk}"])


def greedy() -> tuple[Script, ...]:
    """The third migration needs more than there is; the others do not."""
    text = "create table much as select g, repeat('x', 500) as t from generate_series(1, 300000) g;\n"
    much = Script(3, f"insert into trace values (30);\n{text}", (30,))
    return (first(1000), mixed(2)[1], much, *mixed(12, 1000)[3:])


def test_no_room_for_data(make_project: Callable[..., Project]) -> None:
    """The tables' disk is full: the message says so, nothing of that migration stays, and with room it succeeds."""
    with small_disk(40) as disk, own_server(before=unmounted_with(disk)) as server:
        space = disk / "space"
        space.mkdir()
        status = Path(server.server.data or "").stat()
        os.chown(space, status.st_uid, status.st_gid)
        with server.server.connect("postgres") as admin:
            admin.execute(f"create tablespace small location '{space}'".encode())
        project = make_project(server, greedy(), options="tablespace small")
        ended = project.up()
        assert ended.code == 1, ended.said
        assert "53100" in ended.said
        assert "No space left on device" in ended.said
        assert "2 of 12 migrations of this run are done (the last is 0002_step); 0003_step is rolled back" in ended.said
        assert "To fix: make room on the server's disk" in ended.said
        judge(project.dsn, project.scripts, done=False)
        _mount("-o", "remount,size=600m", str(disk))
        project.succeeds()
        judge(project.dsn, project.scripts)


def test_no_room_at_all(make_project: Callable[..., Project]) -> None:
    """The disk of data and log is full, so the server goes down: with room, and started again, the rest is done."""
    with small_disk(150) as disk, own_server(root=disk, before=unmounted_with(disk)) as server:
        project = make_project(server, greedy())
        ended = project.up()
        assert ended.code == 1, ended.said
        assert "Traceback" not in ended.said
        assert "2 of 12 migrations of this run are done (the last is 0002_step)" in ended.said
        _mount("-o", "remount,size=900m", str(disk))
        server.stop_immediately()
        assert not alive(server.server.pid or 0)
        server.start()
        judge(project.dsn, project.scripts, done=False)
        project.succeeds()
        judge(project.dsn, project.scripts)
