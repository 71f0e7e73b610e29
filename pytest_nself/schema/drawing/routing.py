"""The channels between columns: on which track of a channel the line to each target runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

TRACK = 9.0
"""Pixels between two lines."""
CLEAR = 26.0
"""Pixels on both sides of a channel that are kept for the marks at the ends of lines."""
_APART = 7.0


@dataclass(slots=True)
class Net:
    """What runs through one channel to one target: the heights at which it enters from the left and from the right."""

    left: list[float] = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    track: int = 0
    x: float = 0.0

    @property
    def low(self) -> float:
        return min((*self.left, *self.right))

    @property
    def high(self) -> float:
        return max((*self.left, *self.right))


def arrange(nets: Sequence[Net]) -> int:
    """Give each line its track, so that few cross; returns how many tracks there are."""
    order = sorted(nets, key=lambda net: (net.low + net.high, net.low))
    spans = {id(net): (net.low - _APART, net.high + _APART) for net in order}
    costs: dict[tuple[int, int], int] = {}

    def cost(first: Net, second: Net) -> int:
        """How many crossings there are when the first runs to the left of the second."""
        key = (id(first), id(second))
        if key not in costs:
            low, high = spans[id(second)]
            found = sum(low < y < high for y in first.right)
            low, high = spans[id(first)]
            costs[key] = found + sum(low < y < high for y in second.left)
        return costs[key]

    placed: list[Net] = []
    for net in order:
        # Where it crosses least among those that are placed.
        best_at, best = 0, sum(cost(net, other) for other in placed)
        running = best
        for at, other in enumerate(placed, 1):
            running += cost(other, net) - cost(net, other)
            if running < best:
                best_at, best = at, running
        placed.insert(best_at, net)
    for _ in range(4):
        for at in range(len(placed) - 1):
            a, b = placed[at], placed[at + 1]
            if cost(b, a) < cost(a, b):
                placed[at], placed[at + 1] = b, a
    count = 0
    for at, net in enumerate(placed):
        low, high = spans[id(net)]
        before = [other for other in placed[:at] if spans[id(other)][0] < high and low < spans[id(other)][1]]
        net.track = max((other.track + 1 for other in before), default=0)
        count = max(count, net.track + 1)
    return count
