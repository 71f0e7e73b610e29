"""Texts as the server writes them, in a form that it reads back as the same expression."""

from __future__ import annotations

import re

_STRING = r"'(?:[^']|'')*'"
_ONE = rf"{_STRING}::character varying(?:\(\d+\))?"
_ONE_OF = re.compile(
    r"\((?P<left>(?:[^()']|\((?:[^()']|\([^()']*\))*\))+)\)::text (?P<operator>= ANY|<> ALL) "
    rf"\(\(ARRAY\[(?P<items>{_ONE}(?:, {_ONE})+)\]\)::text\[\]\)"
)


def reparsable(text: str) -> str:
    """The text with `varchar_column in ('a', 'b')` written so.

    The server writes it as `(varchar_column)::text = ANY ((ARRAY['a'::character varying, …])::text[])`, and reads that
    back as an array of casts, which it would write in another way the next time.
    """
    return _ONE_OF.sub(_as_in, text)


def _as_in(found: re.Match[str]) -> str:
    word = "IN" if found["operator"] == "= ANY" else "NOT IN"
    return f"({found['left']}) {word} ({found['items']})"
