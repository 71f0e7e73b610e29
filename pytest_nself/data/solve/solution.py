"""What solving the checks of a table brings: joint values, and what was not found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from pytest_nself.data.pools import Pool

Values = tuple[str | None, ...]
"""A joint value: one server text per column, None is null."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Unsolved:
    """Columns for which no value was found. `left_null`: null is allowed there and is what the pool has.

    `constraint` is the check that refused most of what was tried, `reason` a sentence for a person.
    """

    columns: tuple[str, ...]
    constraint: str
    reason: str
    left_null: bool


@dataclass(frozen=True, slots=True)
class Solution:
    """`acceptance` is, by constraint, the share of the tried values that it let through (0 to 1)."""

    pools: tuple[Pool, ...] = ()
    unsolved: tuple[Unsolved, ...] = ()
    acceptance: Mapping[str, float] = field(default_factory=dict)

    def pool_of(self, column: str) -> Pool | None:
        """The pool that has this column."""
        return next((pool for pool in self.pools if column in pool.columns), None)


def below(random: Random, number: int) -> int:
    """A number from 0 to `number` - 1, the same from the same source in every release of Python."""
    return int(random.random() * number)


def one_of(random: Random, choices: Sequence[_T]) -> _T:
    """One of the choices."""
    return choices[below(random, len(choices))]
