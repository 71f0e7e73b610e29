"""Somebody reads for a long time what a migration wants to change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from pytest_nself.server.server import connect

from .project import Project, judge
from .scripts import Script, first
from .servers import OwnServer

pytestmark = pytest.mark.torture

LOCK_TIMEOUT_S, LOCK_WAIT_S = 0.4, 4.0
SLACK_S = 3.0  # of a busy machine


def test_a_long_reader_in_the_way(real_server: OwnServer, make_project: Callable[..., Project]) -> None:
    """The run gives up in time and names the reader; others who read wait no longer than the lock timeout."""
    change = Script(2, "insert into trace values (20);\nalter table big add column d int;\n", (20,))
    project = make_project(real_server, (first(10), change))
    project.succeeds("--to", "1")
    project.environ["DB_MIGRATION_STATEMENT_LOCK_TIMEOUT"] = f"{LOCK_TIMEOUT_S * 1000:g}ms"
    over, waits = threading.Event(), [0.0]

    def read_again_and_again() -> None:
        with connect(project.dsn) as other:
            while not over.is_set():
                began = time.monotonic()
                other.execute("select count(*) from big")
                waits.append(time.monotonic() - began)

    others = threading.Thread(target=read_again_and_again)
    with connect(project.dsn, autocommit=False, application_name="monthly report") as reader:
        reader.execute("select 'the long report', * from big")
        others.start()
        try:
            began = time.monotonic()
            ended = project.up("--lock-wait", f"{LOCK_WAIT_S:g}")
            took_s = time.monotonic() - began
        finally:
            over.set()
            others.join()
        pid = reader.info.backend_pid
    assert ended.code == 1, ended.said
    assert f"Held back by server process {pid}" in ended.said
    assert "monthly report" in ended.said
    assert "select 'the long report'" in ended.said
    assert "0 of 1 migrations of this run are done" in ended.said
    assert took_s < LOCK_WAIT_S + LOCK_TIMEOUT_S + SLACK_S
    assert LOCK_TIMEOUT_S / 2 < max(waits) < LOCK_TIMEOUT_S + SLACK_S / 2, "they were held back, and not for long"
    judge(project.dsn, project.scripts, done=False)
    project.succeeds()
    judge(project.dsn, project.scripts)
