"""What a database has told of the objects that a step touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NOTHING = "#"
"""What stands in the session's setting when nothing was touched since it was last read."""

_CREATING = ("CREATE ", "SELECT INTO", "IMPORT FOREIGN SCHEMA")
PARTS = ("CREATE INDEX", "CREATE POLICY", "CREATE TRIGGER", "CREATE RULE", "CREATE STATISTICS")
"""Commands that make nothing but a part of a relation, and are told of that."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """An object that is gone: its class, oid, number of the column, and whether the statement named it itself."""

    classid: int
    oid: int
    sub: int
    named: bool


@dataclass(frozen=True, slots=True)
class Told:
    """`made` are objects that were made or changed, by class and oid, with the commands that did it.

    `silent` are commands of which nobody tells what they touched.
    """

    made: Mapping[tuple[int, int], frozenset[str]]
    dropped: tuple[Dropped, ...]
    silent: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.made or self.dropped or self.silent)


def parse_lines(lines: str) -> Told:
    """The lines that `nself_touch` wrote, after the mark at their beginning."""
    made: dict[tuple[int, int], frozenset[str]] = {}
    dropped: list[Dropped] = []
    silent: set[str] = set()
    for line in lines.split("\n")[1:]:
        if line[0] == "!":
            silent.add(line[1:])
            continue
        classid, oid, sub, what = line[1:].split(" ", 3)
        if line[0] == "-":
            dropped.append(Dropped(int(classid), int(oid), int(sub), what == "t"))
        else:
            key = int(classid), int(oid)
            made[key] = made.get(key, frozenset()) | {what}
    return Told(made, tuple(dropped), frozenset(silent))


def creates(commands: frozenset[str]) -> bool:
    """Whether an object was made by one of these commands."""
    return any(command.startswith(_CREATING) and command not in PARTS for command in commands)
