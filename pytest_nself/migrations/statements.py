"""Statement boundaries in SQL text, found the way PostgreSQL's own scanner finds them.

Only what must be known without a server: where statements begin and end, which comments stand between them, and which
words a migration file cannot hold. What a statement means is the server's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pytest_nself.core.place import Place

# Identifiers hold ASCII letters, digits, _ and anything beyond ASCII (a no-break space, too). Said by what they do not
# hold: a class that reaches to the last code point takes 10 ms to compile.
_FIRST = r"[^\x00-@\[-^`{-\x7f]"
_TAG = r"[^\x00-/:-@\[-^`{-\x7f]"
_LATER = r"[^\x00-\#%-/:-@\[-^`{-\x7f]"

# The order matters: E'' before words, comments before operators. `$` belongs to words, so a$b$c is one word.
_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<line>--[^\n\r]*)
  | (?P<block>/\*)
  | (?P<string>[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'(?:\s*\n\s*'[^'\\]*(?:(?:\\.|'')[^'\\]*)*')*
      | '[^']*(?:''[^']*)*'
      | \$(?P<tag>(?:{_FIRST}{_TAG}*)?)\$.*?\$(?P=tag)\$)
  | (?P<quoted>"[^"]*(?:""[^"]*)*")
  | (?P<word>{_FIRST}{_LATER}*)
  | (?P<other>(?:[0-9][0-9.]*|[,.=<>:*+%&|^!?@\#~\[\]{{}}`])+)
  | (?P<semi>;)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<backslash>\\[^\n\r]*)
  | (?P<broken>['"]|\$(?:{_FIRST}{_TAG}*)?\$)
  | (?P<rest>.)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_LEADING = re.compile(r"(?:\s+|--[^\n\r]*|;)*", re.ASCII)
_BLOCK_EDGE = re.compile(r"/\*|\*/")
_WORDS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a text: `text[start:end]`, without its semicolon and the comments around it.

    `words` are its first bare words in lower case, quoted names as they are written. `data` is where the rows of a
    `copy … from stdin` stand (without the line `\\.` that ends them), None for any other statement.
    """

    start: int
    end: int
    words: tuple[str, ...]
    data: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A `--` comment between statements, or between the words of one, but never inside parentheses or a body."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a migration's text cannot hold, and where; `offset` counts characters."""

    offset: int
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over a text finds."""

    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
    problems: tuple[Problem, ...]


def scan(text: str) -> Scan:
    """Find statements, the comments around them, and what cannot be sent to a server."""
    statements: list[Statement] = []
    comments: list[Comment] = []
    problems: list[Problem] = []
    match, position, size = _TOKEN.match, 0, len(text)
    start = end = parens = body = 0
    words: list[str] = []
    inside = routine = after_begin = False

    while position < size:
        token = match(text, position)
        assert token is not None  # `rest` takes any character
        kind, begin, position = token.lastgroup, position, token.end()
        if kind == "space":
            continue
        if kind == "line":
            if not parens and not body:
                comments.append(Comment(begin, position))
            continue
        if kind == "block":
            position = _block_end(text, begin)
            if position > size:
                problems.append(Problem(begin, "a /* comment is never closed"))
            continue
        if kind == "semi" and not parens and not body:
            if inside:
                statements.append(Statement(start, end, tuple(words)))
            inside, routine, after_begin, words = False, False, False, []
            continue
        if kind == "backslash":
            problems.append(_backslash(begin, token.group()))
            continue
        if not inside:
            inside, start, parens, body = True, begin, 0, 0
        end = position
        if kind == "word":
            word = token.group().lower()
            if len(words) < _WORDS_KEPT:
                words.append(word)
                routine = routine or (word in ("function", "procedure") and words[0] == "create")
            if routine and not parens:
                body += _body_step(word, body, after_begin)
                after_begin = word == "begin"
        elif kind == "quoted":
            if len(words) < _WORDS_KEPT:
                words.append(token.group())
        elif kind == "open":
            parens += 1
        elif kind == "close":
            parens = max(0, parens - 1)
        elif kind == "broken":
            problems.append(Problem(begin, f"the quote {token.group()} that opens here is never closed"))
            end = position = size
    if inside:
        statements.append(Statement(start, end, tuple(words)))
    return Scan(tuple(statements), tuple(comments), tuple(problems))


def _body_step(word: str, depth: int, after_begin: bool) -> int:
    """How a word changes the depth of a `begin atomic … end` body, where `case … end` nests."""
    if not depth:
        return 1 if word == "atomic" and after_begin else 0
    return {"case": 1, "end": -1}.get(word, 0)


def _block_end(text: str, start: int) -> int:
    """The offset after a comment, whose insides may hold comments; beyond the text when it is never closed."""
    depth, position = 0, start
    while edge := _BLOCK_EDGE.search(text, position):
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
        if not depth:
            return position
    return len(text) + 1


def _backslash(offset: int, line: str) -> Problem:
    name = line.split()[0]
    return Problem(
        offset,
        f"{name} is a command of psql, which the server does not know",
        "write it as SQL, or leave it out",
    )


def split(text: str) -> tuple[Statement, ...]:
    """The statements of a text, in order."""
    return scan(text).statements


def is_blank(text: str) -> bool:
    """Whether nothing but blank space, semicolons and comments stands in the text."""
    rest = text[_LEADING.match(text).end() :]  # type: ignore[union-attr]  # it matches the empty text
    return not rest or (rest.startswith("/*") and not split(rest))


def place_at(text: str, offset: int, base: Place) -> Place:
    """The place of a character: `base` is where the text begins; without a line in it, only its path."""
    if base.line is None:
        return base
    before = text[:offset]
    line_start = before.rfind("\n") + 1
    lines = before.count("\n")
    column = offset - line_start + 1
    if not lines and base.column is not None:
        column += base.column - 1
    return Place(base.path, base.line + lines, column)


_EXTENSION = re.compile(rf"""(?is)^create\s+extension\s+(?:if\s+not\s+exists\s+)?("(?:[^"]|"")+"|{_FIRST}{_LATER}*)""")


def extensions_in(text: str) -> tuple[str, ...]:
    """Names in the text's `create extension` statements, once each, in order; those inside `do` bodies are not seen."""
    names: dict[str, None] = {}
    for statement in split(text):
        if statement.words[:2] != ("create", "extension"):
            continue
        # Comments may stand between the words; the server reads them as blanks.
        if match := _EXTENSION.match(without_comments(text[statement.start : statement.end])):
            name = match.group(1)
            names[name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()] = None
    return tuple(names)


def without_comments(text: str) -> str:
    parts, position = [], 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        assert token is not None
        if token.lastgroup == "block":
            position = min(_block_end(text, position), len(text))
            parts.append(" ")
            continue
        parts.append(" " if token.lastgroup == "line" else token.group())
        position = token.end()
    return "".join(parts)
