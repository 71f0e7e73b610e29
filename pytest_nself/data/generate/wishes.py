"""What somebody asks for: how many rows, which seed, and what a table or a column shall have instead of its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_nself.core.names import ObjectRef

ROWS = 100
"""Rows of a table for which nobody says how many."""


@dataclass(frozen=True, slots=True)
class TableWish:
    """What one table shall have.

    `rows` None: as many as any other. `references` says by constraint or column how rows are spread over those that
    they refer to; `values` gives a column's values, one of which each row gets (None is null).
    """

    rows: int | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the whole shall have. `tables` None: all of them."""

    rows: int = ROWS
    seed: int = 0
    tables: tuple[ObjectRef, ...] | None = None
    each: Mapping[ObjectRef, TableWish] = field(default_factory=dict)

    def of(self, ref: ObjectRef) -> TableWish:
        """What this table shall have."""
        return self.each.get(ref, _NOTHING)

    def rows_of(self, ref: ObjectRef) -> int:
        """How many rows this table shall have."""
        rows = self.of(ref).rows
        return self.rows if rows is None else rows


_NOTHING = TableWish()
