"""Pages of the documentation, read: the files, commands and outputs that their fences show.

A comment before a fence says what the fence is:

- `<!-- file: path -->` a file of the reader's project
- `<!-- run -->` commands, run by bash in the project's folder; the first that fails ends them
- `<!-- output -->` what the commands before it print; `...` stands for anything
- `<!-- server: postgresql://user:password@host:5432/dbname -->` (no fence follows) a server of the reader's own, on
  which that user may create databases; where the page says this address, the runner says the real one

A fence without such a comment is only read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]

_COMMENT = re.compile(r"^<!-- *(\w+)(?:: *(.*?))? *-->$")
_FENCE = re.compile(r"^(`{3,}|~{3,})(\S*)")
_KINDS = {"file", "run", "output"}
_OTHER_COMMENTS = {"generated", "example", "tests"}  # `.ci/run` takes the README's two commands by the latter


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced block: `kind` is `file`, `run`, `output`, or empty for one that is only read."""

    kind: str
    path: str
    language: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page: where it is, what it fences, and the address of the server it speaks of (or an empty string)."""

    path: Path
    text: str
    fences: tuple[Fence, ...] = field(repr=False)
    server: str = ""

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def runs(self) -> bool:
        """Whether anything on it is executed."""
        return any(fence.kind for fence in self.fences)

    def files(self) -> dict[str, str]:
        """The files that the page shows, by their paths; a later one replaces an earlier one."""
        return {fence.path: fence.text for fence in self.fences if fence.kind == "file"}


def all_pages() -> list[Page]:
    """README.md and every page below docs/, in the order of their paths."""
    return [read_page(path) for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))]


def read_page(path: Path) -> Page:
    """Read one page. ValueError names the line of a comment that nobody understands."""
    text = path.read_text(encoding="utf-8")
    return parse_page(path, text)


def parse_page(path: Path, text: str) -> Page:
    """The same for a text that is at hand."""
    lines = text.splitlines()
    fences: list[Fence] = []
    kind, argument, server = "", "", ""
    number = 0
    while number < len(lines):
        line = lines[number].rstrip()
        number += 1
        if match := _FENCE.match(line):
            start, ticks, language = number, match[1], match[2]
            while number < len(lines) and lines[number].rstrip() != ticks:
                number += 1
            if number == len(lines):
                raise ValueError(f"{path}:{start}: this fence is never closed")
            body = "".join(f"{one}\n" for one in lines[start:number])
            number += 1
            fences.append(Fence(kind, argument, language, body, start))
            kind = argument = ""
        elif match := _COMMENT.match(line):
            if match[1] == "server":
                server = match[2] or ""
            elif match[1] in _KINDS:
                kind, argument = match[1], match[2] or ""
            elif match[1] not in _OTHER_COMMENTS:
                raise ValueError(f"{path}:{number}: <!-- {match[1]} --> means nothing here")
        elif line and kind:
            raise ValueError(f"{path}:{number}: a fence should follow <!-- {kind} -->")
    _check(path, fences)
    return Page(path, text, tuple(fences), server)


def _check(path: Path, fences: list[Fence]) -> None:
    has_run = False
    for fence in fences:
        if fence.kind == "file" and not fence.path:
            raise ValueError(f"{path}:{fence.line}: <!-- file --> names no file")
        if fence.kind == "output" and not has_run:
            raise ValueError(f"{path}:{fence.line}: this output follows no <!-- run -->")
        has_run = has_run or fence.kind == "run"


def matches(expected: str, actual: str) -> bool:
    """Whether the output is what the page shows, where `...` stands for anything, line ends included."""
    parts = (re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(".*".join(parts), actual.strip(), re.DOTALL) is not None
