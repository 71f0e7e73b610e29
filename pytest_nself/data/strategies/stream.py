"""Where a column's values come from: blocks of them, each drawn by a random source of its own.

Row i is a pure function of (version, seed, table, column, i). It is the same on every machine, in whatever order rows
are asked for, and no column's values change because another column was added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from struct import unpack
from typing import Protocol, TypeAlias, TypeVar

BLOCK = 1024
"""Rows of one block."""

_SMALL = 1 << 20
"""Up to here the remainder of 32 random bits is as good as even."""

_T = TypeVar("_T")

VERSION = 1
"""Rises whenever the same seed gives other rows."""

Values: TypeAlias = "Sequence[str | None]"
"""Values as PostgreSQL's input functions read them; None is null."""

Draw: TypeAlias = Callable[[Random, range], Values]
"""One value for each row of a range, from a random source that only these rows have.

Only `random()`, `getrandbits` and `randbytes` may be drawn from: what they give is the same in all releases.
"""


class Strategy(Protocol):
    """A column's values: in blocks for bulk, and one by one. They are the same."""

    def block(self, number: int) -> Values:
        """The values of rows `number * BLOCK` to `(number + 1) * BLOCK - 1`."""

    def value(self, row: int) -> str | None:
        """The value of one row, counted from 0."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A strategy that draws each block by itself; `key` is what the random source is made from."""

    key: str
    draw: Draw

    def block(self, number: int) -> Values:
        """See Strategy."""
        return self.draw(random_of(self.key, number), rows_of(number))

    def value(self, row: int) -> str | None:
        """See Strategy."""
        return self.block(row // BLOCK)[row % BLOCK]


def key_of(seed: int, table: str, column: str) -> str:
    """What the random sources of a column are made from."""
    return f"{VERSION}/{seed}/{table}/{column}"


def random_of(key: str, block: int) -> Random:
    """The random source of one block."""
    return Random(int.from_bytes(blake2b(f"{key}/{block}".encode(), digest_size=32).digest()))


def below(random: Random, limit: int, count: int) -> list[int]:
    """So many whole numbers from 0 to `limit` - 1, drawn all at once: a tenth of the time that drawing each takes."""
    if limit <= _SMALL:
        return [one % limit for one in unpack(f"<{count}I", random.randbytes(4 * count))]
    return [one % limit for one in unpack(f"<{count}Q", random.randbytes(8 * count))]


def chosen(random: Random, values: Sequence[_T], count: int) -> list[_T]:
    """So many of the values, each as often as the other, drawn all at once."""
    known = len(values)
    return [values[one % known] for one in unpack(f"<{count}I", random.randbytes(4 * count))]


def sprinkled(key: str, block: int, values: Values, share: float) -> Values:
    """The values of a block, of which that share (0 to 1) is null, by a random source of its own."""
    limit = round(share * 256)
    drawn = random_of(key + "/null", block).randbytes(len(values))
    return [None if byte < limit else one for byte, one in zip(drawn, values, strict=True)]


def rows_of(block: int) -> range:
    """The rows of one block."""
    return range(block * BLOCK, (block + 1) * BLOCK)
