"""Texts as the server writes them, in a form that it reads back as the same expression."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STRING = r"'(?:[^']|'')*'"
_ONE = rf"(?:{_STRING}|NULL)::character varying(?:\(\d+\))?"
_ONE_OF = re.compile(
    r"\)::text (?P<operator>= ANY|<> ALL) \(\(ARRAY\[" + rf"(?P<items>{_ONE}(?:, {_ONE})+)" + r"\]\)::text\[\]\)"
)
_WORDS = {"= ANY": "IN", "<> ALL": "NOT IN"}
_BRACKETS = re.compile(rf"""{_STRING}|"(?:[^"]|"")*"|[()]""")


def reparsable(text: str) -> str:
    """The text with `varchar_column in ('a', 'b')` written so.

    The server writes it as `(varchar_column)::text = ANY ((ARRAY['a'::character varying, …])::text[])`, and reads that
    back as an array of casts, which it would write in another way the next time.
    """
    if "= ANY" not in text and "<> ALL" not in text:
        return text
    opened = dict(_pairs(text))
    parts, at = [], 0
    for found in _ONE_OF.finditer(text):
        start = opened.get(found.start())
        if start is None or start < at:
            continue  # it stands in a string
        left = text[start : found.start() + 1]
        parts += [text[at:start], f"{left} {_WORDS[found['operator']]} ({found['items']})"]
        at = found.end()
    return "".join([*parts, text[at:]])


def _pairs(text: str) -> Iterator[tuple[int, int]]:
    """Each closing bracket with the one that it closes, as places in the text; strings and quoted names apart."""
    open_: list[int] = []
    for found in _BRACKETS.finditer(text):
        if found[0] == "(":
            open_.append(found.start())
        elif found[0] == ")" and open_:
            yield found.start(), open_.pop()
