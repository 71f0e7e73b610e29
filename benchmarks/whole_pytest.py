"""A whole `pytest` process with one database test: from the shell's Enter to its prompt, bytecode and caches warm.

All run as the same ordinary user: pytest-postgresql refuses root.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import suites
from ground import Ground, ground
from measuring import Figures, Way, ahead, arguments, at_most, interleave, show

ONE = "def test_one({0}):\n    assert {0}.execute('select 1').fetchone() == (1,)\n"


def main() -> None:
    options = arguments(__doc__, 15)
    with ground() as place:
        projects = {
            "alone": {"test_it.py": "def test_one():\n    pass\n"},
            "ours": {"test_it.py": ONE.format("nself_db"), "migrations/0001_person.sql": suites.SCHEMA},
            "postgresql": suites.pytest_postgresql(str(place.bin / "pg_ctl"), ONE.format("postgresql")),
        }
        projects["postgresql"] = {
            **projects["postgresql"],
            "conftest.py": projects["postgresql"]["conftest.py"].removeprefix(suites.CLOCK),
        }

        def way(name: str, role: str, key: str, *using: str) -> Way:
            return Way(name, role, partial(whole, place, place.project(f"whole-{key}", projects[key]), using))

        ways = [
            way("pytest alone, one empty test", "floor", "alone"),
            way("pytest-nself", "us", "ours", "nself"),
            way("pytest-postgresql", "peer", "postgresql", "pytest_postgresql"),
        ]
        measured = interleave(ways, options.runs, warm=2)
        show("a whole pytest with one database test", measured, "wall", [at_most(250), ahead(3)])


def whole(place: Ground, project: Path, using: tuple[str, ...]) -> Figures:
    ran = place.pytest(project, using=using)
    return {"wall": ran.wall_ms, "cpu": ran.cpu_ms}


if __name__ == "__main__":
    main()
