"""Values of which no two exclude each other: one for each row, by its number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_nself.data.pools import Pool
from pytest_nself.data.shape.model import Column, Exclusion, Shape, Table, TypeKind
from pytest_nself.data.strategies.types import kind_of

from .asking import Judge, NoQuestion, asking
from .groups import Group, base_columns, groups_of
from .moments import Line, line_of
from .solution import Solution, Values

if TYPE_CHECKING:
    import psycopg

_SHOWN = 24
"""How many neighbouring slots are compared with each other."""
_FAR = (100, 300, 1000, 3000, 10_000, 30_000, 100_000, 1_000_000)
_BASES = 12
_DAY = 86_400
_BOUNDS = re.compile(r'^([\[(])"?([^",]+)"?,"?([^",]+)"?([\])])$')


@dataclass(frozen=True, slots=True)
class Slots:
    """Values for these columns, by row: rows 0 to `room` - 1 never exclude each other, whatever the others are."""

    exclusion: str
    columns: tuple[str, ...]
    room: int
    _at: Callable[[int], Values] = field(repr=False)

    def at(self, row: int) -> Values:
        """The values of a row below `room`."""
        return self._at(row)


def slots_of(
    connection: psycopg.Connection[Any], shape: Shape, table: Table, exclusion: Exclusion, solution: Solution
) -> Slots | None:
    """Slots for an exclusion constraint (or a key without overlaps); None where none were found.

    They fulfil the checks that speak of their columns: a joint value of the solution's pool is moved along, further
    and further; where that cannot be, those of the pool are taken that do not exclude each other. Where an `=` is
    part of the constraint, rows may share a slot if they differ there.
    """
    elements = list(zip(exclusion.columns, exclusion.expressions, exclusion.operators, strict=True))
    # What is only equal is mostly a key onto another table, so that the rest has to differ.
    for name, expression, operator in sorted(elements, key=lambda one: one[2] == "="):
        columns = (name,) if name is not None else base_columns(table, expression)
        pool = next((one for one in solution.pools if set(columns) <= set(one.columns)), None)
        with asking(connection):
            finder = _Finder(Judge(connection, table), shape, table, exclusion.name, expression, operator)
            try:
                found = finder.find(columns, pool)
            except NoQuestion:
                continue
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class _Finder:
    judge: Judge
    shape: Shape
    table: Table
    name: str
    expression: str
    operator: str

    def find(self, columns: Sequence[str], pool: Pool | None) -> Slots | None:
        if pool is None:
            column = self.table.column(columns[0])
            kind = None if column is None or len(columns) > 1 else kind_of(column.type)
            if kind is None or not kind.room:
                return None
            numbered = partial(_alone, kind.nth)
            room = self._room(tuple(columns), numbered, None, kind.room)
            return Slots(self.name, tuple(columns), room, numbered) if room else self._constant(columns, kind.nth(0))
        group = next(one for one in groups_of(self.shape, self.table) if set(columns) <= set(one.columns))
        full = [one for one in pool.tuples if None not in one]
        best: Slots | None = None
        for family in self._moved(pool.columns, columns, full[:_BASES]):
            room = self._room(pool.columns, family, group, _FAR[-1])
            if room > (0 if best is None else best.room):
                best = Slots(self.name, pool.columns, room, family)
            if room == _FAR[-1]:
                break
        apart = self._apart(pool.columns, full)
        if len(apart) > (0 if best is None else best.room):
            return Slots(self.name, pool.columns, len(apart), apart.__getitem__)
        return best

    def _constant(self, columns: Sequence[str], value: str) -> Slots | None:
        """One value for all rows: what excludes only others."""
        if self.judge.conflicts(columns, [(value,), (value,)], self.expression, self.operator):
            return None
        return Slots(self.name, tuple(columns), _FAR[-1], lambda _: (value,))

    def _moved(
        self, all_: Sequence[str], columns: Sequence[str], bases: Sequence[Values]
    ) -> Iterator[Callable[[int], Values]]:
        places = {name: all_.index(name) for name in columns}
        for base in bases:
            movers = {}
            spans: list[tuple[Decimal, Line]] = []
            for name, at in places.items():
                column = self.table.column(name)
                mover = _mover(column, base[at]) if column is not None else None
                if mover is not None:
                    movers[at] = mover
                    spans.append((mover.width, mover.line))
            if not movers:
                return
            starts = [place for mover in movers.values() for place in (mover.low, mover.low + mover.width)]
            span = max(starts) - min(starts)
            for distance in _distances(span, spans[0][1]):
                yield partial(_shifted, base, movers, distance)

    def _room(self, columns: tuple[str, ...], family: Callable[[int], Values], group: Group | None, most: int) -> int:
        """How many rows have a slot that fulfils the conditions and excludes none of its neighbours."""
        near = [family(row) for row in range(_SHOWN)]
        if not self._holds(columns, near, group):
            return 0
        room = _SHOWN
        if self.judge.conflicts(columns, near, self.expression, self.operator):
            return 0
        for far in _FAR:
            last = min(far, most) - 1
            tuples = [family(row) for row in (room, (room + last) // 2, last)] if last > room else []
            if not tuples or not self._holds(columns, tuples, group):
                break
            if self.judge.conflicts(columns, [*near[:1], *tuples], self.expression, self.operator):
                break
            room = last + 1
        return room

    def _holds(self, columns: tuple[str, ...], tuples: Sequence[Values], group: Group | None) -> bool:
        conditions = [] if group is None else [one.text for one in group.conditions]
        if group is not None and group.leaves:
            conditions.append("(" + " or ".join(one.text for one in group.leaves) + ")")
        for at, name in enumerate(columns):
            column = self.table.column(name)
            values = [one[at] or "" for one in tuples if one[at] is not None]
            if column is None or len(self.judge.takes(column.type, values)) < len(set(values)):
                return False
        said = self.judge.verdicts(columns, tuples, conditions)
        return all(one is not None and "0" not in one for one in said)

    def _apart(self, columns: Sequence[str], tuples: Sequence[Values]) -> list[Values]:
        """Those of the tuples that do not exclude each other, the first ones rather than later ones."""
        pairs = self.judge.conflicts(columns, tuples, self.expression, self.operator)
        if tuples and not self.judge.conflicts(columns, [tuples[0], tuples[0]], self.expression, self.operator):
            # Equal ones do not exclude each other: as many as are wanted may be alike.
            return [tuples[0]] * _FAR[3]
        taken: list[int] = []
        for at in range(len(tuples)):
            if not any((other, at) in pairs for other in taken):
                taken.append(at)
        return [tuples[at] for at in taken]


@dataclass(frozen=True, slots=True)
class _Mover:
    """A value on a line, or a range of such; `at` says it moved by some distance."""

    line: Line
    low: Decimal
    width: Decimal
    marks: tuple[str, str] | None = None

    def moved(self, distance: Decimal) -> str | None:
        low = self.line.at(self.low + distance)
        if self.marks is None or low is None:
            return low
        high = self.line.at(self.low + self.width + distance)
        return None if high is None else f'{self.marks[0]}"{low}","{high}"{self.marks[1]}'


def _mover(column: Column, value: str | None) -> _Mover | None:
    plain = column.type.plain
    if value is None:
        return None
    if plain.kind is TypeKind.RANGE and plain.inner is not None and (line := line_of(plain.inner)) is not None:
        bounds = _BOUNDS.match(value)
        if bounds is None:
            return None
        low, high = line.place(bounds[2]), line.place(bounds[3])
        if low is None or high is None:
            return None
        return _Mover(line, low, high - low, (bounds[1], bounds[4]))
    line = line_of(plain)
    place = None if line is None else line.place(value)
    return None if line is None or place is None else _Mover(line, place, Decimal(0))


def _distances(span: Decimal, line: Line) -> Iterator[Decimal]:
    """How far from each other slots may lie: whole days first, where it is about time."""
    unit = Decimal(_DAY) if line.step == 60 else line.step
    yield (span // unit + 1) * unit
    yield (span // line.step + 2) * line.step
    yield span + line.step
    if line.step == 60:
        yield (span // (7 * _DAY) + 1) * 7 * _DAY


def _shifted(base: Values, movers: dict[int, _Mover], distance: Decimal, row: int) -> Values:
    return tuple(movers[at].moved(distance * row) if at in movers else value for at, value in enumerate(base))


def _alone(nth: Callable[[int], str], row: int) -> Values:
    return (nth(row),)
