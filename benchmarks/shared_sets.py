"""What a fixture set costs each test that has it: 8 tables of 10 rows, loaded once and shared.

The floor is a bare pair of `rollback; begin` around the same test, on rows that are in the database for good. Measured
as in per_test.py: from the start of one test to the start of the next, pytest included.
"""

from __future__ import annotations

from functools import partial

import suites
from ground import ground
from measuring import Way, added, arguments, interleave, show
from servers import bare_server, per_test


def main() -> None:
    options = arguments(__doc__, 9, tests=1000)
    with ground() as place, bare_server(place, {"bench": suites.CHAIN_SCHEMA + suites.CHAIN_ROWS}) as server:
        tests = options.tests
        variables = server.variables()
        projects = {
            "empty": suites.EMPTY,
            "bare": suites.CHAIN_BARE,
            "shared": suites.CHAIN_SHARED,
            "anew": {**suites.CHAIN_SHARED, "pytest.ini": "[pytest]\nnself_outer_max_age = 0\n"},
            "without": suites.CHAIN_WITHOUT,
        }
        roots = {name: place.project(f"sets-{name}", files) for name, files in projects.items()}

        def run(name: str, count: int, *using: str):  # type: ignore[no-untyped-def]
            return partial(per_test, place, roots[name], count, using=using, more=variables)

        ways = [
            Way("an empty test", "note", run("empty", tests)),
            Way("raw psycopg, `rollback; begin`, rows committed", "floor", run("bare", tests)),
            Way("pytest-nself: a set that tests share", "us", run("shared", tests, "nself")),
            Way("pytest-nself: nself_db without a set", "note", run("without", tests, "nself")),
            Way("pytest-nself: the set loaded for each test", "note", run("anew", max(20, tests // 4), "nself")),
        ]
        measured = interleave(ways, options.runs)
    question = f"a fixture set of 8 tables x 10 rows per test, {tests} tests"
    show(f"{question}: median", measured, "median", [added(0.2)])
    show("the same: mean", measured, "mean")


if __name__ == "__main__":
    main()
