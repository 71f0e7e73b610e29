"""Gives each comment to what it stands at: above it, behind it, or in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .cursor import Cursor
from .model import Comment, Directive
from .problems import DIRECTIVE, nearest
from .tokens import FoundComment

WORDS = {"hasura": ("permissions", "relationship")}
"""The comments that say something to us: their families, and the words of each."""

_DIRECTIVE = re.compile(r"(hasura)\s*:\s*(\w*)\s*(.*)", re.DOTALL)
_NONE: tuple[Comment, ...] = ()


class Comments:
    """The comments of a file, taken in its order; `directives` are those of the table that is being read."""

    __slots__ = ("_at", "_cursor", "_found", "_next", "directives")

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._found = cursor.tokens.comments
        self._next = 0
        self._at = self._found[0].at if self._found else len(cursor.tokens.source) + 1
        self.directives: list[Directive] | None = None

    def until(self, offset: int) -> list[FoundComment]:
        """Take those that begin before that offset of the text."""
        if self._at >= offset:
            return []
        first = self._next
        while self._next < len(self._found) and self._found[self._next].at < offset:
            self._next += 1
        done = self._next == len(self._found)
        self._at = len(self._cursor.tokens.source) + 1 if done else self._found[self._next].at
        return self._found[first : self._next]

    def before(self) -> tuple[Comment, ...]:
        """Take those that stand before the next token; directives among them go to the table."""
        start = self._cursor.starts[self._cursor.at]
        return _NONE if self._at >= start else self.sort(self.until(start))

    def behind(self, directives: list[Directive] | None = None) -> tuple[Comment, ...]:
        """Take those in what was just read, and behind it on its last line; their directives go to that list."""
        cursor = self._cursor
        if self._at >= cursor.starts[cursor.at]:
            return _NONE
        end = cursor.ends[cursor.at - 1]
        line_end = cursor.tokens.source.find("\n", end)
        if line_end < 0:
            line_end = len(cursor.tokens.source)
        return self.sort(self.until(min(line_end, cursor.starts[cursor.at])), directives)

    def sort(self, found: Iterable[FoundComment], directives: list[Directive] | None = None) -> tuple[Comment, ...]:
        """The comments among them; directives are put where they belong."""
        kept = []
        for one in found:
            directive = self._directive(one)
            if directive is None:
                kept.append(Comment(one.text, self._cursor.tokens.place(one.at)))
                continue
            target = self.directives if directives is None else directives
            if target is None:
                self._cursor.problems.add(
                    DIRECTIVE,
                    f'"{directive.family}:{directive.word}" belongs to no table',
                    directive.place,
                    "put it into the table, on the line above it, or behind one of its columns",
                )
            else:
                self._check(directive)
                target.append(directive)
        return tuple(kept)

    def above(self, loose: list[Comment]) -> tuple[tuple[Comment, ...], list[Directive]]:
        """Take those before the next token, an element of the file: what stands right above it belongs to it.

        What a blank line parts from it goes to `loose`.
        """
        cursor = self._cursor
        start = cursor.starts[cursor.at]
        if self._at >= start:
            return _NONE, []
        found = self.until(start)
        source = cursor.tokens.source
        near = len(found)
        edge = start
        while near > 0 and source.count("\n", found[near - 1].end, edge) <= 1:
            near -= 1
            edge = found[near].at
        outer, self.directives = self.directives, None
        loose.extend(self.sort(found[:near]))
        self.directives = outer
        directives: list[Directive] = []
        return self.sort(found[near:], directives), directives

    def refuse(self, directives: Iterable[Directive], what: str) -> None:
        """Directives at something that is no table are an error."""
        for directive in directives:
            self._cursor.problems.add(
                DIRECTIVE,
                f'"{directive.family}:{directive.word}" stands at {what}, and says something about tables only',
                directive.place,
                "put it into the table, on the line above it, or behind one of its columns",
            )

    def _directive(self, found: FoundComment) -> Directive | None:
        match = _DIRECTIVE.match(found.text)
        if match is None:
            return None
        return Directive(found.text, match[1], match[2], match[3], self._cursor.tokens.place(found.at))

    def _check(self, directive: Directive) -> None:
        known = WORDS[directive.family]
        if directive.word not in known:
            self._cursor.problems.add(
                DIRECTIVE,
                f'unknown directive "{directive.family}:{directive.word}"',
                directive.place,
                nearest(directive.word, known),
            )
