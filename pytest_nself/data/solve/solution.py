"""What solving the checks of a table brings: joint values, and what was not found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Values = tuple[str | None, ...]
"""A joint value: one server text per column, None is null."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Joint values that fulfil all checks which speak of these columns together.

    The first ones are the nicest, and differ from each other in as many columns as there is room for.
    """

    columns: tuple[str, ...]
    tuples: tuple[Values, ...]


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
