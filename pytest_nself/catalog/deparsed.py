"""Texts as the server writes them, in a form that it reads back as the same expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_NAME = r'(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)'
_TYPE = re.compile(
    rf"::({_NAME}(?:\.{_NAME})?(?: varying| precision)?)(\(\d+(?:,\d+)?\))?( with(?:out)? time zone)?(\[\])?$"
)
_INTEGER = re.compile(r"-?\d+|'-?\d+'::integer")
_TOKEN = re.compile(r"""(?<![A-Za-z0-9_$])E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|[()\[\],]""")
_ARRAY = "(ARRAY["


def reparsable(text: str) -> str:
    """The text with the type of its arrays said where the server leaves it out.

    For `varchar_column in ('a', 'b')` it writes `= ANY ((ARRAY['a'::character varying, …])::text[])`, and reads that
    back as an array of which each value is cast, which it would write in another way the next time. Read as
    `(ARRAY[…]::character varying[])::text[]` it stays what it was.
    """
    if _ARRAY not in text:
        return text
    parts, at = [], 0
    for end, items in _arrays(text):
        type_ = _type_of(items)
        if type_ is not None and text.startswith(")::", end):
            parts += [text[at:end], f"::{type_}[]"]
            at = end
    return "".join([*parts, text[at:]])


def _type_of(items: list[str]) -> str | None:
    """The type that all items are cast to; None where they differ, or where it does not show."""
    types = {_item_type(item) for item in items}
    return types.pop() if len(types) == 1 else None


def _item_type(item: str) -> str | None:
    if _INTEGER.fullmatch(item):
        return "integer"
    found = _TYPE.search(item)
    # Arrays of arrays are left as they are.
    return None if found is None or found[4] else f"{found[1]}{found[2] or ''}{found[3] or ''}"


def _arrays(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each `(ARRAY[…]` outside of strings: where it ends, and its items."""
    open_: list[tuple[int, list[int]]] = []  # where a bracket opens, and the commas in it
    for found in _TOKEN.finditer(text):
        token, at = found[0], found.start()
        if token in ("(", "["):
            open_.append((at, []))
        elif token == "," and open_:
            open_[-1][1].append(at)
        elif token in (")", "]") and open_:
            start, commas = open_.pop()
            if token == "]" and text[: start + 1].endswith(_ARRAY):
                bounds = [start, *commas, at]
                items = [text[a + 1 : b].strip() for a, b in pairwise(bounds)]
                yield at + 1, items
