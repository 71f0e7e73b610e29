"""Two xdist workers: how many servers run, how often the template is built, and what a test costs then.

The cache is empty in each round and the recipe leaves a mark each time it builds, so builds can be counted.
"""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path

import suites
from ground import Ground, ground
from measuring import Bar, Figures, Measured, Way, arguments, at_most, interleave, show
from servers import bare_server, per_test

XDIST = ("xdist", "xdist.looponfail")

# Which server a worker's tests ran on: its start, to the microsecond.
WITNESS = """
SEEN = []

def remember(connection):
    SEEN.append(connection.execute("select pg_postmaster_start_time()::text").fetchone()[0])
    with open(os.environ["BENCH_STARTS"] + "-server." + os.environ.get("PYTEST_XDIST_WORKER", "main"), "w") as file:
        file.write(SEEN[0])

"""

RECIPE = '''
import os
import psycopg

with open(os.environ["BENCH_BUILDS"], "a") as file:
    file.write("built\\n")
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("""{schema}""")
'''


def main() -> None:
    options = arguments(__doc__, 7, tests=1000)
    with ground() as place, bare_server(place, {"bench": suites.SCHEMA}) as server:
        tests, few = options.tests, max(24, options.tests // 20)
        recipe = f'[tool.nself.recipe]\ncommand = "{place.python} build.py"\ninputs = ["build.py"]\n'
        ours = place.project(
            "xdist-ours",
            {
                "conftest.py": suites.CLOCK,
                "test_it.py": witnessed("nself_db"),
                "build.py": RECIPE.format(schema=suites.SCHEMA),
                "pyproject.toml": recipe,
            },
        )
        raw = place.project("xdist-raw", {**suites.RAW})
        postgresql = suites.pytest_postgresql(str(place.bin / "pg_ctl"), witnessed("postgresql"))
        peer = place.project("xdist-peer", postgresql)

        def way(name: str, role: str, project: Path, count: int, workers: int, *using: str, every: int = 1) -> Way:
            work = partial(run, place, project, count, workers, using, server.variables())
            return Way(name, role, work, every)

        ways = [
            way("raw psycopg fixture, one process", "note", raw, tests, 0),
            way("raw psycopg fixture, two workers", "floor", raw, tests, 2),
            way(ONE, "note", ours, tests, 0, "nself"),
            way("pytest-nself, two workers", "us", ours, tests, 2, "nself"),
            way("pytest-postgresql, two workers", "peer", peer, few, 2, "pytest_postgresql", every=3),
        ]
        measured = interleave(ways, options.runs)
    show("two xdist workers: servers started", measured, "servers", [at_most(1, "")], unit="")
    show("two xdist workers: templates built, empty cache", measured, "builds", [at_most(1, "")], unit="")
    show("two xdist workers: per test, within a worker", measured, "median", [like_alone()])
    show("two xdist workers: the whole run", measured, "whole")


ONE = "pytest-nself, one process"


def like_alone() -> Bar:
    """Against the floor, a worker's tests cost no more than without xdist (whose own work counts on both sides)."""

    def reached(measured: Measured, figure: str) -> float | None:
        names = (
            "pytest-nself, two workers",
            "raw psycopg fixture, two workers",
            ONE,
            "raw psycopg fixture, one process",
        )
        ours, raw, ours_alone, raw_alone = (measured.median(name, figure) for name in names)
        if not (ours and raw and ours_alone and raw_alone):
            return None
        return (ours / raw) / (ours_alone / raw_alone)

    return Bar("ratio to the floor, against that of one process: at most 1.1x", 1.1, reached)


def witnessed(fixture: str) -> str:
    """The usual test, whose first run in each worker also writes down which server that is."""
    head, body = suites.HEAD, suites.rows(fixture).removeprefix(suites.HEAD)
    first, rest = body.split("\n", 2)[:2], body.split("\n", 2)[2]
    return head + WITNESS + "\n".join(first) + f"\n    if not SEEN:\n        remember({fixture})\n" + rest


def run(
    place: Ground, project: Path, tests: int, workers: int, using: tuple[str, ...], variables: dict[str, str]
) -> Figures:
    with tempfile.TemporaryDirectory(dir=place.folder / "tmp") as folder:
        os.chown(folder, place.uid, place.gid)
        more = {**variables, "BENCH_BUILDS": f"{folder}/builds", "NSELF_CACHE": f"{folder}/cache"}
        parallel = (f"-n{workers}",) if workers else ()
        figures = dict(per_test(place, project, tests, *parallel, using=(*using, *XDIST * bool(workers)), more=more))
        builds = Path(folder) / "builds"
        if builds.exists():
            figures["builds"] = float(len(builds.read_text().splitlines()))
    return figures


if __name__ == "__main__":
    main()
