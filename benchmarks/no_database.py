"""1000 tests that use no database, with the plugin loaded and without: whole processes, wall clock and processor."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import suites
from ground import Ground, ground
from measuring import Figures, Way, arguments, interleave, show, within


def main() -> None:
    options = arguments(__doc__, 25, tests=1000)
    with ground() as place:
        project = place.project("no-database", {"test_it.py": suites.EMPTY["test_it.py"]})
        ways = [
            Way("pytest without the plugin", "floor", partial(whole, place, project, options.tests, ())),
            Way("pytest with pytest-nself", "us", partial(whole, place, project, options.tests, ("nself",))),
        ]
        measured = interleave(ways, options.runs, warm=2)
        question = f"{options.tests} tests that use no database"
        show(f"{question}: wall clock", measured, "wall", [within(2)])
        show(f"{question}: processor time", measured, "cpu", [within(2)])


def whole(place: Ground, project: Path, tests: int, using: tuple[str, ...]) -> Figures:
    ran = place.pytest(project, using=using, more={"BENCH_TESTS": str(tests)})
    return {"wall": ran.wall_ms, "cpu": ran.cpu_ms}


if __name__ == "__main__":
    main()
