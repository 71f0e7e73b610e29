"""The rows of one table: members put together, those left out that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.strategies.stream import BLOCK, Values

from .copying import copied
from .members import REJECTED, Member, Single
from .parents import Texts

_TRIES = 30
"""How many rows are looked at for one that is wanted, before the table counts as full."""
_IDLE = 24 * BLOCK
"""And how many in which none may stay."""
_PIECE = 256
"""Rows that are looked at together; a block is a multiple of it."""


class Filter(Protocol):
    """Says which rows may stay; asked once for each block, in order."""

    @property
    def name(self) -> str:
        """The constraint that it stands for."""

    def begin(self) -> None:
        """Forget the rows that were seen."""

    def keep(self, columns: Sequence[Values], kept: list[bool]) -> None:
        """Put False at the rows of this block that cannot stay beside those that were kept before."""


@dataclass(slots=True)
class Rows:
    """The rows of one table, numbered from 0, each made when it is asked for.

    `columns` are those that are written, `wanted` how many rows there should be and `limit` how many there can be at
    most, as far as is known. `count` is how many there are: fewer than wanted where no more valid ones were found.
    """

    ref: ObjectRef
    columns: tuple[str, ...]
    members: tuple[Member, ...]
    wanted: int
    filters: tuple[Filter, ...] = ()
    scans: bool = False
    count: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    _accepted: list[int] | None = None
    _kept: dict[str, dict[int, Values]] = field(default_factory=dict)
    _last: tuple[int, list[Values], Sequence[int] | None] | None = None

    def settle(self) -> None:
        """Find out which rows there are. Without this there are `wanted` ones."""
        self.count = self.wanted
        self._accepted = None
        if not self.scans and not self.filters:
            return
        for one in self.filters:
            one.begin()
        accepted: list[int] = []
        most = self.wanted * _TRIES + 8 * BLOCK
        looked, found_at = 0, 0
        while len(accepted) < self.wanted and looked < most and looked - found_at < _IDLE:
            found = self._settled(looked)
            looked += _PIECE
            if found:
                accepted += found
                found_at = looked
        accepted = accepted[: self.wanted]
        self.count = len(accepted)
        if accepted != list(range(len(accepted))):
            self._accepted = accepted

    def _settled(self, start: int) -> list[int]:
        """The rows of the next few that may stay."""
        first = start % BLOCK
        part = slice(first, first + _PIECE)
        whole, left = self.raw(start // BLOCK)
        columns = [one[part] for one in whole]
        kept = [True] * _PIECE if left is None else [one != REJECTED for one in left[part]]
        for one in self.filters:
            before = sum(kept)
            one.keep(columns, kept)
            if lost := before - sum(kept):
                self.refused[one.name] = self.refused.get(one.name, 0) + lost
        return [start + place for place, stays in enumerate(kept) if stays]

    def keep(self, rows: Sequence[int]) -> None:
        """Leave out all rows but these."""
        self._accepted = [self.place(row) for row in rows]
        self.count = len(self._accepted)

    def narrower(self, columns: tuple[str, ...]) -> Rows:
        """The same rows with fewer columns."""
        return replace(self, columns=columns, _last=None)

    def leave_out(self, columns: Collection[str]) -> None:
        """Leave some columns to the server: their defaults, or null."""
        self.columns = tuple(one for one in self.columns if one not in columns)
        self._last = None

    def forget(self) -> None:
        """Forget the values that were made so far: tables that they come from may have been decided since."""
        self._kept.clear()
        self._last = None

    def raw(self, number: int) -> tuple[list[Values], Sequence[int] | None]:
        """A block of rows, those included that are left out: the columns' values, and REJECTED at such rows."""
        if self._last is not None and self._last[0] == number:
            return self._last[1], self._last[2]
        values: dict[str, Values] = {}
        rejected: list[Sequence[int]] = []
        for member in self.members:
            given, left = member.block(number)
            values.update(zip(member.columns, given, strict=True))
            if left is not None:
                rejected.append(left)
        columns = [values[column] for column in self.columns]
        left = None
        if rejected:
            left = [REJECTED if REJECTED in each else 0 for each in zip(*rejected, strict=True)]
        self._last = (number, columns, left)
        return columns, left

    def place(self, row: int) -> int:
        """Where a row stands among those that were looked at."""
        return row if self._accepted is None else self._accepted[row]

    def texts(self, column: str) -> Texts:
        """See Parents."""
        member = self._member(column)
        if member is None:
            return _nothing
        known = self._accepted
        if isinstance(member, Single) and member.apart and not member.nulls and member.kind.steady:
            nth = member.kind.nth
            return nth if known is None else lambda row: nth(known[row])
        get = self._of(member, column)
        return get if known is None else lambda row: get(known[row])

    def raw_texts(self, column: str) -> Texts:
        """The same by the place among all rows, those included that are left out."""
        member = self._member(column)
        return _nothing if member is None else self._of(member, column)

    def _member(self, column: str) -> Member | None:
        """What makes the column; nothing in a table that stays empty, and where a column is left to the server."""
        return next((one for one in self.members if column in one.columns), None)

    def _of(self, member: Member, column: str) -> Callable[[int], str | None]:
        blocks = self._kept.setdefault(column, {})
        at = member.columns.index(column)

        def get(row: int) -> str | None:
            number = row // BLOCK
            block = blocks.get(number)
            if block is None:
                block = blocks[number] = member.block(number)[0][at]
            return block[row % BLOCK]

        return get

    def block(self, number: int) -> list[Values]:
        """A block of the rows that there are (the last one may be shorter), by column."""
        first, last = number * BLOCK, min((number + 1) * BLOCK, self.count)
        if self._accepted is None:
            columns, _ = self.raw(number)
            return columns if last - first == BLOCK else [one[: last - first] for one in columns]
        rows = [self._row(place) for place in self._accepted[first:last]]
        return [list(one) for one in zip(*rows, strict=True)]

    def _row(self, place: int) -> tuple[str | None, ...]:
        columns, _ = self.raw(place // BLOCK)
        return tuple(one[place % BLOCK] for one in columns)

    def row(self, row: int) -> tuple[str | None, ...]:
        """One row."""
        return self._row(self.place(row))

    def chunks(self) -> Iterator[bytes]:
        """All rows for COPY, a block at a time."""
        for number in range(-(-self.count // BLOCK)):
            size = min(BLOCK, self.count - number * BLOCK)
            yield copied(self.block(number), size)


def _nothing(row: int) -> str | None:
    """The value of a column that is not written."""
    return None


@dataclass(frozen=True, slots=True)
class Own:
    """The rows of a table as those that the table itself refers to."""

    rows: list[Rows]

    @property
    def count(self) -> int:
        """More than are asked for: a row refers to an earlier one."""
        return 1 << 60

    def texts(self, column: str) -> Texts:
        """See Parents."""
        return self.rows[0].raw_texts(column)
