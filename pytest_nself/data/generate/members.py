"""What takes part in a row: columns by themselves, joint values, slots. Each can be spread over a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from pytest_nself.data.strategies.kinds import Kind
from pytest_nself.data.strategies.stream import BLOCK, Drawn, Values, chosen, random_of, rows_of, sprinkled

from .parents import scattered

REJECTED = -1
"""In place of what is left of a row's number: the row is left out."""


class Member(Protocol):
    """Columns whose values are chosen together."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Whose values they are."""

    def block(self, number: int) -> tuple[Sequence[Values], Sequence[int] | None]:
        """One list for each column; and REJECTED at rows that are to be left out (None: at none)."""

    def spread(self, number: int, left: Sequence[int], seen: Sequence[int]) -> Spread:
        """Take a digit off each of the numbers in `left`, so that different numbers give different values.

        `seen` stands for the digits taken before it: values may be shifted by whatever depends on those alone.
        """


@dataclass(frozen=True, slots=True)
class Spread:
    """Values by column; what is left of the numbers; what stands for all digits so far."""

    values: Sequence[Values]
    left: Sequence[int]
    seen: Sequence[int]


@dataclass(frozen=True, slots=True)
class Single:
    """A column by itself. `apart`: no two rows are alike. `nulls` is the share of rows that have none."""

    column: str
    kind: Kind
    key: str
    apart: bool = False
    nulls: float = 0.0

    @property
    def columns(self) -> tuple[str, ...]:
        """See Member."""
        return (self.column,)

    def block(self, number: int) -> tuple[Sequence[Values], Sequence[int] | None]:
        """See Member."""
        random, rows = random_of(self.key, number), rows_of(number)
        if self.apart and rows.stop > self.kind.room:
            return self._last(random, rows)
        values = self.kind.distinct(random, rows) if self.apart else self.kind.draw(random, rows)
        if self.nulls:
            values = sprinkled(self.key, number, values, self.nulls)
        return [values], None

    def _last(self, random: Random, rows: range) -> tuple[Sequence[Values], Sequence[int]]:
        """The block in which the different values come to an end."""
        room = max(rows.start, self.kind.room)
        values = list(self.kind.distinct(random, range(rows.start, room)))
        missing = rows.stop - room
        return [values + [None] * missing], [0] * len(values) + [REJECTED] * missing

    def spread(self, number: int, left: Sequence[int], seen: Sequence[int]) -> Spread:
        """See Member."""
        room, nth = self.kind.room, self.kind.nth
        digits = [(one + scattered(before)) % room if one >= 0 else 0 for one, before in zip(left, seen, strict=True)]
        after = [before * 31 + digit for before, digit in zip(seen, digits, strict=True)]
        return Spread([[nth(digit) for digit in digits]], [one // room for one in left], after)


@dataclass(frozen=True, slots=True)
class Strand:
    """A column whose strategy stands already, as do times that follow each other in a row."""

    column: str
    strategy: Drawn

    @property
    def columns(self) -> tuple[str, ...]:
        """See Member."""
        return (self.column,)

    def block(self, number: int) -> tuple[Sequence[Values], None]:
        """See Member."""
        return [self.strategy.block(number)], None

    def spread(self, number: int, left: Sequence[int], seen: Sequence[int]) -> Spread:
        """It takes no digit: what is left stays."""
        return Spread([self.strategy.block(number)], left, seen)


@dataclass(frozen=True, slots=True)
class Joint:
    """Columns that have one of a few joint values. `apart`: each row the next one, as long as there are some."""

    columns: tuple[str, ...]
    tuples: Sequence[tuple[str | None, ...]]
    key: str
    apart: bool = False

    def block(self, number: int) -> tuple[Sequence[Values], Sequence[int] | None]:
        """See Member."""
        rows = rows_of(number)
        if self.apart:
            known = len(self.tuples)
            given = [self.tuples[min(row, known - 1)] for row in rows]
            kept = None if rows.stop <= known else [0 if row < known else REJECTED for row in rows]
            return list(zip(*given, strict=True)), kept
        drawn = chosen(random_of(self.key, number), self.tuples, len(rows))
        return list(zip(*drawn, strict=True)), None

    def spread(self, number: int, left: Sequence[int], seen: Sequence[int]) -> Spread:
        """See Member."""
        room = len(self.tuples)
        digits = [(one + scattered(before)) % room if one >= 0 else 0 for one, before in zip(left, seen, strict=True)]
        after = [before * 31 + digit for before, digit in zip(seen, digits, strict=True)]
        values = list(zip(*(self.tuples[digit] for digit in digits), strict=True))
        return Spread(values, [one // room for one in left], after)


class Slot(Protocol):
    """Values of which no two exclude each other, by row, for rows below `room`."""

    @property
    def room(self) -> int:
        """How many rows have one."""

    def at(self, row: int) -> tuple[str | None, ...]:
        """The values of a row."""


@dataclass(frozen=True, slots=True)
class Slotted:
    """Columns that an exclusion constraint is about: each row has a slot of its own, after those that are taken."""

    columns: tuple[str, ...]
    slots: Slot
    taken: int = 0

    def block(self, number: int) -> tuple[Sequence[Values], Sequence[int] | None]:
        """See Member."""
        rows = range(self.taken + number * BLOCK, self.taken + (number + 1) * BLOCK)
        last = self.slots.room - 1
        values = [self.slots.at(min(row, last)) for row in rows]
        kept = [0 if row <= last else REJECTED for row in rows] if rows.stop - 1 > last else None
        return list(zip(*values, strict=True)), kept

    def spread(self, number: int, left: Sequence[int], seen: Sequence[int]) -> Spread:
        """It takes no digit: what is left stays."""
        return Spread(self.block(number)[0], left, seen)


@dataclass(frozen=True, slots=True)
class Chain:
    """Members that make up a key: the row's number is spread over them, digit by digit."""

    members: tuple[Member, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """See Member."""
        return tuple(column for member in self.members for column in member.columns)

    def block(self, number: int) -> tuple[Sequence[Values], Sequence[int] | None]:
        """See Member."""
        left: Sequence[int] = rows_of(number)
        seen: Sequence[int] = [REJECTED] * len(left)
        values: list[Values] = []
        for member in self.members:
            spread = member.spread(number, left, seen)
            values += spread.values
            left, seen = spread.left, spread.seen
        kept = [REJECTED if one else 0 for one in left] if any(left) else None
        return values, kept

    def spread(self, number: int, left: Sequence[int], seen: Sequence[int]) -> Spread:
        """A chain is never part of another one."""
        raise AssertionError(self)
