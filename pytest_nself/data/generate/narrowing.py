"""Rules that only a trigger knows: the rows are tried, and those that the server refuses are left out and told of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from pytest_nself.core.sql import Sql
from pytest_nself.core.step import Statement, Step

from .copying import copied
from .filled import Filled
from .sending import sending

Attempt: TypeAlias = Callable[[Sequence[Step]], "str | None"]
"""Sends steps behind a savepoint; what the server said, in one line, where it refused them. Else they stay sent."""

_TRIES = 160
_FEW = 0.25
"""Where so few of the rows are taken, columns are left out."""
_MARK = "nself: taken"
_TAKE_BACK = f"do $nself$ begin raise exception '{_MARK}'; end $nself$;"


def narrow(filled: Filled, attempt: Attempt, *, needed: Collection[str] = (), after: Sequence[Step] = ()) -> None:
    """Try the table's rows; keep those that the server takes. What it said of the others is noted.

    Where it takes few or none, columns that can be left to the server are left out, as few as will do; `needed` are
    columns to which others refer. `after` is sent behind a try that is taken back: what is checked late.
    """
    rows = filled.rows
    if not rows.count:
        return
    said = _try(filled, attempt, range(rows.count), after)
    if said is None:
        return
    kept = _accepted(filled, attempt, range(rows.count), after)
    if len(kept) <= rows.count * _FEW:
        others = sorted({*range(rows.count)} - {*kept})
        if left := _to_leave(filled, attempt, others, needed, after):
            default = {column.name for column in filled.table.columns if column.default is not None}
            filled.left = (*filled.left, *(one for one in left if one in default))
            filled.nulls.update((one, f"the server refuses most rows with a value: {said}") for one in left)
            rows.leave_out(left)
            # Those that were taken with a value are taken without it, too: it was null there, or its default.
            kept = sorted([*kept, *_accepted(filled, attempt, others, after)])
            if len(kept) == rows.count:
                return
    rows.keep(kept)
    filled.short = f"the server refuses the others: {said}"
    filled.unknown = said


def _accepted(filled: Filled, attempt: Attempt, rows: Sequence[int], after: Sequence[Step]) -> list[int]:
    """Those of the rows that the server takes, found by halves."""
    kept: list[int] = []
    tries = 0

    def among(part: Sequence[int]) -> None:
        nonlocal tries
        if tries >= _TRIES or not part:
            return
        tries += 1
        if _try(filled, attempt, part, after) is None:
            kept.extend(part)
        elif len(part) > 1:
            middle = len(part) // 2
            among(part[:middle])
            among(part[middle:])

    middle = (len(rows) + 1) // 2
    among(rows[:middle])
    among(rows[middle:])
    return sorted(kept)


def _to_leave(
    filled: Filled, attempt: Attempt, refused: Sequence[int], needed: Collection[str], after: Sequence[Step]
) -> list[str]:
    """The fewest columns, as far as halving them tells, without which the server takes one of the refused rows.

    None where that is no help.
    """
    table, rows = filled.table, filled.rows
    optional = [
        column.name
        for column in table.columns
        if column.name in rows.columns and (not column.must or column.default is not None)
        if column.name not in needed and column.name not in filled.counted
    ]
    for row in dict.fromkeys((refused[0], refused[len(refused) // 2], refused[-1])):

        def helps(left: Sequence[str], row: int = row) -> bool:
            return _passes(filled, attempt, row, left, after)

        if optional and helps(optional):
            return _fewest(optional, helps)
    return []


def _fewest(columns: Sequence[str], helps: Callable[[Sequence[str]], bool]) -> list[str]:
    """Take parts of the columns away, ever smaller ones, as long as the rest still helps."""
    found = list(columns)
    size = max(1, len(found) // 2)
    while True:
        for start in range(0, len(found), size)[::-1]:
            rest = [*found[:start], *found[start + size :]]
            if rest and helps(rest):
                found = rest
        if size == 1:
            return found
        size //= 2


def _passes(filled: Filled, attempt: Attempt, row: int, left: Sequence[str], after: Sequence[Step]) -> bool:
    """Whether the server takes a row without some columns. It is taken back."""
    rows = filled.rows
    columns = tuple(one for one in rows.columns if one not in left)
    if not columns:
        return False
    shorter = replace(filled, rows=rows.narrower(columns))
    return _taken_back(attempt, [*_copy(shorter, range(row, row + 1)), *after]) is None


def _try(filled: Filled, attempt: Attempt, part: Sequence[int], after: Sequence[Step]) -> str | None:
    # What is checked at the end is checked and taken back: it may do what it shall do only once all rows are there.
    said = _taken_back(attempt, [*_copy(filled, part), *after]) if after else None
    return attempt(_copy(filled, part)) if said is None else said


def _taken_back(attempt: Attempt, steps: Sequence[Step]) -> str | None:
    """The same as an attempt, of which nothing stays: an error at its end takes back what was taken."""
    said = attempt([*steps, Statement("take it back", Sql(_TAKE_BACK))])
    return None if said is not None and _MARK in said else said


def _copy(filled: Filled, part: Sequence[int]) -> list[Step]:
    rows, ref = filled.rows, filled.table.ref

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(part), 1024):
            found = [rows.row(row) for row in part[start : start + 1024]]
            yield copied([list(one) for one in zip(*found, strict=True)], len(found))

    return sending(filled, f"try {ref}", chunks, len(part), f"{ref}/{part[0]}-{part[-1]}/{len(part)}")
