r"""What psql reads in a file and a server does not know: backslash commands and variables.

They are refused by name. Only `\restrict` and `\unrestrict`, which pg_dump writes around each dump, are tolerated.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from pytest_nself.core.names import fold

from .found import Problem
from .tokens import Tokens, block_end, dollar_end

# psql's own: the name ends at blank space or at the next backslash; `\;` and `\:` are a command each.
_NAME = re.compile(r"\\(?:[;:]|[^\s\\]*)")
_TOLERATED = re.compile(r"\\(?:un)?restrict[ \t]+[^\s\\'\"`:]+[ \t]*\Z")

# Commands that send the statement before them, as a semicolon does.
_SENDS = frozenset(
    (r"\;", r"\g", r"\gx", r"\gset", r"\gexec", r"\gdesc", r"\crosstabview", r"\watch", r"\sendpipeline")
)
_REMEDIES = MappingProxyType(
    {
        r"\.": r"it ends the rows of a `copy … from stdin`, and none is open here; leave it out",
        r"\;": "write a plain semicolon",
        r"\:": "write a plain colon",
        **dict.fromkeys(
            (r"\i", r"\ir", r"\include", r"\include_relative"), "put the other file's SQL here, or into its own file"
        ),
        **dict.fromkeys((r"\set", r"\unset", r"\prompt"), "write the value where the variable is used"),
        **dict.fromkeys(
            (r"\g", r"\gx", r"\gdesc", r"\crosstabview", r"\watch", r"\bind", r"\sendpipeline"),
            "end the statement with a semicolon",
        ),
        r"\gset": "end the statement with a semicolon, and keep its result in a `do` block's variable",
        r"\gexec": "use a `do` block with `execute`",
        **dict.fromkeys((r"\c", r"\connect"), "a file works on one database; leave it out"),
        r"\copy": "write the rows after a `copy … from stdin`, or as `insert into … values`",
        **dict.fromkeys((r"\if", r"\elif", r"\else", r"\endif"), "use a `do` block with `if`"),
        **dict.fromkeys((r"\echo", r"\qecho", r"\warn"), "leave it out, or use `raise notice` in a `do` block"),
        **dict.fromkeys((r"\q", r"\quit"), "leave it out"),
        **dict.fromkeys((r"\!", r"\cd", r"\setenv", r"\getenv"), "do it outside of the file"),
    }
)


def is_tolerated(text: str, start: int, end: int) -> bool:
    r"""Whether `text[start:end]` is a dump's `\restrict` or `\unrestrict`, on a line of its own."""
    line_start = text.rfind("\n", 0, start) + 1
    return _TOLERATED.match(text[start:end]) is not None and not text[line_start:start].strip("\ufeff \t\r\f\v")


def command_name(text: str, offset: int) -> str:
    """The name of the command that begins there, backslash included."""
    match = _NAME.match(text, offset)
    return match.group() if match else ""


def ends_statement(line: str) -> bool:
    """Whether psql sends the statement before these commands, given to the end of their line."""
    return not _SENDS.isdisjoint(_NAME.findall(line))


def backslash_problem(offset: int, name: str) -> Problem:
    """Refuse a backslash command."""
    message = f"{name} is a command of psql, which the server does not know"
    return Problem(offset, message, _REMEDIES.get(name, "write it as SQL, or leave it out"))


def variable_problem(offset: int, variable: str) -> Problem:
    """Refuse a variable."""
    message = f"{variable} is a variable of psql, which the server does not know"
    return Problem(offset, message, "write the value itself")


class Openings:
    """What is open at a place of a statement: tells where a colon before a quote is SQL."""

    def __init__(self, text: str, start: int, tokens: Tokens) -> None:
        self._text = text
        self._position = start
        self._one = tokens.one
        self._word = ""
        self._open: list[str] = []

    def colon_is_sql(self, colon: int) -> bool:
        """Whether it stands in brackets, or right inside a JSON object's constructor; ask from left to right."""
        while self._position < colon and (token := self._one.match(self._text, self._position)):
            self._take(token)
        return bool(self._open) and self._open[-1] in ("[", "json_object", "json_objectagg")

    def _take(self, token: re.Match[str]) -> None:
        kind, self._position = token.lastgroup, token.end()
        word, self._word = self._word, ""
        if kind == "word":
            self._word = fold(token.group(kind))
        elif kind == "open":
            self._open.append(word)
        elif kind == "close" and self._open:
            self._open.pop()
        elif kind == "other":
            for character in token.group(kind):
                if character == "[":
                    self._open.append(character)
                elif character == "]" and self._open:
                    self._open.pop()
        elif kind == "block":
            self._word = word
            self._position = block_end(self._text, token.start(kind)) or len(self._text)
        elif kind == "dollar":
            self._position = dollar_end(self._text, token.group(kind), token.end()) or len(self._text)
        elif kind == "line":
            self._word = word
