"""What a type can give: values at random, and values of which no two are alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from .stream import Draw, Values, below, chosen

Numbered: TypeAlias = Callable[[int], str]
"""The value of a number; other numbers below `room` give other values."""

ENDLESS = 1 << 62
_TABLE = 1 << 10
"""So few values are made once and chosen from."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column's type (or its meaning) gives.

    `draw` gives values at random. `nth` gives different values for all numbers from 0 to `room` - 1; room is 0 where
    none can be told apart. `apart` gives a block in which, and between which, no two values are alike, for rows below
    `room`; None where that is `nth` of each row. `steady`: it is the same as `nth` in any case.
    """

    draw: Draw
    nth: Numbered = str
    room: int = 0
    apart: Draw | None = None
    steady: bool = False

    def distinct(self, random: Random, rows: range) -> Values:
        """A block of values that are all different; its rows must lie below `room`."""
        if self.apart is not None:
            return self.apart(random, rows)
        nth = self.nth
        return [nth(row) for row in rows]


def listed(values: Sequence[str]) -> Kind:
    """One of a few values, each as often as the other."""
    known = list(dict.fromkeys(values))
    return Kind(lambda random, rows: chosen(random, known, len(rows)), known.__getitem__, len(known), steady=True)


def numbered(nth: Numbered, room: int, usual: int = 10_000) -> Kind:
    """Values that a number stands for; at random, those of the first `usual` numbers."""
    span = max(1, min(room, usual))
    known: list[str] = []

    def draw(random: Random, rows: range) -> Values:
        if span > _TABLE:
            return [nth(one) for one in below(random, span, len(rows))]
        if not known:
            known.extend(nth(number) for number in range(span))
        return chosen(random, known, len(rows))

    return Kind(draw, nth, room, steady=True)


def mapped(kind: Kind, make: Callable[[str], str]) -> Kind:
    """Each value made into another; different ones must stay different."""

    def draw(random: Random, rows: range) -> Values:
        return [None if one is None else make(one) for one in kind.draw(random, rows)]

    def apart(random: Random, rows: range) -> Values:
        return [None if one is None else make(one) for one in kind.distinct(random, rows)]

    return Kind(draw, lambda number: make(kind.nth(number)), kind.room, apart)


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def shifted(kind: Kind, by: int) -> Kind:
    """The same, begun after the first `by` numbers: those are taken."""
    if not by:
        return kind
    nth = kind.nth

    def apart(random: Random, rows: range) -> Values:
        return kind.distinct(random, range(rows.start + by, rows.stop + by))

    return Kind(kind.draw, lambda number: nth(number + by), max(0, kind.room - by), apart, kind.steady)


def base36(number: int, width: int = 0) -> str:
    """A number in digits and small letters, filled up with zeros."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text.rjust(width, "0")
