"""Names of database objects, and the only place where identifiers and literals are quoted."""

from __future__ import annotations

import re
from typing import NamedTuple


def quote_identifier(name: str) -> str:
    """`name` as a quoted SQL identifier; ValueError for what PostgreSQL cannot hold (empty, or with a NUL)."""
    if not name or "\0" in name:
        raise ValueError(f"not a PostgreSQL identifier: {name!r}")
    return '"' + name.replace('"', '""') + '"'


def quote_qualified(schema: str | None, name: str) -> str:
    """`schema.name`, each part quoted; without a schema only the name."""
    return quote_identifier(name) if schema is None else f"{quote_identifier(schema)}.{quote_identifier(name)}"


NAME_PATTERN = r"""(?:"(?:[^"]|"")+"|[^\s"'(),;.]+)"""
QUALIFIED_PATTERN = rf"{NAME_PATTERN}(?:\s*\.\s*{NAME_PATTERN})*"
"""What a name looks like in SQL, for `re`; blanks may stand around its dots."""


_FOLDED = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def fold(word: str) -> str:
    """A bare word in lower case, as the server folds it: beyond ASCII letters stay as they are."""
    return word.lower() if word.isascii() else word.translate(_FOLDED)


def parse_qualified(text: str) -> tuple[str, ...]:
    """The parts of a name as the server stores them: quotes taken off, the rest in lower case."""
    return tuple(
        part[1:-1].replace('""', '"') if part.startswith('"') else fold(part) for part in re.findall(NAME_PATTERN, text)
    )


def quote_literal(text: str) -> str:
    """`text` as a SQL string literal that means the same whatever standard_conforming_strings says."""
    if "\0" in text:
        raise ValueError("a PostgreSQL string cannot hold a NUL character")
    quoted = "'" + text.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


class ObjectRef(NamedTuple):
    """What a finding is about: `str()` gives `public.orders`, `public.orders.tenant_id`, `20240501120000_add_users`."""

    kind: str
    schema: str | None
    name: str
    part: str | None = None

    def __str__(self) -> str:
        return ".".join(part for part in (self.schema, self.name, self.part) if part is not None)
