"""Which column of the drawing each box stands in: near what it refers to, in columns of like height."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

_ROUNDS = 12
_SAME = 0.9
"""What two boxes that refer to each other cost in one column, measured in columns between them."""

_UNEVEN = 60.0
"""What it costs that a column is as high as two."""
_APART = 0.35
"""What a box costs for each column that it stands away from the middle of its group."""


def column_count(heights: Sequence[float], width: float, aspect: float) -> int:
    """So many columns give the drawing about that aspect ratio."""
    if len(heights) <= 1:
        return 1
    return max(1, min(len(heights), round(sqrt(aspect * sum(heights) / width))))


def assign(
    heights: Sequence[float], links: Sequence[tuple[int, int]], groups: Sequence[str | None], count: int
) -> list[int]:
    """The column of each box. `links` join boxes by their numbers; the same input gives the same columns."""
    near: list[list[int]] = [[] for _ in heights]
    for a, b in links:
        if a != b:
            near[a].append(b)
            near[b].append(a)
    order = sorted(range(len(heights)), key=_line(near).__getitem__)
    target = sum(heights) / count
    columns = [0] * len(heights)
    filled = 0.0
    for one in order:
        columns[one] = min(count - 1, int((filled + heights[one] / 2) / target))
        filled += heights[one]
    _improve(columns, heights, near, groups, count, target)
    return _without_gaps(columns)


def _line(near: list[list[int]]) -> list[float]:
    """Boxes on a line so that neighbours are close: the slowest way in which differences even out."""
    size = len(near)
    values = [((number * 7919) % 104729) / 104729 - 0.5 for number in range(size)]
    weights = [max(len(one), 1) for one in near]
    total = sum(weights)
    for _ in range(60 + min(size, 200)):
        mean = sum(w * v for w, v in zip(weights, values, strict=True)) / total
        values = [v - mean for v in values]
        values = [
            (value + sum(values[other] for other in near[at]) / len(near[at])) / 2 if near[at] else value
            for at, value in enumerate(values)
        ]
        scale = max(map(abs, values)) or 1.0
        values = [v / scale for v in values]
    return values


def _improve(
    columns: list[int],
    heights: Sequence[float],
    near: list[list[int]],
    groups: Sequence[str | None],
    count: int,
    target: float,
) -> None:
    """Move boxes to where they cost less, until none does."""
    members: dict[str, list[int]] = {}
    for at, group in enumerate(groups):
        if group is not None:
            members.setdefault(group, []).append(at)
    middles: dict[str, float] = {}
    sums = [0.0] * count
    for at, column in enumerate(columns):
        sums[column] += heights[at]

    def reach(at: int, column: int) -> float:
        cost = 0.0
        group = groups[at]
        if group is not None:
            cost += _APART * abs(column - middles[group])
        for other in near[at]:
            distance = abs(columns[other] - column)
            cost += (distance + 0.15 * distance * distance if distance else _SAME) / sqrt(len(near[other]))
        return cost

    def too_high(height: float) -> float:
        over = height / target - 1
        return _UNEVEN * over * over

    for _ in range(_ROUNDS):
        moved = False
        middles.update({group: sum(columns[at] for at in own) / len(own) for group, own in members.items()})
        for at, own in enumerate(columns):
            best, best_cost = own, 0.0
            for column in range(count):
                if column == own:
                    continue
                cost = reach(at, column) - reach(at, own)
                cost += too_high(sums[column] + heights[at]) - too_high(sums[column])
                cost += too_high(sums[own] - heights[at]) - too_high(sums[own])
                if cost < best_cost - 1e-9:
                    best, best_cost = column, cost
            if best != own:
                sums[own] -= heights[at]
                sums[best] += heights[at]
                columns[at] = best
                moved = True
        if not moved:
            return


def _without_gaps(columns: list[int]) -> list[int]:
    used = {column: number for number, column in enumerate(sorted(set(columns)))}
    return [used[column] for column in columns]
