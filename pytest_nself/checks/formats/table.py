"""Findings as a table: how bad, by which rule, what and where, and what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from pytest_nself.core.finding import Finding

_HEADER = ("severity", "rule")
_NARROWEST = 40
"""Columns that the sentences get, however long the names beside them are."""


def table(findings: Iterable[Finding], width: int | None = None) -> str:
    """A line for each finding, the remedy below it; sentences are wrapped at `width` columns (None: never)."""
    found = tuple(findings)
    if not found:
        return ""
    rows = [(str(one.severity), one.rule) for one in found]
    widths = [max(map(len, column)) for column in zip(_HEADER, *rows, strict=True)]
    room = None if width is None else max(width - sum(widths) - 2 * len(widths), _NARROWEST)
    lines = [_line(_HEADER, widths, "finding")]
    for one, row in zip(found, rows, strict=True):
        place = f"{one.place}: " if one.place is not None else ""
        sentences = _wrapped(_shown(place + one.message), room)
        if one.remedy:
            sentences += _wrapped(_shown(f"To fix: {one.remedy}"), room)
        lines.append(_line(row, widths, sentences[0]))
        lines += [_line(("", ""), widths, more) for more in sentences[1:]]
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int], last: str) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join((*padded, last)).rstrip()


def _wrapped(text: str, room: int | None) -> list[str]:
    if room is None:
        return [text]
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]


def _shown(text: str) -> str:
    """The text on one line: a name may hold line ends, and what a terminal takes for commands."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
