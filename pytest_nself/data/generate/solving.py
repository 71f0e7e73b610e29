"""What the solver finds for the checks that a table's own values do not pass, made ready to draw rows from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.data.pools import Pool
from pytest_nself.data.shape.model import Column, Exclusion, Shape, Table
from pytest_nself.data.strategies.candidates import candidates_of
from pytest_nself.data.strategies.stream import random_of

from .columns import Making
from .judge import Rule
from .links import Links
from .members import Joint

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.data.solve.slots import Slots
    from pytest_nself.data.solve.solution import Solution, Unsolved
    from pytest_nself.data.solve.solving import Domains

_POOL = 400
_MOST = 3000


@dataclass(frozen=True, slots=True)
class JointValues:
    """A pool made ready.

    `first` tells how many of the tuples were found at first, `leading` the columns of a unique key (all if in none).
    """

    key: str
    columns: tuple[str, ...]
    tuples: tuple[tuple[str | None, ...], ...]
    first: int
    leading: frozenset[str]

    def joint(self, apart: bool, chained: bool = False) -> Joint:
        """To draw from. `apart`, `chained`: no two have the same values in the leading columns.

        Only rows that are all different go on to what was found later: how the others are drawn depends on how many
        there are to draw from, and that shall not change with the number of rows.
        """
        if not apart and not chained:
            return Joint(self.columns, self.tuples[: self.first], self.key)
        places = [at for at, column in enumerate(self.columns) if column in self.leading]
        found: dict[tuple[str | None, ...], tuple[str | None, ...]] = {}
        for one in self.tuples if apart else self.tuples[: self.first]:
            found.setdefault(tuple(one[at] for at in places), one)
        return Joint(self.columns, tuple(found.values()), self.key, apart)


@dataclass(frozen=True, slots=True)
class Solved:
    """`joints` are drawn from as they are; `patterns` say of keys only whether they are null.

    `columns` are those of the joint values that are no keys. `hopeless` is a check for which nothing was found.
    """

    joints: tuple[JointValues, ...] = ()
    patterns: tuple[JointValues, ...] = ()
    columns: frozenset[str] = frozenset()
    acceptance: Mapping[str, float] | None = None
    unsolved: tuple[Unsolved, ...] = ()
    hopeless: str = ""
    solution: Solution | None = None


def solve_rules(
    connection: psycopg.Connection[Any],
    shape: Shape,
    table: Table,
    rules: Sequence[Rule],
    *,
    links: Sequence[Links],
    makings: Mapping[str, Making],
    key: str,
    wanted: int,
    given: Mapping[str, Sequence[str | None]],
    domains: Domains,
) -> Solved:
    """Ask the solver about the columns of these rules. `given` are columns that shall have these values, no others."""
    from pytest_nself.data.solve.solving import solve

    hard = {column for rule in rules for column in rule.columns}
    bound = _bound(links)
    unique = {column for one in table.keys for column in one.columns if column in hard and column not in bound}
    fixed = {**bound, **given}

    def ask(most: int) -> Solution:
        candidates = {
            column.name: fixed[column.name] if column.name in fixed else _tries(column, table, makings, unique, most)
            for column in table.columns
            if not column.generated
        }
        return solve(connection, shape, table, candidates, fixed=frozenset(fixed), wanted=most, domains=domains)

    solution = ask(_POOL)
    pools = [one for one in solution.pools if hard & set(one.columns)]
    if wanted > _POOL and any(unique & set(one.columns) and len(one.tuples) >= _POOL // 2 for one in pools):
        # Those that were found first stay the first: fewer rows are the beginning of more.
        pools = [_longer(one, ask(min(_MOST, wanted)).pools) for one in pools]
    joints: list[JointValues] = []
    patterns: list[JointValues] = []
    hopeless = ""
    for pool in pools:
        kept = [name for name in pool.columns if _is_kept(name, makings, hard, bound)]
        if not kept:
            continue
        ready = _ready(pool, kept, table, key)
        if not ready.tuples:
            hopeless = hopeless or next(rule.name for rule in rules if rule.columns & set(pool.columns))
        elif bound.keys() & set(kept):
            patterns.append(ready)
        else:
            joints.append(ready)
    unsolved = tuple(one for one in solution.unsolved if hard & set(one.columns))
    pooled = {name for pool in solution.pools for name in pool.columns}
    for one in unsolved:
        if not one.left_null and not pooled & set(one.columns):
            hopeless = hopeless or one.constraint
    columns = frozenset(name for one in (*joints, *patterns) for name in one.columns if name not in bound)
    return Solved(tuple(joints), tuple(patterns), columns, solution.acceptance, unsolved, hopeless, solution)


def find_slots(
    connection: psycopg.Connection[Any], shape: Shape, table: Table, exclusions: Sequence[Exclusion], solved: Solved
) -> dict[str, Slots]:
    """By the name of the exclusion: values of which no two exclude each other."""
    from pytest_nself.data.solve.slots import slots_of
    from pytest_nself.data.solve.solution import Solution

    found = {}
    for exclusion in exclusions:
        slots = slots_of(connection, shape, table, exclusion, solved.solution or Solution())
        if slots is not None and slots.room:
            found[exclusion.name] = slots
    return found


def _longer(pool: Pool, others: Sequence[Pool]) -> Pool:
    more = next((one for one in others if one.columns == pool.columns), pool)
    return Pool(pool.columns, tuple(dict.fromkeys([*pool.tuples, *more.tuples])))


def _bound(links: Sequence[Links]) -> dict[str, list[str | None]]:
    """By column of a foreign key: a few values that are there, and null where it is allowed."""
    found: dict[str, list[str | None]] = {}
    for group in links:
        for link in group.links:
            for column, target in zip(link.columns, link.targets, strict=True):
                texts = link.parents.texts(target) if link.parents.count else None
                some = [] if texts is None or link.own else [texts(at) for at in range(min(3, link.parents.count))]
                if link.own:
                    some = ["1", "2"]
                values: list[str | None] = list(dict.fromkeys(one for one in some if one is not None))
                found.setdefault(column, [*values, *([None] if column in link.nullable else [])])
    return found


def _tries(
    column: Column, table: Table, makings: Mapping[str, Making], unique: Collection[str], wanted: int
) -> list[str | None]:
    """Values to try: the usual ones, and as many different ones as there are rows where they must differ."""
    tries = list(candidates_of(column, table))
    making = makings.get(column.name)
    if making is None or column.name not in unique:
        return tries
    more = making.apart.distinct(random_of("tries", 0), range(min(wanted, _MOST, making.apart.room)))
    return list(dict.fromkeys([*tries[:12], *more, *tries[12:]]))


def _is_kept(name: str, makings: Mapping[str, Making], hard: Collection[str], bound: Collection[str]) -> bool:
    making = makings.get(name)
    if making is not None and making.counts:
        return False
    return name in hard or name not in bound


def _ready(pool: Pool, kept: Sequence[str], table: Table, key: str) -> JointValues:
    places = [pool.columns.index(name) for name in kept]
    tuples = tuple(dict.fromkeys(tuple(one[at] for at in places) for one in pool.tuples))
    keys = [set(kept) & set(one.columns) for one in sorted(table.keys, key=lambda one: len(one.columns))]
    leading = next((one for one in keys if one), set(kept))
    return JointValues(
        f"{key}{','.join(kept)}", tuple(kept), tuples, min(_POOL, len(tuples)), frozenset(one for one in leading if one)
    )
