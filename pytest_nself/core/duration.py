"""Durations as PostgreSQL writes them."""

from __future__ import annotations

import re

_DURATION = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([A-Za-z]*)\s*", re.ASCII)
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "min": 60_000.0, "h": 3_600_000.0, "d": 86_400_000.0}
_LONGEST = 2**31 - 1

UNITS = "us, ms, s, min, h, d"
"""PostgreSQL's units of time, for messages."""


def milliseconds(text: str) -> int:
    """`5s`, `1.5 min` or `250` (a bare number is milliseconds) as milliseconds.

    ValueError says what is wrong. What would be rounded down to 0 is an error, because 0 means without limit.
    https://www.postgresql.org/docs/current/config-setting.html
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a duration: write a number and one of {UNITS}")
    number, unit = match.groups()
    if unit and unit not in _MILLISECONDS:
        lower = f" (write {unit.lower()})" if unit.lower() in _MILLISECONDS else ""
        raise ValueError(f"{unit} is not a unit of time{lower}: there are {UNITS}")
    exact = float(number) * _MILLISECONDS[unit or "ms"]
    if exact and exact < 1:
        raise ValueError(f"{text.strip()} is less than a millisecond, and 0 means without limit")
    if exact > _LONGEST:
        raise ValueError(f"{text.strip()} is longer than PostgreSQL can count, which is {_LONGEST} ms")
    return round(exact)
