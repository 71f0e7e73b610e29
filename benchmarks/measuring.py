"""Interleaved rounds, medians, ratios and bars: how every script of this folder measures and prints.

A `Way` is one manner of doing the same thing: ours, the floor (bare code that does the least that can be done), or a
peer. All ways take turns (A B C A B C …), so that a busy minute of the machine hits them all alike.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

Figures = Mapping[str, float]


class Skipped(Exception):
    """This way cannot be measured here; the text says why."""


@dataclass(frozen=True, slots=True)
class Way:
    """`measure` does it once and returns named figures, usually milliseconds. `role`: us, floor, peer or note."""

    name: str
    role: str
    measure: Callable[[], Figures]
    every: int = 1  # measured in each n-th round only: for ways that take seconds


@dataclass(slots=True)
class Measured:
    """All figures of all ways: samples[way name][figure] is one value per round."""

    ways: Sequence[Way]
    samples: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def median(self, name: str, figure: str) -> float | None:
        """The median of one way's figure, None where it was not measured."""
        values = self.samples.get(name, {}).get(figure)
        return median(values) if values else None

    def named(self, role: str, figure: str) -> list[tuple[float, str]]:
        """(median, name) of the ways in this role that have the figure, smallest first."""
        found = [(self.median(way.name, figure), way.name) for way in self.ways if way.role == role]
        return sorted((value, name) for value, name in found if value is not None)


def interleave(ways: Sequence[Way], runs: int, *, warm: int = 1) -> Measured:
    """Measure all ways in turn, `runs` rounds after `warm` rounds that do not count."""
    measured = Measured(ways, {way.name: {} for way in ways})
    for number in range(-warm, runs):
        for way in ways:
            if way.name in measured.skipped or (number > 0 and number % way.every):
                continue
            try:
                figures = way.measure()
            except Skipped as reason:
                measured.skipped[way.name] = str(reason)
                continue
            if number >= 0:
                for figure, value in figures.items():
                    measured.samples[way.name].setdefault(figure, []).append(value)
    return measured


@dataclass(frozen=True, slots=True)
class Bar:
    """What must hold: `reached` gives the value that counts, or None where nothing was measured."""

    text: str
    limit: float
    reached: Callable[[Measured, str], float | None]
    at_least: bool = False
    unit: str = "x"

    def line(self, measured: Measured, figure: str) -> str:
        value = self.reached(measured, figure)
        if value is None:
            return f"  bar   {self.text:<58} not measured"
        met = value >= self.limit if self.at_least else value <= self.limit
        return f"  bar   {self.text:<58} {value:9.2f} {self.unit:<3} {'met' if met else 'MISSED'}"


def at_most(limit: float, unit: str = "ms") -> Bar:
    """Ours takes at most so much."""
    return Bar(f"at most {limit:g} {unit}", limit, _ours, unit=unit)


def times_floor(limit: float) -> Bar:
    """Ours takes at most so many times what the floor takes."""

    def reached(measured: Measured, figure: str) -> float | None:
        return _ratio(_ours(measured, figure), _first(measured.named("floor", figure)))

    return Bar(f"at most {limit:g}x the floor", limit, reached)


def ahead(limit: float, peer: str | None = None) -> Bar:
    """The peer (the best one when none is named) takes at least so many times what ours takes."""

    def reached(measured: Measured, figure: str) -> float | None:
        theirs = measured.median(peer, figure) if peer else _first(measured.named("peer", figure))
        return _ratio(theirs, _ours(measured, figure))

    return Bar(f"at least {limit:g}x ahead of {peer or 'the best peer'}", limit, reached, at_least=True)


def of_peer(limit: float, words: str) -> Bar:
    """Ours takes at most so much of what the best peer takes; `words` name it."""

    def reached(measured: Measured, figure: str) -> float | None:
        return _ratio(_ours(measured, figure), _first(measured.named("peer", figure)))

    return Bar(words, limit, reached)


def added(limit: float, word: str = "") -> Bar:
    """Ours takes at most so many milliseconds more than the floor: the median of the differences within a round."""

    def reached(measured: Measured, figure: str) -> float | None:
        pairs = _pairs(measured, figure)
        return median(ours - floor for ours, floor in pairs) if pairs else None

    return Bar(f"at most {limit:g} ms over the floor{word}", limit, reached, unit="ms")


def within(percent: float) -> Bar:
    """Ours takes at most so many per cent more than the floor: the median of the ratios within a round."""

    def reached(measured: Measured, figure: str) -> float | None:
        pairs = _pairs(measured, figure)
        return (median(ours / floor for ours, floor in pairs) - 1) * 100 if pairs else None

    return Bar(f"at most {percent:g} % over the floor", percent, reached, unit="%")


def _pairs(measured: Measured, figure: str) -> list[tuple[float, float]]:
    """(ours, floor) of each round: a small difference drowns in the machine's drift unless neighbours are compared."""
    ours, floor = measured.named("us", figure), measured.named("floor", figure)
    if not ours or not floor:
        return []
    samples = measured.samples
    return list(zip(samples[ours[0][1]][figure], samples[floor[0][1]][figure], strict=True))


def _first(named: list[tuple[float, str]]) -> float | None:
    return named[0][0] if named else None


def _ours(measured: Measured, figure: str) -> float | None:
    return _first(measured.named("us", figure))


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def show(question: str, measured: Measured, figure: str, bars: Sequence[Bar] = (), unit: str = "ms") -> None:
    """Print one question's table: a line per way, then a line per bar."""
    print(f"\n{question}")
    print(f"       {'':<59} {'median':>9} {'':<3} {'least':>9} {'floor':>7} {'ours':>7}  n")
    floor, ours = _first(measured.named("floor", figure)), _ours(measured, figure)
    for way in measured.ways:
        values = measured.samples.get(way.name, {}).get(figure)
        if way.name in measured.skipped:
            print(f"  {way.role:<6}{way.name:<58} not measured: {measured.skipped[way.name]}")
        elif values:
            middle = median(values)
            against = "".join(f" {_times(_ratio(middle, other)):>7}" for other in (floor, ours))
            print(f"  {way.role:<6}{way.name:<58} {middle:9.2f} {unit:<3} {min(values):9.2f}{against}  {len(values)}")
    for bar in bars:
        print(bar.line(measured, figure))


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}x"


def arguments(description: str | None, runs: int, **more: int) -> argparse.Namespace:
    """The command line of a script: `-n` rounds, and further whole numbers by name (`tests=1000`: `--tests`)."""
    text = (description or "").partition("\n")[0]
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("-n", "--runs", type=int, default=runs, help="rounds in which all ways take their turn")
    for name, default in more.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"number of {name}")
    return parser.parse_args()
