"""Times of a row that follow each other: created before it was updated, begun before it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import overload

from pytest_nself.data.shape.model import Column
from pytest_nself.data.strategies.meanings import is_rare, time_rank
from pytest_nself.data.strategies.stream import Drawn, Values, below, chosen, random_of, sprinkled

_DAYS = 730
_WINDOW = 10
"""Days that a row has for itself where the times of rows must not overlap."""
_FIRST = date(2022, 6, 1)
_MOST = (date(9000, 1, 1) - _FIRST).days // _WINDOW
TIMES = ("date", "timestamp", "timestamptz")


@dataclass(frozen=True, slots=True)
class _Times:
    """A column's times: those of the row's moment, and what is added by the column's rank."""

    key: str
    type: str
    nulls: float
    slots: int | None
    rank: int

    def __call__(self, random: Random, rows: range) -> Values:
        starts = self._starts(rows)
        rank = self.rank
        low, high = (0, 2) if rank == 0 else (3, 5) if rank == 1 else (6, 9)
        if self.type == "date":
            whole = range(low, high)
            days: Sequence[str] = _days() if self.slots is None else _Days()
            values = [days[start + add] for start, add in zip(starts, chosen(random, whole, len(rows)), strict=True)]
        else:
            values = self._instants(random, starts, low * 1440, (high - low) * 1440)
        return sprinkled(self.key, rows.start, values, self.nulls) if self.nulls else values

    def _starts(self, rows: range) -> list[int]:
        """The day of each row's moment, counted from the first."""
        if self.slots is not None:
            return [(row + self.slots) % _MOST * _WINDOW for row in rows]
        moments = random_of(f"{self.key.rpartition('/')[0]}/@moment", rows.start)
        return below(moments, _DAYS - _WINDOW, len(rows))

    def _instants(self, random: Random, starts: list[int], low: int, width: int) -> list[str]:
        """Minutes `low` to `low + width` after the row's day began, and any second."""
        minutes, seconds = _minutes(), _seconds("+00" if self.type == "timestamptz" else "")
        days: Sequence[str] = _days() if self.slots is None else _Days()
        added = below(random, width * 60, len(starts))
        return [
            days[start + (at := low + add // 60) // 1440] + minutes[at % 1440] + seconds[add % 60]
            for start, add in zip(starts, added, strict=True)
        ]


class _Days(Sequence[str]):
    """All days, however late."""

    def __len__(self) -> int:
        return (_MOST + 1) * _WINDOW

    @overload
    def __getitem__(self, number: int) -> str: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[str]: ...

    def __getitem__(self, number: int | slice) -> str | Sequence[str]:
        if isinstance(number, slice):
            return [_day(one) for one in range(*number.indices(len(self)))]
        return _day(number)


def is_time(column: Column) -> bool:
    """Whether the column has dates or instants."""
    plain = column.type.plain
    return plain.name in TIMES and plain.schema == "pg_catalog"


def times_of(
    column: Column, key: str, *, slots: int | None = None, never_null: bool = False, rank: int | None = None
) -> Drawn | None:
    """The strategy of a column of dates or instants; None for any other.

    `slots`: no two rows overlap, nor any with that many which are in the table. `rank` says which of a row's times
    come first (0) and last (2), where the column's name does not.
    """
    if not is_time(column):
        return None
    nulls = 0.0 if column.must or never_null or slots is not None else 0.9 if is_rare(column.name) else 0.1
    return Drawn(
        key, _Times(key, column.type.plain.name, nulls, slots, time_rank(column.name) if rank is None else rank)
    )


def _day(number: int) -> str:
    return (_FIRST + timedelta(days=number)).isoformat()


@cache
def _days() -> tuple[str, ...]:
    return tuple(_day(number) for number in range(_DAYS + _WINDOW))


@cache
def _minutes() -> tuple[str, ...]:
    return tuple(f" {minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))


@cache
def _seconds(zone: str) -> tuple[str, ...]:
    return tuple(f":{second:02d}{zone}" for second in range(60))
