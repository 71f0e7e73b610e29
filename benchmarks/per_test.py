"""What one test costs in rollback mode, pytest included: it inserts one row and reads it.

Measured inside the run, from the start of one test to the start of the next: fixtures, hooks, reports and pytest's own
work count, starting and collecting do not. The median is shown, then the mean (in which pauses of the garbage
collector count).
"""

from __future__ import annotations

from functools import partial

import suites
from ground import ground
from measuring import Way, ahead, arguments, at_most, interleave, show, times_floor
from servers import bare_server, per_test

ORM = "SQLAlchemy's recipe, its ORM"


def main() -> None:
    options = arguments(__doc__, 9, tests=1000)
    with ground() as place, bare_server(place, {"bench": suites.SCHEMA}) as server:
        tests, few = options.tests, max(12, options.tests // 20)
        variables = server.variables()
        projects = {
            "empty": suites.EMPTY,
            "raw": suites.RAW,
            "ours": suites.OURS,
            "sqlalchemy": suites.SQLALCHEMY,
            "django": suites.DJANGO,
            "postgresql": suites.pytest_postgresql(str(place.bin / "pg_ctl")),
        }
        roots = {name: place.project(f"per-test-{name}", files) for name, files in projects.items()}

        def run(name: str, count: int, *using: str):  # type: ignore[no-untyped-def]
            return partial(per_test, place, roots[name], count, using=using, more=variables)

        ways = [
            Way("an empty test", "note", run("empty", tests)),
            Way("raw psycopg, `rollback; begin` in one message", "floor", run("raw", tests)),
            Way("pytest-nself: nself_db", "us", run("ours", tests, "nself")),
            Way(ORM, "peer", run("sqlalchemy", tests)),
            Way("pytest-django: db, its ORM", "peer", run("django", tests, "django")),
            Way(f"pytest-postgresql, {few} tests", "peer", run("postgresql", few, "pytest_postgresql"), every=3),
        ]
        measured = interleave(ways, options.runs)
    bars = [
        at_most(0.65),
        times_floor(1.15),
        ahead(2.5, "pytest-django: db, its ORM"),
        ahead(38, f"pytest-postgresql, {few} tests"),
    ]
    show(f"per test, rollback mode, {tests} tests: median", measured, "median", bars)
    show("the same: mean", measured, "mean")


if __name__ == "__main__":
    main()
