"""Differences as people read them: one line for each object, without the parts of what is new or gone as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_nself.catalog.compare import Change
from pytest_nself.catalog.fact import Catalog
from pytest_nself.core.names import ObjectRef, parse_qualified

_RELATIONS = ("table", "view", "materialized_view", "foreign_table")
_INSIDE = {
    "index": "table",
    "statistics": "table",
    "sequence_owner": "owned_by",
}
"""Kinds that go with a relation, by the attribute that names it."""


@dataclass(frozen=True, slots=True)
class Line:
    """`+` is only in the second of two states, `-` only in the first, `~` in both and not alike."""

    sign: str
    subject: ObjectRef
    changes: tuple[Change, ...]

    @property
    def name(self) -> str:
        """The object's name; `public` is not said."""
        parts = (self.subject.schema if self.subject.schema != "public" else None, self.subject.name, self.subject.part)
        return ".".join(part for part in parts if part)

    @property
    def kind(self) -> str:
        """`Materialized view`."""
        return self.subject.kind.replace("_", " ").capitalize()

    @property
    def said(self) -> str:
        """What is not alike: `type integer -> text`."""
        changed = {one.attribute for one in self.changes}
        return "; ".join(
            f"{one.attribute.replace('_', ' ')} {_shown(one.before)} -> {_shown(one.after)}"
            for one in self.changes
            if one.attribute and not (one.attribute == "not_null_as" and "not_null" in changed)
        )

    def __str__(self) -> str:
        return f"{self.sign} {self.kind}: {self.name}" + (f" ({self.said})" if self.said else "")


def lines_of(changes: Iterable[Change], before: Catalog, after: Catalog) -> tuple[Line, ...]:
    """One for each object in which two states differ."""
    by_subject: dict[ObjectRef, list[Change]] = {}
    for change in changes:
        by_subject.setdefault(change.subject, []).append(change)
    whole = {
        (ref.schema, ref.name) for ref, mine in by_subject.items() if ref.kind in _RELATIONS and not mine[0].attribute
    }
    found = [
        Line(_sign(mine), ref, tuple(mine))
        for ref, mine in by_subject.items()
        if ref.kind in _RELATIONS or not _goes_with(ref, mine, whole, by_subject, before, after)
    ]
    return tuple(sorted(found, key=lambda line: (_ORDER.get(line.subject.kind, 9), line.name, line.sign)))


_ORDER = {"schema": 0, "extension": 0, "enum": 1, "domain": 1, "table": 2, "column": 3, "default": 4, "constraint": 5}


def _sign(changes: Sequence[Change]) -> str:
    if changes[0].attribute:
        return "~"
    return "+" if changes[0].after else "-"


def _goes_with(
    ref: ObjectRef,
    mine: Sequence[Change],
    whole: set[tuple[str | None, str]],
    others: dict[ObjectRef, list[Change]],
    before: Catalog,
    after: Catalog,
) -> bool:
    if mine[0].attribute:
        return False
    entry = before.get(ref) or after.get(ref)
    if ref.kind == "sequence":
        return (owner := ref._replace(kind="sequence_owner")) in others and not others[owner][0].attribute
    if entry is not None and ref.kind == "index_partition":
        return (ref.schema, entry["_table"]) in whole
    if entry is not None and ref.kind in _INSIDE:
        parts = parse_qualified(str(entry[_INSIDE[ref.kind]]))
        return parts[:2] in whole or ref.kind == "sequence_owner"
    if (ref.schema, ref.name) in whole:
        return True
    column = ref._replace(kind="column")
    return ref.kind in ("default", "identity_sequence") and column in others and not others[column][0].attribute


def _shown(value: Any, longest: int = 80) -> str:
    text = (
        "none"
        if value is None
        else "yes"
        if value is True
        else "no"
        if value is False
        else " ".join(str(value).split())
    )
    return text if len(text) <= longest else text[: longest - 1] + "…"


_SIZED = re.compile(r"(character varying|character|bit varying|bit)(?:\((\d+)\))?")
_NUMERIC = re.compile(r"numeric(?:\(\d+(?:,(-?\d+))?\))?")
_TEXT = re.compile(r"text|(?:character varying|character)(?:\(\d+\))?")


def may_cut(before: str, after: str) -> bool:
    """Whether a cast from one type to the other drops a part of some values without an error."""
    new, old = _SIZED.fullmatch(after), _SIZED.fullmatch(before)
    if new is not None and _TEXT.fullmatch(before):
        return False  # between texts nothing is cast, and the server refuses what is too long
    if new is not None:
        size = int(new[2]) if new[2] else None
        return size is not None and not (old is not None and old[2] is not None and int(old[2]) <= size)
    fraction = _NUMERIC.fullmatch(before)
    floating = before in ("real", "double precision")
    if after in ("smallint", "integer", "bigint"):
        return fraction is not None or floating
    wanted = _NUMERIC.fullmatch(after)
    if wanted is not None and "(" in after:
        scale = int(wanted[1] or 0)
        return floating or (fraction is not None and ("(" not in before or int(fraction[1] or 0) > scale))
    return (after == "date" and before.startswith("timestamp")) or (after, before) == ("real", "double precision")
