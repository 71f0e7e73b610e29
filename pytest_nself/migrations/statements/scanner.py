"""One pass over SQL text, statement by statement, the way PostgreSQL's own scanner and grammar read it."""

from __future__ import annotations

import re

from pytest_nself.core.names import fold

from .copied_rows import reads_rows, rest_of_line, rows_end
from .found import Comment, Problem, Scan, Statement
from .psql import Openings, backslash_problem, command_name, ends_statement, is_tolerated, variable_problem
from .tokens import block_end, dollar_end, tokens

BYTE_ORDER_MARK = "\ufeff"

_SETTING = "standard_conforming_strings"
_TURNS_OFF = re.compile(rf"(?is)\b{_SETTING}\b\s*(?:=|to\b)\s*'?(?:of|off|f|fa|fal|fals|false|n|no|0)\b")
_WORDS_KEPT = 8
_NO_PART = frozenset({"semi", "line", "block", "backslash", "end"})  # of a statement


def scan(text: str) -> Scan:
    """Find statements, the comments around them, and what cannot be sent to a server."""
    pass_ = _Pass(text)
    position = 0
    if text.startswith(BYTE_ORDER_MARK):
        position = 1
        pass_.blanks.append((0, 1))
    if (nul := text.find("\0")) >= 0:
        pass_.refuse(nul, "a NUL character stands here, where the server would stop reading", "take it out")
    while position < len(text):
        position = pass_.statement(position)
    pass_.problems.sort(key=lambda problem: problem.offset)
    return Scan(tuple(pass_.statements), tuple(pass_.comments), tuple(pass_.problems), tuple(pass_.blanks))


class _Pass:
    """One pass over a text, statement by statement."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.statements: list[Statement] = []
        self.comments: list[Comment] = []
        self.problems: list[Problem] = []
        self.blanks: list[tuple[int, int]] = []
        self.tokens = tokens()
        self.standard_strings = True
        self.openings: tuple[int, Openings] | None = None  # of the statement that begins there

    def refuse(self, offset: int, message: str, remedy: str = "") -> None:
        self.problems.append(Problem(offset, message, remedy))

    def statement(self, position: int) -> int:
        """Read from `position` to the end of the next statement, its semicolon and its rows; where to go on."""
        text, size = self.text, len(self.text)
        one, run = self.tokens.one.match, self.tokens.run.match
        start, end = -1, position
        parens = body = 0
        words: list[str] = []
        head = words  # of the innermost statement: bodies hold statements
        plain = False  # nothing but semicolons, parentheses, comments and quotes matters any more
        previous = ""
        while position < size:
            if plain:
                taken = run(text, position)
                if taken and taken.end() > position:
                    end = position = taken.end()
            token = one(text, position)
            assert token is not None  # `rest` takes any character
            kind = token.lastgroup
            assert kind is not None  # some group always takes part
            position = token.end()
            if kind in _NO_PART:
                if kind == "semi":
                    if parens:
                        end = position
                    elif body:
                        head, previous = [], ";"
                    else:
                        return self.finish(start, end, words, position) if start >= 0 else position
                elif kind == "line":
                    if not parens and not body:
                        self.comments.append(Comment(token.start(kind), position))
                elif kind == "block":
                    position = self.block(token.start(kind))
                elif kind == "backslash":
                    position, ends = self.backslash(token.start(kind), position)
                    if ends and start >= 0:
                        return self.finish(start, end, words, position)
                continue
            if start < 0:
                start = token.start(kind)
                if text[start] == BYTE_ORDER_MARK:
                    self.refuse(start, "a byte order mark stands here, inside the text", "take it out")
            end = position
            last, previous = previous, kind
            if kind == "word" or kind == "quoted":
                word = token.group(kind)
                if kind == "word":
                    previous = word = fold(word)
                    if not parens and word == "atomic" and last == "begin" and _is_routine(head):
                        body, head, previous = body + 1, [], ";"
                        continue
                    # Each statement of a body ends with a semicolon: any other `end` is that of a `case`, or a name.
                    if word == "end" and last == ";" and body and not parens:
                        body -= 1
                if len(head) < _WORDS_KEPT:
                    head.append(word)
                    plain = len(words) == _WORDS_KEPT and not _is_routine(words)
            elif kind == "open":
                parens += 1
            elif kind == "close":
                parens = max(0, parens - 1)
            elif kind != "other":
                end = position = self.quote(kind, token.start(kind), position, start)
        return self.finish(start, end, words, size) if start >= 0 else size

    def block(self, start: int) -> int:
        """Pass over a `/* */` comment; where it ends."""
        end = block_end(self.text, start)
        if end is None:
            self.refuse(start, "a /* comment is never closed", "close it, and each /* inside it")
            return len(self.text)
        return end

    def backslash(self, start: int, end: int) -> tuple[int, bool]:
        """Refuse one of psql's commands, except those that dumps have; where it ends, and whether it ends a statement.

        A command takes the rest of its line, save those that stand for a character.
        """
        if is_tolerated(self.text, start, end):
            self.blanks.append((start, end))
            return end, False
        name = command_name(self.text, start)
        self.problems.append(backslash_problem(start, name))
        if name in ("\\;", "\\:"):
            end = start + len(name)
        return end, ends_statement(self.text[start:end])

    def quote(self, kind: str, start: int, end: int, statement: int) -> int:
        """Look at a string, or at something with a quote in it; where it ends."""
        text = self.text
        if kind == "dollar":
            closed = dollar_end(text, text[start:end], end)
            if closed is not None:
                return closed
            kind = "broken"
        if kind == "broken":
            self.refuse(start, f"the quote {text[start:end]} that opens here is never closed", "close it")
            return len(text)
        # `:'name'` is SQL only as the end of a slice, or as a value of a JSON object.
        if kind == "variable":
            if self.openings is None or self.openings[0] != statement:
                self.openings = statement, Openings(text, statement, self.tokens)
            if not self.openings[1].colon_is_sql(start):
                self.problems.append(variable_problem(start, text[start:end]))
        if kind == "string" and not self.standard_strings and text[start] == "'" and "\\" in text[start:end]:
            self.refuse(
                start,
                f"a backslash stands in this string after {_SETTING} was turned off, which does not count in one file",
                "write the string as E'…', and leave the setting alone",
            )
        return end

    def finish(self, start: int, end: int, words: list[str], position: int) -> int:
        """Note a statement that ends before `position`; where to go on, which is after its rows if it has any."""
        text, data = self.text, None
        if words[:1] == ["copy"] and reads_rows(text, start, end, self.tokens):
            rest, first = rest_of_line(text, position)
            if rest is None:
                self.refuse(
                    position,
                    "more than the `copy … from stdin` stands on this line, and its rows begin on the next",
                    "write what follows it below the rows",
                )
            elif rest["comment"]:
                self.comments.append(Comment(*rest.span("comment")))
            last, position = rows_end(text, first)
            data = (first, last)
        elif words[:1] == ["set"] and _SETTING in words:
            self.standard_strings = not _TURNS_OFF.search(text, start, end)
            self.tokens = tokens(standard_strings=self.standard_strings)
        self.statements.append(Statement(start, end, tuple(words), data))
        return position


def _is_routine(words: list[str]) -> bool:
    """Whether a statement that begins with these words may have a body of statements."""
    kind = words[3:4] if words[1:3] == ["or", "replace"] else words[1:2]
    return words[:1] == ["create"] and kind in (["function"], ["procedure"])
