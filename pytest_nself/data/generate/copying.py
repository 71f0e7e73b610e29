"""Rows in COPY's text format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_nself.data.strategies.stream import Values

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copied(columns: Sequence[Values], rows: int) -> bytes:
    """The rows of some columns of equal length; `rows` tells how many there are where there is no column."""
    if not columns:
        return b"\n" * rows
    return ("\n".join(map("\t".join, zip(*map(_escaped, columns), strict=True))) + "\n").encode() if rows else b""


def _escaped(values: Values) -> Iterable[str]:
    """A column as the format has it. Most have nothing to escape: that is found out for all at once."""
    try:
        text = "\n".join(values)  # type: ignore[arg-type]
    except TypeError:
        known = [one for one in values if one is not None]
        if _is_plain("\n".join(known), len(known)):
            return [NULL if one is None else one for one in values]
        return [NULL if one is None else one.translate(_ESCAPES) for one in values]
    if _is_plain(text, len(values)):
        return values  # type: ignore[return-value]
    return [one.translate(_ESCAPES) for one in values]  # type: ignore[union-attr]


def _is_plain(text: str, rows: int) -> bool:
    return "\\" not in text and "\t" not in text and "\r" not in text and text.count("\n") == max(rows - 1, 0)
