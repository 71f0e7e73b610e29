"""Rows that others refer to, and how it is chosen which one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol, TypeAlias

from pytest_nself.data.strategies.stream import below

Pick: TypeAlias = Callable[[Random, range, int], list[int]]
"""For each row of a range the number of the one it refers to, below the given count.

It is never greater than the row's own number: so it is the same however many rows there are in the end, a row refers
to one that is there already, and rows of one table that refer to each other form no endless chain.
"""

Texts: TypeAlias = Callable[[int], "str | None"]


class Parents(Protocol):
    """Rows that can be referred to, numbered from 0."""

    @property
    def count(self) -> int:
        """How many there are."""

    def texts(self, column: str) -> Texts:
        """The value of a column by the row's number."""


@dataclass(frozen=True, slots=True)
class There:
    """Rows that are in the table already, or were given: by column their values."""

    count: int
    columns: Mapping[str, Sequence[str | None]]

    def texts(self, column: str) -> Texts:
        """See Parents."""
        return self.columns[column].__getitem__


def uniform(random: Random, rows: range, count: int) -> list[int]:
    """Any of those that are there by then."""
    if rows.start >= count:
        return below(random, count, len(rows))
    once = random.random
    return [int(once() * min(row + 1, count)) for row in rows]


def zipf(random: Random, rows: range, count: int) -> list[int]:
    """A few of them again and again: the number's logarithm is drawn evenly."""
    once = random.random
    return [int(min(row + 1, count) ** once()) - 1 if row else 0 for row in rows]


def each(random: Random, rows: range, count: int) -> list[int]:
    """Each of them at least once, then any."""
    drawn = uniform(random, rows, count)
    return [row if row < count else one for row, one in zip(rows, drawn, strict=True)]


DISTRIBUTIONS: Mapping[str, Pick] = {"uniform": uniform, "zipf": zipf, "each": each}


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows by their values in some columns, each group in the rows' order; made when first asked."""

    parents: Parents
    columns: tuple[str, ...]
    _found: dict[tuple[str | None, ...], list[int]] = field(default_factory=dict)

    def of(self, values: tuple[str | None, ...]) -> Sequence[int]:
        """The numbers of the rows that have these values."""
        if not self._found:
            texts = [self.parents.texts(column) for column in self.columns]
            for row in range(self.parents.count):
                self._found.setdefault(tuple(one(row) for one in texts), []).append(row)
        return self._found.get(values, ())


def scattered(number: int) -> int:
    """A large number that looks nothing like the one given; the same for the same one."""
    return (number + 1) * 0x9E3779B97F4A7C15 % (1 << 61) >> 13


@dataclass(frozen=True, slots=True)
class Some:
    """Some of the rows: those in these places."""

    parents: Parents
    places: Sequence[int]

    @property
    def count(self) -> int:
        """See Parents."""
        return len(self.places)

    def texts(self, column: str) -> Texts:
        """See Parents."""
        get, places = self.parents.texts(column), self.places
        return lambda row: get(places[row])
