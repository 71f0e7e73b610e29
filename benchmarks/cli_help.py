"""What help costs: `nself --help` and the like, whole processes, beside a Python that only imports click."""

from __future__ import annotations

import resource
import subprocess
import time
from functools import partial

from ground import Ground, ground
from measuring import Figures, Way, added, arguments, at_most, interleave, show

LIMITS = {"nself --help": 60, "nself db --help": 80, "nself db migrate --help": 80}


def main() -> None:
    options = arguments(__doc__, 40)
    with ground() as place:
        floor = Way("python -c 'import click'", "floor", partial(run, place, "import click"))
        bare = Way("python -c pass", "note", partial(run, place, "pass"))
        for command, limit in LIMITS.items():
            words = command.split()[1:]
            ours = Way(command, "us", partial(run, place, f"from nself_cli.main import main; main({words})"))
            measured = interleave([floor, ours, bare], options.runs, warm=3)
            show(f"{command}: wall clock", measured, "wall", [at_most(limit), added(20)])
            show("the same: processor time", measured, "cpu", [added(20)])


def run(place: Ground, program: str) -> Figures:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(
        [str(place.python), "-c", program],
        cwd=place.folder,
        env=place.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
        **place.options(),  # type: ignore[call-overload]
    )
    wall_ms = (time.perf_counter() - began) * 1000
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"wall": wall_ms, "cpu": (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000}


if __name__ == "__main__":
    main()
