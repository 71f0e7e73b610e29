"""The text of an env file: names and values, with the line that each stands in.

python-dotenv reads it; a line that it cannot read is an error here, since a connection that is silently skipped would
give way to a weaker one. A `$` is a character like any other.
"""

from __future__ import annotations

from typing import NamedTuple

from pytest_nself.core.errors import ConfigError


class Entry(NamedTuple):
    """One variable of a file."""

    name: str
    value: str
    line: int


def parse_env(content: bytes, path: str) -> list[Entry]:
    """All variables in their order; a name without `=` is none. Raises ConfigError with the place, not the text."""
    from io import StringIO

    from dotenv.parser import parse_stream

    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _wrong(
            f"{path} is not UTF-8 text.", "An env file is read as UTF-8.", "save it as UTF-8", path, line
        ) from None
    entries = []
    for binding in parse_stream(StringIO(text)):
        said = binding.original.string
        line = binding.original.line + said[: len(said) - len(said.lstrip())].count("\n")
        if binding.error:
            problem, cause = f"Line {line} of {path} cannot be read.", "It is not shown: it may hold a password."
            raise _wrong(problem, cause, "write NAME=value, and close every quote", path, line)
        if binding.key is not None and binding.value is not None:
            entries.append(Entry(binding.key, binding.value, line))
    return entries


def _wrong(problem: str, cause: str, remedy: str, path: str, line: int) -> ConfigError:
    from pytest_nself.core.place import Place

    return ConfigError(problem, cause, remedy, place=Place(path, line))
