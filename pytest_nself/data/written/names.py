"""Table and column names as a fixture file writes them."""

from __future__ import annotations

import re

from pytest_nself.core.names import ObjectRef

_PART = re.compile(r'"((?:[^"]|"")+)"|([^".\s]+)')


def table_of(written: str) -> ObjectRef | None:
    """`users`, `app.users`, `"User Table"` or `app."User Table"`; None for anything else.

    Letters keep their case (no folding): `createdAt` is the name "createdAt".
    """
    parts = name_parts(written)
    if parts is None or len(parts) > 2:
        return None
    return ObjectRef("table", parts[0] if len(parts) == 2 else None, parts[-1])


def column_of(written: str) -> str | None:
    """`email`, or `"e.mail"` for a name that needs quotes; None for anything else."""
    parts = name_parts(written)
    return parts[0] if parts is not None and len(parts) == 1 else None


def name_parts(written: str) -> list[str] | None:
    """The parts of a dotted name, quotes taken off; None if it is not one."""
    parts: list[str] = []
    at = 0
    while True:
        match = _PART.match(written, at)
        if match is None:
            return None
        quoted, plain = match.groups()
        parts.append(plain if quoted is None else quoted.replace('""', '"'))
        at = match.end()
        if at == len(written):
            return parts
        if written[at] != ".":
            return None
        at += 1


def written_name(name: str) -> str:
    """`name` as a part of a dotted name: in double quotes where it needs them."""
    if re.fullmatch(r"[^\W_][\w-]*|[^\W\d]\w*", name):
        return name
    return '"' + name.replace('"', '""') + '"'
