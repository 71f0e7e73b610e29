"""Rules that only a trigger knows: the rows are tried, and those that the server refuses are left out and told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from pytest_nself.core.step import Step

from .copying import copied
from .filled import Filled
from .sending import sending

Attempt: TypeAlias = Callable[[Sequence[Step]], "str | None"]
"""Sends steps behind a savepoint; what the server said, in one line, where it refused them. Else they stay sent."""

_TRIES = 160


def narrow(filled: Filled, attempt: Attempt) -> None:
    """Try the table's rows; keep those that the server takes. What it said of the others is noted."""
    rows = filled.rows
    if not rows.count:
        return
    said = attempt(_copy(filled, range(rows.count)))
    if said is None:
        return
    kept: list[int] = []
    tries = 0

    def among(part: range) -> None:
        nonlocal tries
        if tries >= _TRIES or not part:
            return
        tries += 1
        if attempt(_copy(filled, part)) is None:
            kept.extend(part)
        elif len(part) > 1:
            middle = (part.start + part.stop) // 2
            among(range(part.start, middle))
            among(range(middle, part.stop))

    middle = (rows.count + 1) // 2
    among(range(middle))
    among(range(middle, rows.count))
    rows.keep(sorted(kept))
    filled.short = f"the server refuses the others: {said}"
    filled.unknown = said


def _copy(filled: Filled, part: range) -> list[Step]:
    rows, ref = filled.rows, filled.table.ref

    def chunks() -> Iterator[bytes]:
        for start in range(part.start, part.stop, 1024):
            found = [rows.row(row) for row in range(start, min(part.stop, start + 1024))]
            yield copied([list(one) for one in zip(*found, strict=True)], len(found))

    return sending(filled, f"try {ref}", chunks, len(part), f"{ref}/{part}")
