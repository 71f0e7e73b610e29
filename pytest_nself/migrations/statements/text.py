"""Questions to a text of SQL that its statements answer."""

from __future__ import annotations

import re

from pytest_nself.core.place import Place

from .found import Statement
from .psql import is_tolerated
from .scanner import BYTE_ORDER_MARK, scan
from .tokens import block_end, dollar_end, tokens

_BLANK = re.compile(r"(?:\s++|--[^\n\r]*+|;)*", re.ASCII)
_LINE_END = re.compile(r"[\n\r]|\Z")


def split(text: str) -> tuple[Statement, ...]:
    """The statements of a text, in order."""
    return scan(text).statements


def without_meta(text: str) -> str:
    """The text with what only psql reads (see `Scan.blanks`) as blanks, so that offsets and lines stay the same."""
    if not text.startswith(BYTE_ORDER_MARK) and "restrict" not in text:
        return text
    parts: list[str] = []
    position = 0
    for start, end in scan(text).blanks:
        parts += (text[position:start], " " * (end - start))
        position = end
    return "".join((*parts, text[position:])) if parts else text


def is_blank(text: str) -> bool:
    """Whether nothing but blank space, semicolons, comments and what only psql reads stands in the text."""
    position = int(text.startswith(BYTE_ORDER_MARK))
    while True:
        position = _BLANK.match(text, position).end()  # type: ignore[union-attr]  # it matches the empty text
        if text.startswith("/*", position):
            position = block_end(text, position) or len(text)
        elif text.startswith("\\", position):
            line_end = _LINE_END.search(text, position).start()  # type: ignore[union-attr]  # the text's end is one
            if not is_tolerated(text, position, line_end):
                return False
            position = line_end
        else:
            return position == len(text)


def place_at(text: str, offset: int, base: Place) -> Place:
    """The place of a character: `base` is where the text begins; without a line in it, only its path."""
    if base.line is None:
        return base
    line_start = text.rfind("\n", 0, offset) + 1
    lines = text.count("\n", 0, offset)
    column = offset - line_start + 1
    if not lines and base.column is not None:
        column += base.column - 1
    return Place(base.path, base.line + lines, column)


def extensions_in(text: str) -> tuple[str, ...]:
    """Names in the text's `create extension` statements, once each, in order; those inside `do` bodies are not seen."""
    names: dict[str, None] = {}
    for statement in split(text):
        words = statement.words
        if words[:2] != ("create", "extension"):
            continue
        name = words[5:6] if words[2:5] == ("if", "not", "exists") else words[2:3]
        if name:
            names[name[0][1:-1].replace('""', '"') if name[0].startswith('"') else name[0]] = None
    return tuple(names)


def without_comments(text: str) -> str:
    """A statement with a blank in place of each comment, as the server reads it."""
    if "--" not in text and "/*" not in text:
        return text
    parts, position, token = [], 0, tokens().one
    while position < len(text) and (match := token.match(text, position)):
        kind, end = match.lastgroup, match.end()
        if kind in ("line", "block"):
            end = end if kind == "line" else block_end(text, match.start("block")) or len(text)
            parts.append(" ")
        else:
            if kind == "dollar":
                end = dollar_end(text, match["dollar"], end) or len(text)
            parts.append(text[position:end])
        position = end
    return "".join(parts)
