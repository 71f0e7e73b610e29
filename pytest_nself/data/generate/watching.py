"""What is looked at row by row: keys that construction is not sure of, rows that are there, rows of the same table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pytest_nself.data.shape.model import Key, Reference
from pytest_nself.data.strategies.stream import BLOCK

from .existing import read_taken
from .filters import Evaluated, Excluding, Rooted, Unique
from .judge import Judge
from .keys import Decisions
from .rows import Filter, Rows

if TYPE_CHECKING:
    import psycopg

_SAMPLE = 256


def filters_for(
    connection: psycopg.Connection[Any],
    judge: Judge,
    rows: Rows,
    decisions: Decisions,
    own: Sequence[Reference],
    *,
    there: bool,
    sure: Collection[str],
) -> list[Filter]:
    """Filters for a table's rows. `own` are its keys onto itself; `there` says that it has rows already, and `sure`
    are columns whose values those do not have."""
    found: list[Filter] = []
    watched = list(decisions.watched)
    if there:
        watched += [key for key in judge.table.keys if key not in watched and not {*sure} & {*key.columns}]
    for key in watched:
        taken = read_taken(connection, judge.table, key) if there else ()
        found.append(_watch(judge, key, rows, taken))
    found += [Excluding(one, judge) for one in decisions.excluding]
    if found or rows.scans:
        found += _rooted(own, rows)
    return found


def _watch(judge: Judge, key: Key, rows: Rows, taken: Collection[tuple[str | None, ...]]) -> Filter:
    if key.plain and all(name in rows.columns for name in key.columns):
        places = tuple(rows.columns.index(name) for name in key.columns if name is not None)
        return Unique(key.name, places, taken, key.nulls_not_distinct)
    return Evaluated(key.name, judge, key, taken)


def _rooted(own: Sequence[Reference], rows: Rows) -> Iterator[Filter]:
    for reference in own:
        if {*reference.columns, *reference.target_columns} <= set(rows.columns):
            places = tuple(rows.columns.index(name) for name in reference.columns)
            targets = tuple(rows.columns.index(name) for name in reference.target_columns)
            yield Rooted(reference.name, places, targets)


def sample(rows: Rows) -> list[tuple[str | None, ...]]:
    """Rows from the beginning and from the end, and any between."""
    last = max(0, rows.wanted - 1) // BLOCK
    found: list[tuple[str | None, ...]] = []
    for number in sorted({0, last // 2, last}):
        columns, left = rows.raw(number)
        kept = [row for at, row in enumerate(zip(*columns, strict=True)) if left is None or left[at] >= 0]
        found += [*kept[: _SAMPLE // 2], *kept[-_SAMPLE // 2 :]]
    return found
