"""One server and one template for all workers; several runs side by side."""

from __future__ import annotations

import re
import subprocess

import pytest

from .conftest import Project

MANY = """
import os, psycopg, pytest

@pytest.mark.parametrize("n", range(40))
def test_rollback(nself_db, n, record_property):
    assert nself_db.execute("select count(*) from users").fetchone() == (0,)
    nself_db.execute("insert into users (name) values ('ada')")

@pytest.mark.parametrize("n", range(12))
def test_committed(nself_database, n):
    with psycopg.connect(os.environ["DATABASE_URL"]) as app:
        assert app.execute("select count(*) from users").fetchone() == (0,)
        app.execute("insert into users (name) values ('ada')")

def test_server(nself_server):
    with open("servers", "a") as file:
        file.write(f"{nself_server.pid} {nself_server.dsn.port}\\n")
"""


@pytest.mark.parametrize(
    ("workers", "dist"),
    [(2, "load"), (2, "loadscope"), (2, "loadfile"), (2, "worksteal"), (8, "load"), (8, "worksteal")],
)
def test_workers_share_one_server(project: Project, workers: int, dist: str) -> None:
    """Every --dist mode, with 2 and 8 workers: all tests pass on one server."""
    project.file("test_it.py", MANY)
    project.file("test_that.py", MANY)
    said = project.passes("-n", str(workers), "--dist", dist, plugins=("xdist",))
    assert "106 passed" in said
    servers = set((project.root / "servers").read_text().splitlines())
    assert len(servers) == 1


def test_dist_each(project: Project) -> None:
    """With --dist each every worker runs every test in databases of its own."""
    project.file("test_it.py", MANY)
    assert "106 passed" in project.passes("--dist", "each", "--tx", "2*popen", plugins=("xdist",))


def test_two_runs_at_once(project: Project) -> None:
    """Two runs of one project, started together on a cold cache, do not meet."""
    project.file("test_it.py", MANY)
    cache = str(project.root / "cache")
    runs = [
        subprocess.Popen(
            project.command(),
            cwd=project.root,
            env=project.environment(NSELF_CACHE=cache),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [run.communicate(timeout=120)[0] for run in runs]
    assert all("53 passed" in text for text in said), said


def test_a_build_error_is_told_once(project: Project) -> None:
    """A broken migration is one report with file and line; every other test fails in a line."""
    project.file("migrations/002_broken.sql", "create table a (id int);\n\ncreate tabel b (id int);\n")
    project.file("test_it.py", MANY)
    said = project.run().stdout
    assert "002_broken.sql:3:8" in said
    assert said.count('syntax error at or near "tabel"') <= 3
    assert re.search(r"No database for this test: .*002_broken", said)


def test_a_build_error_with_workers(project: Project) -> None:
    """With workers the template is tried once; all of them say the same."""
    project.file("migrations/002_broken.sql", "select 1;\ncreate tabel b (id int);\n")
    project.file("test_it.py", "def test_1(nself_db): pass\n")
    project.file("test_that.py", "def test_1(nself_db): pass\n")
    said = project.run("-n", "2", plugins=("xdist",)).stdout
    assert "002_broken.sql:2:8" in said
    assert "2 errors" in said
