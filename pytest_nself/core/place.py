"""Where in a file something stands."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A position in a file: line and column count from 1; prints as `path`, `path:line` or `path:line:column`."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
