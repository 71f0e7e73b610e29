r"""The rows that follow a `copy … from stdin`, and end with a line `\.`, as psql reads them."""

from __future__ import annotations

import re

from .tokens import Tokens, block_end

_OVER_THE_WIRE = frozenset({"stdin", "stdout"})  # the grammar takes either after `from`
# What may stand between the statement's semicolon and the line's end.
_REST = re.compile(r"(?:[ \t\r\f\v;]|/\*(?:(?!\*/|/\*)[^\n])*\*/)*(?P<comment>--[^\n\r]*+\r*+)?(?:\n|\Z)")


def reads_rows(text: str, start: int, end: int, tokens: Tokens) -> bool:
    """Whether the `copy` statement `text[start:end]` reads rows from the connection."""
    position, parens = start, 0
    direction = previous = ""
    while position < end:
        token = tokens.one.match(text, position, end)
        assert token is not None  # `rest` takes any character
        kind, position = token.lastgroup, token.end()
        if kind == "line":
            continue
        if kind == "block":
            position = block_end(text, position - 2) or end
            continue
        word = token.group("word")
        if direction:
            return direction == "from" and word is not None and word.lower() in _OVER_THE_WIRE
        if kind == "open" and previous.lower() == "copy":
            return False  # of a query, which goes only the other way
        parens += (kind == "open") - (kind == "close")
        # Reserved words, so they are no names, except after a dot.
        if word is not None and not parens and previous != "." and word.lower() in ("from", "to"):
            direction = word.lower()
        previous = token.group().strip()
    return False


def rest_of_line(text: str, semicolon_end: int) -> tuple[re.Match[str] | None, int]:
    """What follows the statement on its line (None when that is more than comments), and where the next line begins."""
    line_end = text.find("\n", semicolon_end)
    return _REST.match(text, semicolon_end), line_end + 1 if line_end >= 0 else len(text)


def rows_end(text: str, start: int) -> tuple[int, int]:
    r"""Where the rows that begin at `start`, a line's beginning, end, and where SQL goes on: after the line `\.`.

    Without such a line they go on to the text's end.
    """
    at = start - 1
    while start and (at := text.find("\n\\.", at)) >= 0:
        after = at + 3
        after += text.startswith("\r", after)
        if after == len(text) or text[after] == "\n":
            return at + 1, after
        at += 1
    return len(text), len(text)
