"""A schema.dbml cut into tokens, with the comments on a list of their own."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from typing import NamedTuple

from pytest_nself.core.place import Place

from .strings import Flaw, unescape

WORD, QUOTED, STRING, LONG_STRING, NUMBER, EXPRESSION, COLOR, SIGN, BAD, END = range(10)
"""The kinds. BAD is what was already told as a problem (a quote that is never closed)."""

_TOKEN = re.compile(
    r"""[ \t\r\f\v\u00a0\ufeff]*+(?:
      ([^\W\d]\w*)  # 1 word
    | ([][(){},:.])  # 2 sign
    | (\n\s*+)  # 3 line end
    | ([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)(?![\w.])  # 4 number
    | ([0-9]\w*+)(?!\.[0-9])  # 5 word that starts with a digit
    | '''((?:[^\\']++|\\(?s:.)|'(?!''))*)'''  # 6 long string
    | '(?!'')((?:[^\\'\n]++|\\(?:\r\n|(?s:.)))*)'  # 7 string
    | "((?:[^\\"\n]++|\\(?:\r\n|(?s:.)))*)"  # 8 quoted name
    | `([^`]*+)`  # 9 expression
    | //([^\n]*+)  # 10 comment
    | /\*((?:[^*]++|\*(?!/))*)\*/  # 11 block comment
    | (\#\w*)  # 12 colour
    | (\?<>\?|\?<>|<>\?|<>|\?>\?|\?<\?|\?-\?|->>|->|<-|>\?|<\?|-\?|\?>|\?<|\?-|[<>=!]=|[-<>+*=!%~?;|&^@$]|/(?!\*))
      # 13 is an operator
    | ($)  # 14 end
    )""",
    re.VERBOSE,
)
_UNCLOSED = {
    "'''": "a string that starts with ''' is never closed",
    "/*": "a comment that starts with /* is never closed",
    "'": "a string is not closed on its line",
    '"': "a quoted name is not closed on its line",
    "`": "an expression is never closed",
}


class FoundComment(NamedTuple):
    """A comment in the text: where it begins and ends, and what stands between its marks."""

    at: int
    end: int
    text: str


class Tokens:
    """The tokens of a text, side by side in lists; the last is END.

    `texts` holds what a token says (a string without quotes, its escapes read), `starts` and `ends` its span in
    `source`, and `fresh` whether it is the first of its line.
    """

    __slots__ = ("_lines", "comments", "ends", "flaws", "fresh", "kinds", "path", "source", "starts", "texts")

    def __init__(self, source: str, path: str) -> None:
        self.source = source
        self.path = path
        self.kinds: list[int] = []
        self.texts: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.fresh: list[bool] = []
        self.comments: list[FoundComment] = []
        self.flaws: list[Flaw] = []
        self._lines: list[int] = [0, *(match.end() for match in re.finditer("\n", source))]

    def place(self, at: int) -> Place:
        """The place of that offset of the source."""
        line = bisect_right(self._lines, at)
        return Place(self.path, line, at - self._lines[line - 1] + 1)

    def line(self, at: int) -> int:
        """The line of that offset, counted from 1."""
        return bisect_right(self._lines, at)


def tokenize(source: str, path: str) -> Tokens:
    """The tokens of `source`; nothing is raised, what is no token is told in `flaws`."""
    tokens = Tokens(source, path)
    add_kind, add_text = tokens.kinds.append, tokens.texts.append
    add_start, add_end, add_fresh = tokens.starts.append, tokens.ends.append, tokens.fresh.append
    match = _TOKEN.match
    fresh = True
    at = 0
    while True:
        found = match(source, at)
        if found is None:
            at = _odd(tokens, at, fresh)
            fresh = False
            continue
        group = found.lastindex or 0
        if group == 3:
            fresh = True
            at = found.end()
            continue
        start, at = found.span(group)
        text = found[group]
        if group > 5:
            end = found.end()
            if group == 10 or group == 11:
                tokens.comments.append(FoundComment(start - 2, end, text.strip()))
                at = end
                continue
            if group < 9:
                text = unescape(text, start, tokens.flaws)
            start -= _MARKS[group]
            at = end
        add_text(text)
        add_kind(_KIND[group])
        add_start(start)
        add_end(at)
        add_fresh(fresh)
        fresh = False
        if group == 14:
            return tokens


_KIND = (BAD, WORD, SIGN, BAD, NUMBER, WORD, LONG_STRING, STRING, QUOTED, EXPRESSION, BAD, BAD, COLOR, SIGN, END)
_MARKS = (0, 0, 0, 0, 0, 0, 3, 1, 1, 1, 0, 0, 0, 0, 0)


def _odd(tokens: Tokens, at: int, fresh: bool) -> int:
    """Take what the pattern does not know; returns where it ends."""
    source = tokens.source
    while source[at] in " \t\r\f\v\u00a0\ufeff":
        at += 1
    start = at
    if source[at].isdigit() and source[at].isascii():
        end = _run(source, at, ".")
        tokens.flaws.append(Flaw(at, f'"{source[at:end]}" is not a number'))
        _add(tokens, BAD, source[at:end], start, end, fresh)
        return end
    end = _run(source, at, "")
    if end > at:
        return _add_word(tokens, start, end, fresh)
    for opening, message in _UNCLOSED.items():
        if source.startswith(opening, at):
            line_end = source.find("\n", at)
            end = len(source) if opening in ("'''", "/*") or line_end < 0 else line_end
            tokens.flaws.append(Flaw(at, message))
            _add(tokens, BAD, opening, start, end, fresh)
            return end
    tokens.flaws.append(Flaw(at, f"unexpected character {source[at]!r}"))
    _add(tokens, BAD, source[at], start, at + 1, fresh)
    return at + 1


def _run(source: str, at: int, more: str) -> int:
    """Where letters, digits, underscores and combining marks that begin at `at` end."""
    while at < len(source):
        char = source[at]
        if not (char == "_" or char.isalnum() or char in more or unicodedata.category(char).startswith("M")):
            break
        at += 1
    return at


def _add_word(tokens: Tokens, start: int, end: int, fresh: bool) -> int:
    """A word that the pattern saw only the beginning of, because a combining mark stands in it."""
    if tokens.kinds and tokens.kinds[-1] == WORD and tokens.ends[-1] == start:
        tokens.texts[-1] += tokens.source[start:end]
        tokens.ends[-1] = end
    else:
        _add(tokens, WORD, tokens.source[start:end], start, end, fresh)
    return end


def _add(tokens: Tokens, kind: int, text: str, start: int, end: int, fresh: bool) -> None:
    tokens.kinds.append(kind)
    tokens.texts.append(text)
    tokens.starts.append(start)
    tokens.ends.append(end)
    tokens.fresh.append(fresh)
