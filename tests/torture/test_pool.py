"""Behind a connection pool in transaction mode: PgBouncer lends a session for one transaction only."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import closing

import pytest

from pytest_nself.core.dsn import Dsn
from pytest_nself.server.server import connect

from .pool import TOLERANT, pool
from .project import Project, judge
from .scripts import Script, first, mixed
from .servers import OwnServer, own_server
from .test_kill import kill_and_repeat
from .test_restart import stop_and_repeat

pytestmark = pytest.mark.torture

_NAMES = ("lock_timeout", "statement_timeout", "search_path", "role", "idle_in_transaction_session_timeout")
SETTINGS = "select " + ", ".join(f"current_setting('{name}')" for name in _NAMES)
LINES = pytest.mark.parametrize("lines", [(TOLERANT,), ()], ids=["tolerant", "strict"])


def settings_of(dsn: Dsn, sessions: int) -> set[tuple[str, ...]]:
    """What other clients of the pool find set, in all of its sessions at once."""
    connections = [connect(dsn, autocommit=False, prepare_threshold=None) for _ in range(sessions)]
    try:
        return {one.execute(SETTINGS.encode()).fetchone() or () for one in connections}
    finally:
        for one in connections:
            one.close()


RUDE = "set search_path = elsewhere, public;\nset lock_timeout = '7s';\nset statement_timeout = '77s';\n"


def rude(version: int) -> Script:
    """A file that sets things for its session, and is cut in two transactions."""
    text = f"{RUDE}alter type mood add value 'r{version}';\ninsert into moods values ('r{version}');\n"
    text += f"insert into trace values ({version}1);\n"
    return Script(version, text, (version * 10 + 1,))


@LINES
def test_kills_and_crowds(
    real_server: OwnServer, make_project: Callable[..., Project], chance: random.Random, lines: tuple[str, ...]
) -> None:
    """25 kills with the next run at once, 20 runs at once, and no setting of ours in another client's session."""
    killed = 0
    while killed < 25:
        project = make_project(real_server, (*mixed(40), rude(41)))
        with pool(project.dsn, *lines, size=4) as through:
            project.environ["DATABASE_URL"] = through.url()
            before = settings_of(through, 4)
            more, _ = kill_and_repeat(project, chance, 25 - killed)
            killed += more
            with project.crowd(20, "--lock-wait", "200") as runs:
                project.all_succeed(runs)
            judge(project.dsn, project.scripts)
            assert settings_of(through, 4) == before


@LINES
def test_restarts(make_project: Callable[..., Project], chance: random.Random, lines: tuple[str, ...]) -> None:
    """The server behind the pool stops in mid run, 5 times."""
    with own_server() as server:
        project = make_project(server, mixed(60))
        with pool(project.dsn, *lines, size=3) as through:
            project.environ["DATABASE_URL"] = through.url()
            stop_and_repeat(server, project, chance, 5)
            project.succeeds()
        judge(project.dsn, project.scripts)


@LINES
def test_a_pool_of_one(real_server: OwnServer, make_project: Callable[..., Project], lines: tuple[str, ...]) -> None:
    """One session is not enough: the error says so and names the way past the pool, which then works."""
    project = make_project(real_server, mixed(10))
    with pool(project.dsn, *lines, "query_wait_timeout = 1", size=1) as through:
        project.environ["DATABASE_URL"] = through.url()
        assert "To fix: set DATABASE_URL_DIRECT" in project.up("--lock-wait", "3").said
    with pool(project.dsn, *lines, size=1) as through:
        project.environ["DATABASE_URL"] = through.url()
        ended = project.up("--lock-wait", "5")
        assert ended.code == 4, ended.said
        assert "gives no second connection" in ended.said
        assert "To fix: set DATABASE_URL_DIRECT" in ended.said
        judge(project.dsn, project.scripts, done=False)
        project.succeeds(DATABASE_URL_DIRECT=project.dsn.url())
    judge(project.dsn, project.scripts)


def test_a_setting_that_the_pool_would_lend_away(real_server: OwnServer, make_project: Callable[..., Project]) -> None:
    """A setting for a statement outside a transaction would reach other clients: refused, and sent past the pool."""
    text = f'{RUDE}insert into trace values (21);\ncreate index concurrently "R" on public.big (a);\n'
    project = make_project(real_server, (first(1000), Script(2, text, (21,), ("R",))))
    with pool(project.dsn, TOLERANT, size=3) as through:
        project.environ["DATABASE_URL"] = through.url()
        ended = project.up()
        assert ended.code == 3, ended.said
        assert "0002_step.sql" in ended.said
        assert "A connection pool stands in between" in ended.said
        assert "DATABASE_URL_DIRECT" in ended.said
        assert settings_of(through, 3) == settings_of(project.dsn, 1)
        project.succeeds(DATABASE_URL_DIRECT=project.dsn.url())
    judge(project.dsn, project.scripts)


def test_an_app_beside_the_runs(real_server: OwnServer, make_project: Callable[..., Project]) -> None:
    """With a pool of two, 10 runs at once get through while an app uses it too, and finds nothing of ours set."""
    project = make_project(real_server, (first(1000), *mixed(12)[1:], *(rude(version) for version in range(13, 30))))
    over, seen = threading.Event(), set()

    def app(dsn: Dsn) -> None:
        with closing(connect(dsn, prepare_threshold=None)) as connection:
            while not over.wait(0.001):
                seen.add(connection.execute(SETTINGS.encode()).fetchone())

    with pool(project.dsn, TOLERANT, size=2) as through:
        project.environ["DATABASE_URL"] = through.url()
        client = threading.Thread(target=app, args=(through,))
        client.start()
        try:
            with project.crowd(10, "--lock-wait", "200") as runs:
                project.all_succeed(runs)
        finally:
            over.set()
            client.join()
    assert seen == settings_of(project.dsn, 1)
    judge(project.dsn, project.scripts)
