"""The order of boxes in their columns, and how high each stands: level with what it refers to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_SWEEPS = 28
_SLACK = 1.04
"""So much higher than its highest column a drawing may become, that lines get straighter."""
_TOGETHER = 0.3
"""How far boxes of a group are drawn to its middle, from where their lines would have them."""


@dataclass(slots=True)
class Item:
    """A box in a column, or a lane in which a line crosses it. `y` is its top.

    `links` hold the other item, the offset of the pin here and there, and a weight.
    """

    column: int
    height: float
    gap: float
    y: float = 0.0
    links: list[tuple[Item, float, float, float]] = field(default_factory=list)
    is_lane: bool = False
    group: str | None = None


def link(a: Item, a_at: float, b: Item, b_at: float, weight: float = 1.0) -> None:
    """Two pins want to be level."""
    a.links.append((b, a_at, b_at, weight))
    b.links.append((a, b_at, a_at, weight))


def stack(columns: list[list[Item]]) -> None:
    """Give each item its place; the lists are put in order from the top."""
    highest = max((_height(column) for column in columns), default=0.0)
    room = highest * _SLACK
    for column in columns:
        y = (highest - _height(column)) / 2
        for item in column:
            item.y = y
            y += item.height + item.gap
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        for column in columns if forth else columns[::-1]:
            wished = {id(item): _wish(item, forth if sweep < _SWEEPS // 2 else None) for item in column}
            if sweep < _SWEEPS - 4:
                _gather(column, columns, wished)
            column.sort(key=lambda item: wished[id(item)] + item.height / 2)
            _settle(column, [wished[id(item)] for item in column], room)
    top = min((item.y for column in columns for item in column), default=0.0)
    for column in columns:
        for item in column:
            item.y -= top


def _height(column: Sequence[Item]) -> float:
    return sum(item.height + item.gap for item in column)


def _wish(item: Item, forth: bool | None) -> float:
    """Where an item would be level with its neighbours: those before it, those behind it, or both."""
    total = weights = 0.0
    for other, here, there, weight in item.links:
        if forth is not None and (other.column >= item.column if forth else other.column <= item.column):
            continue
        total += weight * (other.y + there - here)
        weights += weight
    return total / weights if weights else item.y


def _gather(column: list[Item], columns: list[list[Item]], wished: dict[int, float]) -> None:
    """Draw the boxes of one group together."""
    sums: dict[str, tuple[float, int]] = {}
    for other in (item for one in columns for item in one if item.group is not None):
        total, count = sums.get(other.group or "", (0.0, 0))
        sums[other.group or ""] = (total + other.y + other.height / 2, count + 1)
    for item in column:
        if item.group is not None:
            total, count = sums[item.group]
            middle = total / count - item.height / 2
            wished[id(item)] += _TOGETHER * (middle - wished[id(item)])


def _settle(column: list[Item], wished: list[float], room: float) -> None:
    """The places nearest to the wished ones at which, in this order, nothing overlaps or leaves the room."""
    blocks: list[list[float]] = []  # sum of wishes, weight, number of items
    offset = 0.0
    offsets = []
    for item, wish in zip(column, wished, strict=True):
        offsets.append(offset)
        weight = 1.0 + len(item.links)
        blocks.append([(wish - offset) * weight, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1] = [blocks[-1][0] + last[0], blocks[-1][1] + last[1], blocks[-1][2] + last[2]]
        offset += item.height + item.gap
    number = 0
    for total, weight, count in blocks:
        for _ in range(int(count)):
            column[number].y = min(max(total / weight, 0.0), max(room - offset, 0.0)) + offsets[number]
            number += 1
