"""What one pass over SQL text finds: statements, comments, and what the text cannot hold."""

from __future__ import annotations

from typing import NamedTuple


class Statement(NamedTuple):
    """One statement of a text: `text[start:end]`, without its semicolon and the comments around it.

    `words` are its first bare words in lower case, quoted names as they are written. `data` is where the rows of a
    `copy … from stdin` stand (without the line `\\.` that ends them), None for any other statement.
    """

    start: int
    end: int
    words: tuple[str, ...]
    data: tuple[int, int] | None = None


class Comment(NamedTuple):
    """A `--` comment between statements, or between the words of one, but never inside parentheses or a body."""

    start: int
    end: int


class Problem(NamedTuple):
    """Something that a migration's text cannot hold, and where; `offset` counts characters."""

    offset: int
    message: str
    remedy: str = ""


class Scan(NamedTuple):
    """What one pass over a text finds, in order.

    `blanks` is what psql reads and a server must not see: a byte order mark, a dump's `\\restrict` lines.
    """

    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
    problems: tuple[Problem, ...]
    blanks: tuple[tuple[int, int], ...] = ()
