"""The server goes down in the middle of a run."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from pytest_nself.server.server import connect

from .project import WORKING, Project, judge, one, until
from .scripts import mixed
from .servers import OwnServer, own_server

pytestmark = pytest.mark.torture

RESTARTS = 25


def stop_and_repeat(server: OwnServer, project: Project, chance: random.Random, times: int) -> int:
    """Stop the server in mid run and start it again, until a run gets through or so often; how often it was."""
    stopped = 0
    while stopped < times:
        with project.running() as run:
            with connect(project.dsn) as look:
                until(lambda: run.process.poll() is not None or one(look, WORKING))
            time.sleep(chance.uniform(0, 0.25))
            if run.process.poll() is not None:
                break
            server.stop_immediately()
            time.sleep(chance.uniform(0, 0.5))
            server.start()
            ended = run.end()
        stopped += 1
        assert "Traceback" not in ended.said
        if ended.code != 0:  # else it was done just before
            assert ended.code in (1, 4), ended.said
            assert "To fix:" in ended.said
        judge(project.dsn, project.scripts, done=False)
    return stopped


def test_immediate_restarts(make_project: Callable[..., Project], chance: random.Random) -> None:
    """25 times the server stops at once in mid run: the run says so in our words, and the next one goes on."""
    stopped = 0
    with own_server() as server:
        while stopped < RESTARTS:
            project = make_project(server, mixed(60))
            stopped += stop_and_repeat(server, project, chance, RESTARTS - stopped)
            project.succeeds()
            judge(project.dsn, project.scripts)
