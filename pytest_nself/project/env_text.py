"""The text of an env file: names and values, with the line that each stands in.

What python-dotenv reads is read alike, but for two things: a line that cannot be read is an error, since a connection
that is silently skipped would give way to a weaker one; and a `$` is a character like any other.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pytest_nself.core.errors import ConfigError

_BLANK = re.compile(r"\s*(?:#[^\n]*)?(?:\n|\Z)")
_NAME = re.compile(r"\s*(?:export[ \t]+)?(?:'([^']+)'|([^=#\s'][^=#\s]*))[ \t]*")
_END = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Entry(NamedTuple):
    """One variable of a file."""

    name: str
    value: str
    line: int


def parse_env(content: bytes, path: str) -> list[Entry]:
    """All variables in their order; a name without `=` is none. Raises ConfigError with the place, not the text."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _wrong(
            f"{path} is not UTF-8 text.", "An env file is read as UTF-8.", "save it as UTF-8", path, line
        ) from None
    entries, at = [], 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = blank.end()
            continue
        name = _NAME.match(text, at)
        line = text.count("\n", 0, name.start(1 if name[1] else 2) if name else at) + 1
        if name is None or (found := _value(text, name.end())) is None:
            problem, cause = f"Line {line} of {path} cannot be read.", "It is not shown: it may hold a password."
            raise _wrong(problem, cause, "write NAME=value, and close every quote", path, line)
        value, at = found
        if value is not None:
            entries.append(Entry(name[1] or name[2], value, line))
    return entries


def _wrong(problem: str, cause: str, remedy: str, path: str, line: int) -> ConfigError:
    from pytest_nself.core.place import Place

    return ConfigError(problem, cause, remedy, place=Place(path, line))


def _value(text: str, at: int) -> tuple[str | None, int] | None:
    """The value behind a name and where the next line begins; None where the line makes no sense."""
    if not text.startswith("=", at):
        end = _END.match(text, at)
        return (None, end.end()) if end else None
    start = at + 1
    while start < len(text) and text[start] in " \t":
        start += 1
    if text[start : start + 1] in ("'", '"') and start < len(text):
        quoted = _quoted().match(text, start)
        end = _END.match(text, quoted.end()) if quoted else None
        if quoted is None or end is None:
            return None
        if quoted[1] is not None:
            return re.sub(r"\\([\\'])", r"\1", quoted[1]), end.end()
        escaped = r"\\([\\'\"abfnrtv])"
        return re.sub(escaped, lambda match: _ESCAPES.get(match[1], match[1]), quoted[2]), end.end()
    stop = text.find("\n", start)
    stop = len(text) if stop < 0 else stop
    bare = text[start:stop]
    if bare.startswith("#") and start > at + 1:  # `NAME= # comment`; but `NAME=#1` is a value
        bare = ""
    return (re.sub(r"\s+#.*", "", bare) if "#" in bare else bare).rstrip(), stop + 1


@cache
def _quoted() -> re.Pattern[str]:
    return re.compile(r"""'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)\"""", re.DOTALL)
