"""Did you mean … ?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 12


def nearest(name: str, known: Iterable[str]) -> str:
    """`Did you mean "users.alice"?`, or the names there are, or an empty string if there are none."""
    names = list(dict.fromkeys(known))
    close = get_close_matches(name, names, n=2, cutoff=0.6)
    if close:
        return "Did you mean " + " or ".join(f'"{one}"' for one in close) + "?"
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return f"There is: {shown}." if names else ""
