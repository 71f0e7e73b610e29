"""References as a file writes them: `$users.alice`, `$app.users.alice.email`, `$orgs[slug=acme]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place

from .names import name_parts

_NAME = r'(?:[^\W\d]\w*|"(?:[^"]|"")+")'
_LABEL = r"(?:[^\W_]|\{(?:label|n)\})(?:[\w-]|\{(?:label|n)\})*"
_SHAPE = re.compile(
    rf"\$(?:(?P<path>{_NAME}(?:\.(?:{_NAME}|{_LABEL}))+)|(?P<table>{_NAME}(?:\.{_NAME})?)\[.*)", re.DOTALL
)
_CONDITION = re.compile(
    r"""\s*(?P<column>[^\s=,\]"]+|"(?:[^"]|"")+")\s*=\s*"""
    r"""(?:"(?P<double>(?:[^"]|"")*)"|'(?P<single>(?:[^']|'')*)'|(?P<plain>[^,\]]*?))\s*(?P<end>[,\]])""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """`slug=acme` between the brackets; the value `null` without quotes is None."""

    column: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """A reference that is read but not resolved.

    With `conditions`, `path` is the table (and its schema); without, it is `table.label` with a schema before it, a
    column behind it, or both. `column` is what stands behind the brackets.
    """

    text: str
    path: tuple[str, ...]
    place: Place
    conditions: tuple[Condition, ...] = ()
    column: str | None = None


def is_reference(text: str) -> bool:
    """Whether `text` is a reference: `$name.name…` or `$name[…`; a password hash and a price are none."""
    return text.startswith("$") and _SHAPE.fullmatch(text) is not None


def read_reference(text: str, place: Place) -> Written:
    """What `text` (a reference) says; FixtureError with its place for what stands wrong between the brackets."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise _unreadable(text, place)
    if match["path"] is not None:
        parts = name_parts(match["path"])
        if parts is None or not 2 <= len(parts) <= 4:
            raise _unreadable(text, place)
        return Written(text, tuple(parts), place)
    table = name_parts(match["table"])
    if table is None:
        raise _unreadable(text, place)
    conditions, at = _conditions(text, match.end("table") + 1, place)
    return Written(text, tuple(table), place, conditions, _column_behind(text, at, place))


def _conditions(text: str, at: int, place: Place) -> tuple[tuple[Condition, ...], int]:
    found = []
    while True:
        match = _CONDITION.match(text, at)
        if match is None:
            raise _unreadable(text, place)
        column = name_parts(match["column"])
        if column is None or len(column) != 1:
            raise _unreadable(text, place)
        found.append(Condition(column[0], _value(match)))
        at = match.end()
        if match["end"] == "]":
            return tuple(found), at


def _value(match: re.Match[str]) -> str | None:
    if match["double"] is not None:
        return match["double"].replace('""', '"')
    if match["single"] is not None:
        return match["single"].replace("''", "'")
    return None if match["plain"] == "null" else match["plain"]


def _column_behind(text: str, at: int, place: Place) -> str | None:
    if at == len(text):
        return None
    parts = name_parts(text[at + 1 :]) if text[at] == "." else None
    if parts is None or len(parts) != 1:
        raise _unreadable(text, place)
    return parts[0]


def _unreadable(text: str, place: Place) -> FixtureError:
    return FixtureError(
        f"{text} is no reference that can be read.",
        "Known forms are $table.label, $schema.table.label, $table.label.column and $table[column=value, …].",
        f"correct it; if the text is meant as it stands, write ${text}",
        place=place,
    )
