"""More values like those that were accepted: between and beyond them on a line, or of the same form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from random import Random

from pytest_nself.data.shape.model import Type, TypeKind
from pytest_nself.data.strategies.types import is_text

from .moments import Line, line_of
from .solution import one_of

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HEX = "0123456789abcdef"
_CHANGED = 48
"""How many characters of a long text are changed at most: its last ones."""


def wider(type_: Type, accepted: Sequence[str], count: int, random: Random) -> list[str]:
    """Up to about `count` distinct values that are not among the accepted ones."""
    plain = type_.plain
    known = set(accepted)
    found: dict[str, None] = {}
    if (line := line_of(plain)) is not None:
        source: Iterator[str] = _between(line, accepted, count)
    elif is_text(plain) or plain.name in ("varbit", "bit", "inet", "cidr"):
        source = _alike(accepted, count, random)
    elif plain.name in ("bytea", "uuid", "macaddr"):
        source = _other_digits(accepted, count, random)
    elif plain.kind is TypeKind.ARRAY and plain.inner is not None and is_text(plain.inner):
        source = _alike([one for one in accepted if "null" not in one.lower()], count, random)
    else:
        return []
    for value in source:
        if value not in known:
            found.setdefault(value)
        if len(found) >= count:
            break
    return list(found)


def _between(line: Line, accepted: Sequence[str], count: int) -> Iterator[str]:
    placed = sorted({place for text in accepted if (place := line.place(text)) is not None})
    if not placed:
        return
    for start in (placed[0], placed[-1]):
        # Just beside what is known: the next ones are accepted more likely than far ones.
        for at in range(1, count // 4):
            yield from _texts(line, start + line.step * at)
    low, high = placed[0], placed[-1]
    width = (high - low) / (2 * count)
    if width > line.step:
        width = width // line.step * line.step
        for at in range(1, 2 * count):
            yield from _texts(line, low + width * at)
    for low, high in pairwise(placed):
        width = max(line.step, (high - low) / 40 // line.step * line.step)
        for at in range(1, 40):
            if low + width * at < high:
                yield from _texts(line, low + width * at)
    for start in placed:
        for at in (1, 2, 3, -1):
            yield from _texts(line, start + line.step * at)


def _texts(line: Line, place: Decimal) -> Iterator[str]:
    if (text := line.at(place)) is not None:
        yield text


def _alike(accepted: Sequence[str], count: int, random: Random) -> Iterator[str]:
    """Letters replaced by letters and digits by digits: all of them, those at the end, or a number behind."""
    if not accepted:
        return
    for at in range(count * 2):
        text = accepted[at % len(accepted)]
        way = at // len(accepted) % 4
        if way == 0:
            head = text[:-_CHANGED]
            yield head + "".join(_like(char, random) for char in text[len(head) :])
        elif way == 1:
            cut = max(len(text) // 2, len(text) - 4)
            yield text[:cut] + "".join(_like(char, random) for char in text[cut:])
        elif way == 2:
            yield f"{text}{at}"
        else:
            yield f"{_like('a', random)}{_like('a', random)}{text}"


def _like(char: str, random: Random) -> str:
    if not char.isascii() or not char.isalnum():
        return char
    if char.isdigit():
        return one_of(random, "01" if char in "01" and random.random() < 0.5 else "0123456789")
    letter = one_of(random, _LETTERS)
    return letter if char.islower() else letter.upper()


def _other_digits(accepted: Sequence[str], count: int, random: Random) -> Iterator[str]:
    for at in range(count * 2):
        if not accepted:
            return
        text = accepted[at % len(accepted)]
        head = max(2 if text.startswith("\\x") else 0, len(text) - _CHANGED)
        yield text[:head] + "".join(one_of(random, _HEX) if char in _HEX else char for char in text[head:])
