"""What stands between the quotes of a DBML string: escapes and indentation."""

from __future__ import annotations

import re
from typing import NamedTuple


class Flaw(NamedTuple):
    """What cannot be read, and its offset in the text."""

    at: int
    message: str


_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|\r\n|.)", re.DOTALL)
_MEANING = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "0": "\0",
    "b": "\b",
    "v": "\v",
    "f": "\f",
    "\n": "",
    "\r\n": "",
    " ": "\\ ",
}


def unescape(text: str, at: int, flaws: list[Flaw]) -> str:
    """`text` with its escapes read and its line ends as `\\n`; one that means nothing becomes a flaw.

    `at` is where the text begins in its file.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if "\\" not in text:
        return text

    def meaning(found: re.Match[str]) -> str:
        escape = found[1]
        if len(escape) == 5:
            return chr(int(escape[1:], 16))
        if escape == "u":
            flaws.append(Flaw(at + found.start(), "an escape \\u needs four hexadecimal digits"))
        return _MEANING.get(escape, escape)

    read = _ESCAPE.sub(meaning, text)
    if any("\ud800" <= char <= "\udfff" for char in read):
        # Letters beyond the first plane come as two escapes.
        read = read.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return read


def unindent(text: str) -> str:
    """A long string without the blanks that all its lines begin with, and without blank lines at its ends."""
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        return ""
    margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return "\n".join(line[margin:] for line in lines)
