"""Ready with 500 migrations applied, the second run: nothing -> the first query on a migrated table.

Every migration makes a table with an identity, a check, a foreign key and an index; every fourth alters one instead.
"""

from __future__ import annotations

from ground import ground
from measuring import Way, ahead, arguments, interleave, show, times_floor
from starters import Starter, starters


def main() -> None:
    options = arguments(__doc__, 9, migrations=500)
    with ground() as place, starters() as made:
        files = {f"migrations/{n:04}_step.sql": migration(n) for n in range(1, options.migrations + 1)}
        project = place.project("migrated", files)

        def way(name: str, role: str, code: str, *, root: bool = False, every: int = 1) -> Way:
            starter = Starter(place, code, project, "migrated", as_root=root and place.drops)
            made.append(starter)
            return Way(name, role, starter, every)

        ways = [
            way("copy of a cached migrated data folder, exec, first query", "floor", "floor_cached", root=True),
            way("pytest-nself: nself_db, with the worker's databases", "us", "ours_database", root=True),
            way("pytest-nself: the run's server alone", "note", "ours_server", root=True),
            way("slim data folder, and a bare replay of all files", "peer", "floor_replay", root=True),
            way("pytest-postgresql, the files in its load", "peer", "peer_pytest_postgresql", every=3),
        ]
        measured = interleave(ways, options.runs)
        show(
            f"ready with {options.migrations} migrations, second run", measured, "select", [times_floor(1.2), ahead(5)]
        )


def migration(number: int) -> str:
    """A migration that every tool can run as it stands: plain SQL, up only."""
    if number % 4 == 0:
        return (
            f"alter table t{number - 1:04} add column note text not null default '';\n"
            f"create index t{number - 1:04}_note on t{number - 1:04} (note);\n"
        )
    parent = number - 1 if number % 4 != 1 else number - 2
    reference = f"\n    parent_id bigint references t{parent:04} (id)," if parent > 0 else ""
    return (
        f"create table t{number:04} (\n    id bigint generated always as identity primary key,{reference}\n"
        f"    name text not null,\n    amount integer not null default 0 check (amount >= 0)\n);\n"
        f"create index t{number:04}_name on t{number:04} (name);\n"
    )


if __name__ == "__main__":
    main()
