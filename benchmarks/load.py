"""What loading the plugin costs: `pytest --co` on one empty test, without and with each plugin."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ground import Ground, ground
from measuring import Figures, Way, added, arguments, interleave, show


def main() -> None:
    options = arguments(__doc__, 40)
    with ground() as place:
        project = place.project("load", {"test_it.py": "def test_one():\n    pass\n"})

        def way(name: str, role: str, *using: str) -> Way:
            return Way(name, role, partial(collect, place, project, using))

        ways = [
            way("pytest alone", "floor"),
            way("+ pytest-nself", "us", "nself"),
            way("+ pytest-django", "peer", "django"),
            way("+ pytest-postgresql", "peer", "pytest_postgresql"),
            way("+ pytest-xdist", "note", "xdist", "xdist.looponfail"),
            way("+ pytest-nself and the plugins its requirements bring", "note", "nself", "faker", "platformdirs"),
        ]
        measured = interleave(ways, options.runs, warm=2)
        bars = [added(2, " (aim)"), added(10, " (hard limit)")]
        show("loading the plugin: pytest --co, wall clock", measured, "wall", bars)
        show("the same: processor time", measured, "cpu", bars)


def collect(place: Ground, project: Path, using: tuple[str, ...]) -> Figures:
    ran = place.pytest(project, "--co", using=using)
    return {"wall": ran.wall_ms, "cpu": ran.cpu_ms}


if __name__ == "__main__":
    main()
