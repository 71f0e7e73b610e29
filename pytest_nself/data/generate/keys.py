"""How keys stay unique: which columns never repeat, over which a row's number is spread, and which are looked after.

Decided without the number of rows, so that a row does not change when more of them are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pytest_nself.core.names import NAME_PATTERN
from pytest_nself.data.shape.model import Exclusion, Key, Table

ROOMY = 5_000
"""A column with room for so many different values needs no help of others to be unique."""

OVERLAPS = ("&&", "~=", "@>", "<@", "-|-")
"""Operators that hold between values only where they touch each other."""

_FOLDING = re.compile(
    r"(?i)^\(*(?:pg_catalog\.)?(?:lower|upper|btrim|trim|md5)\(+(?P<name>\"[^\"]+\"|\w+)\)*(?:::\w+(?: varying)?\)*)*$"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """Columns whose values are chosen together. `kind` is `column`, `links`, `own` (links onto their table), `joint`
    or `slots`, `room` what it gives.

    `leading` are the columns that tell its choices apart. `rank` orders those that may be made unique: lower first.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    leading: frozenset[str]
    room: int
    rank: int = 0


@dataclass(slots=True)
class Decisions:
    """`apart`: units of which no two rows are alike; `chains`: units that together make a key; `watched` and
    `excluding`: keys and exclusions of which that is not sure, so that each row is looked at."""

    apart: set[str] = field(default_factory=set)
    chains: list[tuple[str, ...]] = field(default_factory=list)
    watched: list[Key] = field(default_factory=list)
    excluding: list[Exclusion] = field(default_factory=list)

    @property
    def chained(self) -> set[str]:
        """The units of all chains."""
        return {name for chain in self.chains for name in chain}


def decide(table: Table, units: Sequence[Unit], given: Collection[str]) -> Decisions:
    """How each key is kept. `given` are columns that the server fills by itself: a key with one of them is its own."""
    by_column = {column: unit for unit in units for column in unit.columns}
    decisions = Decisions({unit.name for unit in units if unit.kind == "slots"})
    keys = sorted(table.keys, key=lambda key: (len(_spoken(key, table)), not key.primary, key.predicate is not None))
    for key in keys:
        columns = _spoken(key, table)
        if not columns:
            decisions.watched.append(key)
            continue
        if any(column in given for column in columns):
            continue
        if not _decide_one(key, columns, by_column, decisions):
            decisions.watched.append(key)
    for exclusion in table.exclusions:
        if not _decide_exclusion(exclusion, table, by_column, decisions):
            decisions.excluding.append(exclusion)
    return decisions


def _decide_exclusion(exclusion: Exclusion, table: Table, by_column: Mapping[str, Unit], decisions: Decisions) -> bool:
    """Decide for one exclusion, as if it were a key: values that are made unique do not overlap either."""
    plain = [
        name
        for name, operator in zip(exclusion.columns, exclusion.operators, strict=False)
        if name is not None and name in by_column and operator in ("=", *OVERLAPS)
    ]
    if any(unit.name == exclusion.name for unit in by_column.values()):
        return True
    kinds = {name: by_column[name].kind for name in plain}
    roomy = [name for name in plain if kinds[name] == "column" and by_column[name].room >= ROOMY]
    if any(by_column[name].name in decisions.apart for name in roomy):
        return True
    if roomy:
        overlapping = [name for name, one in zip(exclusion.columns, exclusion.operators, strict=False) if one != "="]
        decisions.apart.add(next((name for name in roomy if name in overlapping), roomy[0]))
        return True
    if not plain or len(plain) < len(exclusion.columns):
        return False
    key = Key(exclusion.name, tuple(plain), tuple(plain), predicate=exclusion.predicate)
    return _decide_one(key, frozenset(plain), by_column, decisions) and set(exclusion.operators) == {"="}


def _decide_one(key: Key, columns: frozenset[str], by_column: Mapping[str, Unit], decisions: Decisions) -> bool:
    """Decide for one key; whether it is sure."""
    units = {by_column[column].name: by_column[column] for column in sorted(columns) if column in by_column}
    sure = sure_columns(key, columns)
    for unit in units.values():
        if unit.name in decisions.apart and unit.leading <= sure:
            return True
    free = [unit for unit in units.values() if unit.name not in decisions.apart | decisions.chained]
    roomy = [one for one in free if one.kind == "column" and one.room >= ROOMY and one.leading <= columns]
    if roomy:
        chosen = min(roomy, key=lambda one: (one.rank, one.columns))
        decisions.apart.add(chosen.name)
        return chosen.leading <= sure
    if key.predicate is not None or not free:
        return False
    if len(units) == 1:
        (only,) = units.values()
        decisions.apart.add(only.name)
        return only.leading <= sure
    if len(free) < len(units) or any(one.kind == "own" for one in free):
        # A unit of another key cannot be spread once more, nor rows over rows of their own table that come first; the
        # others are as they come, and each row is looked at.
        return False
    order = sorted(free, key=lambda one: (one.kind != "links", one.kind != "joint", one.columns))
    decisions.chains.append(tuple(one.name for one in order))
    return all(set(one.columns if one.kind == "links" else one.leading) <= sure for one in order)


def _spoken(key: Key, table: Table) -> frozenset[str]:
    """The columns that take part, those inside expressions too, but not those of the predicate."""
    found = {name for name in key.columns if name is not None}
    names = {column.name: column for column in table.columns}
    for part in [text for name, text in zip(key.columns, key.expressions, strict=False) if name is None]:
        found |= {name for name in names_in(part) if name in names}
    for name in list(found):
        if (column := names.get(name)) is not None and column.generated and column.computed:
            found |= {one for one in names_in(column.computed) if one in names} - {name}
            found.discard(name)
    return frozenset(found)


def sure_columns(key: Key, spoken: frozenset[str]) -> frozenset[str]:
    """The columns of which different values make different keys: plain ones, and those merely folded."""
    found = {name for name in key.columns if name is not None and name in spoken}
    for name, text in zip(key.columns, key.expressions, strict=False):
        if name is None and (match := _FOLDING.match(text)) is not None:
            found.add(match["name"].strip('"').replace('""', '"'))
    return frozenset(found)


def names_in(text: str) -> list[str]:
    """What looks like a name in an expression, string literals left aside."""
    bare = re.sub(r"[^\w\"]+", " ", _without_literals(text))
    found = re.findall(NAME_PATTERN + r"|\w+", bare)
    return [one[1:-1].replace('""', '"') if one.startswith('"') else one for one in found]


def is_about_row(text: str) -> bool:
    """Whether an expression speaks of the row as a whole (`t.*`)."""
    return ".*" in _without_literals(text)


def _without_literals(text: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", "''", text)
