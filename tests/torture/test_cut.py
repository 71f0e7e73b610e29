"""Connections that end in the middle of a run: by the server, by an administrator, by the network."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

import pytest

from pytest_nself.server.server import connect

from .project import WORKING, Ended, Project, judge, one, until
from .proxy import proxy
from .scripts import Script, first, mixed
from .servers import OwnServer

pytestmark = pytest.mark.torture

DONE = re.compile(r"\d+ of \d+ migrations of this run are done")
HOLDERS = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"


def told(ended: Ended) -> None:
    """The run failed, in our words, and said what is done, unless it was still looking."""
    assert "Traceback" not in ended.said
    if ended.code == 4:
        assert "The connection to" in ended.said
    else:
        assert ended.code == 1, ended.said
        assert DONE.search(ended.said), ended.said
    assert "To fix:" in ended.said


def test_the_working_process_is_terminated(
    real_server: OwnServer, make_project: Callable[..., Project], chance: random.Random
) -> None:
    """An administrator ends the server process that works: what is done is said, and the next run goes on."""
    project = make_project(real_server, mixed(60))
    with connect(project.dsn) as look:
        for _ in range(10):
            with project.running() as run:
                until(lambda run=run: run.process.poll() is not None or one(look, WORKING))
                time.sleep(chance.uniform(0, 0.1))
                if not (pid := one(look, WORKING)):
                    continue
                look.execute("select pg_terminate_backend(%s)", [pid])
                told(run.end())
            judge(project.dsn, project.scripts, done=False)
    project.succeeds()
    judge(project.dsn, project.scripts)


def test_the_network_is_cut(
    real_server: OwnServer, make_project: Callable[..., Project], chance: random.Random
) -> None:
    """Both connections are reset in mid run: what is done is said, and the next run goes on."""
    project = make_project(real_server, mixed(60))
    cut = 0
    with proxy(project.dsn) as between, connect(project.dsn) as look:
        for _ in range(10):
            with project.running(DATABASE_URL=between.dsn.url()) as run:
                until(lambda run=run: run.process.poll() is not None or one(look, WORKING))
                time.sleep(chance.uniform(0, 0.1))
                if not one(look, WORKING):
                    continue
                between.cut()
                ended = run.end()
            if ended.code != 0:  # else it was done just before
                told(ended)
                cut += 1
            judge(project.dsn, project.scripts, done=False)
    assert cut > 0
    project.succeeds()
    judge(project.dsn, project.scripts)


def test_the_lock_is_lost(real_server: OwnServer, make_project: Callable[..., Project]) -> None:
    """The connection that holds the lock is ended while the other one works: two runs at once, nothing doubled."""
    slow = Script(2, "insert into trace values (20);\nselect pg_sleep(3);\n", (20,))
    project = make_project(real_server, (first(10), slow, *mixed(20)[2:]))
    with connect(project.dsn) as look, project.running() as run:
        until(lambda: one(look, f"{WORKING} and wait_event = 'PgSleep'"))
        assert one(look, f"{HOLDERS} and database = (select oid from pg_database where datname = current_database())")
        project.succeeds()
        told(run.end())
    judge(project.dsn, project.scripts)
