"""From what a database has told to what must be read again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from .known import Known
from .restricted import CLASS, FUNCTION, TYPE, Unit
from .told import Told, creates

Address = tuple[int, int]
"""Class and oid."""

UNITS = frozenset({CLASS, TYPE, FUNCTION})
_CONSTRAINT = 2606
_PARTS = frozenset({_CONSTRAINT, 2604, 2620, 3256, 2618, 3381, 6106})
"""Catalogs of parts: constraints, defaults, triggers, policies, rules, statistics, tables of publications."""

_NARROW = {
    "CREATE INDEX": frozenset({"index", "index_partition"}),
    "CREATE POLICY": frozenset({"policy"}),
    "CREATE TRIGGER": frozenset({"trigger"}),
    "CREATE STATISTICS": frozenset({"statistics"}),
}
"""Commands that make nothing but a part of something, with the kinds of what they make."""

_OTHER_RELATIONS = frozenset(
    {"view", "view_column", "materialized_view", "foreign_table", "sequence", "sequence_owner"}
)
_MADE_BY = {"policy": "CREATE POLICY", "rule": "CREATE RULE", "trigger": "CREATE TRIGGER"}
"""Kinds whose objects a table has only after such a command; triggers also come with inheritance."""

_UNSEEN = ("CREATE ", "COMMENT", "SECURITY LABEL")
"""Commands after which other objects say the same of an object as before."""


class Lost(Exception):
    """What was told does not suffice: all must be read."""


@dataclass(slots=True)
class Reach:
    """`units` are to be read, those with a set only for parts of these kinds; `made` of them are new, `gone` no more.

    `classes` are the catalogs of other objects that were touched; `renamed` are objects that others may name in
    another way now.
    """

    units: dict[Unit, frozenset[str] | None] = field(default_factory=dict)
    made: set[Unit] = field(default_factory=set)
    gone: set[Unit] = field(default_factory=set)
    classes: set[int] = field(default_factory=set)
    renamed: set[Address] = field(default_factory=set)

    def add(self, unit: Unit, kinds: frozenset[str] | None) -> None:
        """Read a unit, for parts of these kinds or of all."""
        mine = self.units.get(unit, frozenset())
        self.units[unit] = None if kinds is None or mine is None else mine | kinds


def reach_of(
    told: Told, before: Known, owners: Mapping[Address, Unit], find: Callable[[Iterable[Address]], Iterable[Address]]
) -> Reach:
    """What a step has reached at first hand.

    `owners` tells of what the known objects are parts, `find` asks the server of what others are. Raises Lost.
    """
    reach = Reach()
    unknown: set[Address] = set()
    for dropped in told.dropped:
        address = dropped.classid, dropped.oid
        if dropped.classid in UNITS:
            if dropped.sub:
                if address in before.units:
                    reach.add(address, None)
                elif address not in told.made:
                    unknown.add(address)
            elif address in before.units:
                reach.gone.add(address)
            elif address in owners:
                reach.add(owners[address], None)
        elif dropped.classid not in _PARTS:
            reach.classes.add(dropped.classid)
        elif address in owners:
            reach.add(owners[address], None)
        elif dropped.classid == _CONSTRAINT and not dropped.named:
            # Keys are made anew unseen when what they refer to changes its type.
            raise Lost
    for address, commands in told.made.items():
        if address[0] in UNITS:
            _reach_unit(reach, address, commands, before, owners, unknown)
        elif address[0] not in _PARTS:
            reach.classes.add(address[0])
            if not all(command.startswith(_UNSEEN) for command in commands):
                reach.renamed.add(address)
        elif address in owners:
            reach.add(owners[address], None)
        else:
            unknown.add(address)
    if unknown:
        for found in find(unknown):
            reach.add(found, None)
            if found[0] == TYPE:
                reach.renamed.add(found)
    for unit in reach.gone:
        reach.units.pop(unit, None)
    return reach


def never_made_by(commands: frozenset[str], moved: Collection[str]) -> frozenset[str]:
    """The kinds of which something that was made by these commands has no parts; `moved` as in `Touched`."""
    if "CREATE TABLE" not in commands:
        return frozenset()
    missing = {kind for kind, command in _MADE_BY.items() if command not in commands}
    return _OTHER_RELATIONS | (missing - {"trigger"} if "pg_inherits" in moved else missing)


def _reach_unit(
    reach: Reach,
    unit: Unit,
    commands: frozenset[str],
    before: Known,
    owners: Mapping[Address, Unit],
    unknown: set[Address],
) -> None:
    owner = owners.get(unit, unit)
    if owner != unit:
        reach.add(owner, None)
    if unit in before.units:
        narrow = [_NARROW.get(command) for command in commands]
        reach.add(unit, None if None in narrow else frozenset().union(*(kinds for kinds in narrow if kinds)))
        if unit[0] == TYPE and not all(command.startswith(_UNSEEN) for command in commands):
            reach.renamed.add(unit)
    elif creates(commands):
        reach.add(unit, None)
        reach.made.add(unit)
    elif owner == unit:
        unknown.add(unit)
