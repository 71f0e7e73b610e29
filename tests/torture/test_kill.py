"""Runs that are killed at any moment, and begun again at once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
import pytest

from pytest_nself.server.server import connect

from .project import HALF_WAY, INVALID, LEDGER_EXISTS, VALID, WORKING, Project, judge, one, until
from .scripts import Script, first, mixed
from .servers import OwnServer, own_server

pytestmark = pytest.mark.torture

KILLS, ROUNDS = 200, 4


def kill_and_repeat(project: Project, chance: random.Random, kills: int) -> tuple[int, int]:
    """Kill runs until one gets through or `kills` are done, and judge after each.

    How many were killed, and how many of these in the middle of something.
    """
    killed = inside = 0
    with connect(project.dsn) as look:
        while killed < kills:
            with project.running() as run:
                if chance.random() < 0.8:  # else also while it starts, reads and plans
                    until(lambda run=run: run.process.poll() is not None or one(look, WORKING))
                    time.sleep(chance.uniform(0, 0.25))
                else:
                    time.sleep(chance.uniform(0, 0.6))
                if run.process.poll() is not None:
                    ended = run.end()
                    assert ended.code == 0, ended.said
                    break
                run.kill()
            killed += 1
            inside += bool(one(look, WORKING) or (one(look, LEDGER_EXISTS) and one(look, HALF_WAY)))
            judge(project.dsn, project.scripts, done=False)
    return killed, inside


@pytest.mark.parametrize("part", range(ROUNDS))
def test_killed_at_random_moments(
    real_server: OwnServer, make_project: Callable[..., Project], chance: random.Random, part: int
) -> None:
    """SIGKILL, and the next run at once, 200 times in all: what is done stays done, the rest is taken up."""
    killed = inside = 0
    while killed < KILLS // ROUNDS:
        project = make_project(real_server, mixed(60))
        more, more_inside = kill_and_repeat(project, chance, KILLS // ROUNDS - killed)
        killed, inside = killed + more, inside + more_inside
        project.succeeds()
        judge(project.dsn, project.scripts)
    print(f"{killed} kills, {inside} of them in the middle of something")  # noqa: T201
    assert inside > killed // 4, f"only {inside} of {killed} kills hit something"


CONCURRENTLY = (
    'create unique index concurrently "I x" on big (a);',
    'reindex index concurrently "I x";',
    'drop index concurrently "I x";',
    "alter table parted detach partition part concurrently;",
)


def concurrent() -> tuple[Script, ...]:
    """Statements that stand outside a transaction, each between two traces in a file of its own."""
    start = first(1000)
    parted = (
        "create table parted (a int) partition by list (a);\ncreate table part partition of parted for values in (1);"
    )
    scripts = [Script(1, f"{start.text}{parted}\n", start.traces)]
    for version, statement in enumerate(CONCURRENTLY, 2):
        numbers = (version * 10 + 1, version * 10 + 2)
        text = f"insert into trace values ({numbers[0]});\n{statement}\ninsert into trace values ({numbers[1]});\n"
        scripts.append(Script(version, text, numbers))
    return tuple(scripts)


@contextmanager
def cut_off_inside(project: Project, version: int) -> Iterator[psycopg.Connection[Any]]:
    """Everything before `version` is applied, and a run is killed in the middle of its statement; to look around."""
    project.succeeds("--to", str(version - 1))
    with connect(project.dsn) as look, connect(project.dsn, autocommit=False) as reader:
        reader.execute("insert into big values (0)")
        reader.execute("select from parted")
        with project.running() as run:
            until(lambda: one(look, f"{WORKING} and wait_event_type = 'Lock' and query ilike '%concurrently%'"))
            run.kill()
        until(lambda: not one(look, WORKING))
        reader.rollback()
        yield look


@pytest.mark.parametrize("major", [15, 18])
def test_killed_inside_concurrently(real_server: OwnServer, make_project: Callable[..., Project], major: int) -> None:
    """The kill lands while the statement waits: nobody takes it for done, and the next run does it."""
    with own_server(major) if major != 15 else nullcontext(real_server) as server:
        for version in range(2, len(CONCURRENTLY) + 2):
            project = make_project(server, concurrent())
            with cut_off_inside(project, version) as look:
                judge(project.dsn, project.scripts, done=False)
                assert one(look, f"select dirty from hdb_catalog.schema_migrations where version = {version}")
            project.succeeds("--to", str(version))
            with connect(project.dsn) as look:
                assert one(look, f"{INVALID} limit 1") is None
                assert one(look, f"{VALID} and c.relname = 'I x'") == ("I x" if version in (2, 3) else None)
                assert one(look, "select count(*) from pg_inherits where not inhdetachpending") == (version < 5)
            project.succeeds()
            judge(project.dsn, project.scripts)


def test_a_file_edited_between_kill_and_repeat(real_server: OwnServer, make_project: Callable[..., Project]) -> None:
    """Which part comes next in an edited file nobody knows: nothing is sent; with the file restored it goes on."""
    project = make_project(real_server, concurrent())
    file = project.root / "migrations" / project.scripts[1].name
    with cut_off_inside(project, 2) as look:
        before = one(look, "select array_agg(n order by n) from trace")
        file.write_text(f"insert into trace values (99);\n{project.scripts[1].text}", encoding="utf-8")
        ended = project.up()
        assert ended.code == 1
        assert "half-way, and its file was edited" in ended.said
        assert one(look, "select array_agg(n order by n) from trace") == before
    file.write_text(project.scripts[1].text, encoding="utf-8")
    project.succeeds()
    judge(project.dsn, project.scripts)


@pytest.mark.parametrize("watched", ["500ms", "0"])
def test_killed_during_a_long_statement(
    real_server: OwnServer, make_project: Callable[..., Project], watched: str
) -> None:
    """The statement of a killed run ends within moments; where the server cannot tell, the next run waits for it."""
    slow = "insert into trace values (20);\nselect pg_sleep(6);\n"
    if watched == "0":
        slow = f"set client_connection_check_interval = 0;\n{slow}"
    project = make_project(real_server, (first(10), Script(2, slow, (20,))))
    with connect(project.dsn) as look, project.running() as run:
        until(lambda: one(look, f"{WORKING} and query like '%pg_sleep(6)%' and wait_event = 'PgSleep'"))
        run.kill()
        began = time.monotonic()
        if watched == "0":
            assert one(look, WORKING), "the old statement still runs"
            said = project.succeeds()
            assert "still runs a statement of an earlier run" in said
        else:
            until(lambda: not one(look, WORKING), 4)
            assert time.monotonic() - began < 4
            project.succeeds()
    judge(project.dsn, project.scripts)
