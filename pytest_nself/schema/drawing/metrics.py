"""How wide text is, without a font library: the widths that the usual sans-serif faces share, in em."""

from __future__ import annotations

import unicodedata

_NARROW = dict.fromkeys("ijl|'!.,:;`", 0.26) | dict.fromkeys('ftrI()[]{}/\\" ', 0.34)
_WIDE = dict.fromkeys("mwMW@%", 0.87) | dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZ&", 0.69) | {"_": 0.52, "-": 0.36}
_WIDTHS = _NARROW | _WIDE
_OTHER = 0.565


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line of text in pixels, rather too wide than too narrow."""
    total = 0.0
    for char in text:
        known = _WIDTHS.get(char)
        if known is not None:
            total += known
        elif unicodedata.east_asian_width(char) in "WF":
            total += 1.0
        elif not unicodedata.combining(char):
            total += _OTHER
    return total * size * (1.07 if bold else 1.0)


def fitted(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """As much of a text as fits, with an ellipsis where it was cut."""
    if text_width(text, size, bold=bold) <= width:
        return text
    while text and text_width(text + "…", size, bold=bold) > width:
        text = text[:-1]
    return text.rstrip() + "…"
