"""Many runs at once on one database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import pytest

from pytest_nself.execute.room import lock_key
from pytest_nself.migrations.planning.planner import RUNNER_LOCK
from pytest_nself.server.server import connect

from .project import Project, judge, one, until
from .scripts import Script, first, mixed
from .servers import OwnServer, own_server

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


IMPATIENT = {
    "default_transaction_isolation": "repeatable read",
    "idle_in_transaction_session_timeout": "400",
    "idle_session_timeout": "400",
    "statement_timeout": "1500",
    "lock_timeout": "1500",
}


@pytest.mark.parametrize("major", [15, 18])
def test_an_impatient_role(real_server: OwnServer, make_project: Callable[..., Project], major: int) -> None:
    """With a role whose timeouts are all short and whose isolation is strict, 10 runs at once succeed."""
    newer = {"transaction_timeout": "1500"} if major >= 17 else {}
    slow = Script(2, "insert into trace values (20);\nselect pg_sleep(3);\n", (20,))
    with own_server(major) if major != 15 else nullcontext(real_server) as server:
        project = make_project(server, (first(20000), slow, *mixed(20)[2:]), setting=IMPATIENT | newer)
        with project.crowd(10, *PATIENT) as runs:
            project.all_succeed(runs)
        judge(project.dsn, project.scripts)
