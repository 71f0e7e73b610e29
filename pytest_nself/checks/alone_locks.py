"""Locks of statements that run outside a transaction: gone when they end, so taken from PostgreSQL's documentation.

Sources: the pages "Explicit Locking", CREATE INDEX, DROP INDEX, REINDEX, ALTER TABLE, VACUUM and CLUSTER of its manual.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pytest_nself.core.names import QUALIFIED_PATTERN, parse_qualified
from pytest_nself.migrations.planning.alone import Alone
from pytest_nself.migrations.statements import split, without_comments

from .relations import Name, Relations

_QUALIFIED = re.compile(QUALIFIED_PATTERN)
_HARMLESS = ("create database", "drop database", "alter database", "alter system", "discard all")
_BUILDING = ("create index concurrently", "drop index concurrently", "reindex concurrently")


@dataclass(frozen=True, slots=True)
class Documented:
    """Tables, by oid, with the mode of their lock; `unseen` where nobody can tell."""

    locks: tuple[tuple[int, str], ...] = ()
    unseen: bool = False


def documented_locks(alone: Alone | None, text: str, before: Relations, after: Relations) -> Documented:
    """What a statement locked; `alone` is None for one that may change anything, such as a `do` that commits."""
    what = alone.what if alone is not None else ""
    if what in _HARMLESS:
        return Documented()
    if what in _BUILDING:
        return _all(_tables_of_indexes(before, after), "SHARE UPDATE EXCLUSIVE")
    if what == "reindex":
        concurrently = "concurrently" in text.lower()
        return _all(_tables_of_indexes(before, after), "SHARE UPDATE EXCLUSIVE" if concurrently else "SHARE")
    rewritten = after.rewritten(before)
    if what in ("vacuum", "cluster"):
        named = _named(text, before.tables) | _named(text, after.tables)
        gentle = set() if what == "cluster" else named - rewritten
        locks = [
            *((oid, "ACCESS EXCLUSIVE") for oid in sorted(rewritten)),
            *_all(gentle, "SHARE UPDATE EXCLUSIVE").locks,
        ]
        # Without a name it goes through the whole database.
        return Documented(tuple(locks), unseen=not locks)
    if what == "detach partition concurrently":
        return _detached(text, before)
    return Documented(unseen=True)


def _all(tables: set[int], mode: str) -> Documented:
    return Documented(tuple((oid, mode) for oid in sorted(tables)))


def _tables_of_indexes(before: Relations, after: Relations) -> set[int]:
    changed = {**after.built(before), **after.dropped(before)}
    return {index.table for index in changed.values()}


def _named(text: str, tables: Mapping[int, Name]) -> set[int]:
    """The tables that a statement names: with their schema, or in whatever schema they are."""
    found = set()
    for said in names_in(text):
        found |= {oid for oid, table in tables.items() if table[-len(said) :] == said}
    return found


def names_in(text: str) -> list[tuple[str, ...]]:
    """What could be names in a statement: with their schema, or without."""
    return [parse_qualified(match.group())[-2:] for match in _QUALIFIED.finditer(without_comments(text))]


def _detached(text: str, before: Relations) -> Documented:
    """The partitioned table lets others work on; the partition is locked for all at the end."""
    said = [one for one in names_in(text) if any(table[-len(one) :] == one for table in before.tables.values())]
    locks = []
    for one, mode in zip(said[:2], ("SHARE UPDATE EXCLUSIVE", "ACCESS EXCLUSIVE"), strict=False):
        locks += [(oid, mode) for oid, table in before.tables.items() if table[-len(one) :] == one]
    return Documented(tuple(locks))


def truncated(text: str, tables: set[int], before: Mapping[int, Name]) -> set[int]:
    """Those of the tables with new files that were emptied, not rewritten, as far as the text says so."""
    emptied: set[int] = set()
    others, cascades = [], False
    for one in split(text):
        said = text[one.start : one.end]
        if one.words[:1] == ("truncate",):
            emptied |= _named(said, before)
            cascades = cascades or "cascade" in said.lower()
        else:
            others.append(said)
    if cascades:
        # It empties tables that it does not name; nothing else that changes a file leaves the name out.
        emptied |= tables - {oid for said in others for oid in _named(said, before)}
    return emptied & tables
