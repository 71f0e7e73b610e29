"""Many runs at once on one database."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_nself.execute.room import lock_key
from pytest_nself.migrations.planner import RUNNER_LOCK
from pytest_nself.server.server import connect

from .project import Project, judge, one, until
from .scripts import mixed
from .servers import OwnServer

pytestmark = pytest.mark.torture

PATIENT = ("--lock-wait", "200")


def test_a_hundred_runs_at_once(real_server: OwnServer, make_project: Callable[..., Project]) -> None:
    """A server with the default 100 connections, all taken by those who wait: each still gets its turn."""
    project = make_project(real_server, mixed(12))
    clients = "select count(*) from pg_stat_activity where backend_type = 'client backend'"
    with real_server.server.connect("postgres") as admin:
        with connect(project.dsn, autocommit=False) as held:
            held.execute("select pg_advisory_xact_lock(%s)", [lock_key(RUNNER_LOCK)])
            with project.crowd(100, *PATIENT) as runs:
                # The last three are kept for superusers.
                until(lambda: one(admin, clients) >= 97, 200)
                held.rollback()
                project.all_succeed(runs)
    judge(project.dsn, project.scripts)
