"""Statements that cannot run in a transaction: how they are known, and how one that was cut off is taken up again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from pytest_nself.core.names import NAME_PATTERN, QUALIFIED_PATTERN, parse_qualified
from pytest_nself.migrations.statements import Statement, without_comments

from .leftovers import (
    Cleanup,
    Look,
    cleanup,
    created_index,
    database,
    detached,
    dropped_index,
    invalid,
    reindexed_index,
    reindexed_table,
)

# Compiled, and kept by `re`, when a file has such a statement.
_CREATE_INDEX = (
    rf"(?is)^create\s+(?:unique\s+)?index\s+concurrently\s+"
    rf"(?:(?:if\s+not\s+exists\s+)?(?!on\s)(?P<index>{NAME_PATTERN})\s+)?on\s+(?:only\s+)?(?P<table>{QUALIFIED_PATTERN})"
)
_DROP_INDEX = rf"(?is)^drop\s+index\s+concurrently\s+(?:if\s+exists\s+)?(?P<index>{QUALIFIED_PATTERN})"
_REINDEX = (
    rf"(?is)^reindex\s*(?P<options>\([^)]*\))?\s*(?P<kind>index|table)\s+(?P<concurrently>concurrently\s+)?"
    rf"(?P<name>{QUALIFIED_PATTERN})"
)
_DETACH = (
    rf"(?is)^(?P<alter>alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?P<table>{QUALIFIED_PATTERN}))\s+"
    rf"detach\s+partition\s+(?P<part>{QUALIFIED_PATTERN})\s+concurrently\b"
)
_DATABASE = rf"(?is)^(?P<verb>create|drop)\s+database\s+(?:if\s+exists\s+)?(?P<name>{NAME_PATTERN})"


class Again(Enum):
    """What to do when a statement was begun and nobody knows how it ended."""

    RUN = "run"  # running it twice is as good as once
    LOOK = "look"  # the database shows how far it came
    ASK = "ask"  # only a person can tell


class Alone(NamedTuple):
    """A statement that must stand outside a transaction block.

    `look` finds what a cut-off run may have left behind; `check` finds what must not be there when the statement has
    ended well, asked in its own session: its rows are names of invalid indexes. `waits` says that it may wait for
    other transactions without holding anybody back, so no lock timeout should end it. `whole` says that of a statement
    which the server has refused nothing stays but what `look` finds.
    """

    what: str
    again: Again = Again.RUN
    look: Look | None = None
    check: str = ""
    finish: str = ""
    waits: bool = False
    whole: bool = True

    def cleanup(self, rows: Sequence[Sequence[str]]) -> Cleanup | None:
        """What the rows of `look` ask for; None where they do not tell."""
        return cleanup(self.what, rows, self.finish)


def must_stand_alone(text: str, statement: Statement) -> Alone | None:
    """Why the server would refuse the statement inside a transaction block; None where it would not."""
    words = statement.words
    first, second = (*words, "", "")[:2]
    if first in ("create", "drop") and "concurrently" in words[:5]:
        return _concurrent_index(first, without_comments(text[statement.start : statement.end]))
    if first == "reindex":
        return _reindex(without_comments(text[statement.start : statement.end]))
    if first == "alter" and second == "table" and "detach" in words:
        return _detach(without_comments(text[statement.start : statement.end]))
    if first in ("create", "drop") and second == "database":
        return _database(without_comments(text[statement.start : statement.end]))
    if first == "alter" and second == "database" and "tablespace" in words[2:5]:
        return Alone("alter database set tablespace")
    plain = (
        first == "vacuum"
        or (first, second) in (("alter", "system"), ("discard", "all"))
        or (first == "cluster" and words[1:] in ((), ("verbose",)))
    )
    if plain:
        return Alone(f"{first} {second}" if first in ("alter", "discard") else first)
    if (first, second) == ("alter", "subscription") and {"refresh", "publication"} & set(words[3:]):
        return Alone("alter subscription")
    if second in ("tablespace", "subscription") and first in ("create", "drop"):
        return Alone(f"{first} {second}", Again.ASK)
    if second == "prepared" and first in ("commit", "rollback"):
        return Alone(f"{first} {second}", Again.ASK)
    return None


def declared_alone(statement: Statement) -> Alone:
    """A statement that the file wants outside a transaction, such as a `call` that commits by itself."""
    return Alone(statement.words[0] if statement.words else "statement", Again.ASK, whole=False)


def _concurrent_index(verb: str, text: str) -> Alone:
    match = re.match(_CREATE_INDEX if verb == "create" else _DROP_INDEX, text)
    what = f"{verb} index concurrently"
    if match is None or match["index"] is None or _is_spelt_in_codes(text):
        return Alone(what, Again.ASK, waits=True, whole=False)
    index = parse_qualified(match["index"])
    if verb == "drop":
        return Alone(what, Again.LOOK, dropped_index(index), waits=True)
    look = created_index(parse_qualified(match["table"]), index[-1])
    return Alone(what, Again.LOOK, look, check=invalid(look), waits=True)


def _reindex(text: str) -> Alone | None:
    match = re.match(_REINDEX, text)
    if match is None:  # a schema, a database, or the system
        return Alone("reindex", waits="concurrently" in text.lower())
    if not match["concurrently"] and "concurrently" not in (match["options"] or "").lower():
        return None
    if _is_spelt_in_codes(text):
        return Alone("reindex concurrently", Again.ASK, waits=True, whole=False)
    name = parse_qualified(match["name"])
    look = reindexed_index(name) if match["kind"].lower() == "index" else reindexed_table(name)
    return Alone("reindex concurrently", Again.LOOK, look, check=invalid(look), waits=True)


def _detach(text: str) -> Alone | None:
    what = "detach partition concurrently"
    if _is_spelt_in_codes(text) and re.search(r"(?is)\bdetach\s+partition\b.*\bconcurrently$", text):
        return Alone(what, Again.ASK, waits=True, whole=False)
    match = re.match(_DETACH, text)
    if match is None:
        return None
    look = detached(parse_qualified(match["table"]), parse_qualified(match["part"]))
    finish = f"{match['alter']} detach partition {match['part']} finalize"
    return Alone(what, Again.LOOK, look, finish=finish, waits=True)


def _database(text: str) -> Alone:
    match = re.match(_DATABASE, text)
    if match is None or _is_spelt_in_codes(text):
        return Alone("create database", Again.ASK)
    return Alone(f"{match['verb'].lower()} database", Again.LOOK, database(parse_qualified(match["name"])[-1]))


def _is_spelt_in_codes(text: str) -> bool:
    r"""Whether a name may stand in it as `U&"d\0061t"`, which we do not read."""
    return re.search(r'(?i)\bu&"', text) is not None
