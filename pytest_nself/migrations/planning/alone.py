"""Statements that cannot run in a transaction: how they are known, and how one that was cut off is taken up again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from pytest_nself.core.names import NAME_PATTERN, QUALIFIED_PATTERN, parse_qualified, quote_literal
from pytest_nself.migrations.statements import Statement, without_comments

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


class Cleanup(NamedTuple):
    """What must happen before a statement is run again; `done` says that it need not be run at all."""

    done: bool = False
    first: tuple[str, ...] = ()


class Alone(NamedTuple):
    """A statement that must stand outside a transaction block.

    `query` finds what a cut-off run may have left behind (rows of a name and a state, fixed order, never an error);
    `check` finds what must not be there when the statement has ended well: its rows are names of invalid indexes.
    `waits` says that it may wait for other transactions without holding anybody back, so no lock timeout should end it.
    """

    what: str
    again: Again = Again.RUN
    query: str = ""
    check: str = ""
    finish: str = ""
    waits: bool = False

    def cleanup(self, rows: Sequence[Sequence[object]]) -> Cleanup | None:
        """What the rows of `query` ask for; None where they do not tell."""
        return _CLEANUPS[self.what](self, rows)


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
    return Alone(statement.words[0] if statement.words else "statement", Again.ASK)


def _concurrent_index(verb: str, text: str) -> Alone:
    match = re.match(_CREATE_INDEX if verb == "create" else _DROP_INDEX, text)
    what = f"{verb} index concurrently"
    if match is None or match["index"] is None:
        return Alone(what, Again.ASK, waits=True)
    index = parse_qualified(match["index"])
    if verb == "drop":
        return Alone(what, Again.LOOK, _indexes(index[-1], index[-2:-1]), waits=True)
    table = parse_qualified(match["table"])
    query = _indexes(index[-1], table[-2:-1], table[-1])
    return Alone(what, Again.LOOK, query, check=_invalid(query), waits=True)


def _reindex(text: str) -> Alone | None:
    match = re.match(_REINDEX, text)
    if match is None:  # a schema, a database, or the system
        return Alone("reindex", waits="concurrently" in text.lower())
    if not match["concurrently"] and "concurrently" not in (match["options"] or "").lower():
        return None
    name = parse_qualified(match["name"])
    column = "c" if match["kind"].lower() == "index" else "t"
    # What a cut-off run leaves is called like the index, with _ccnew or _ccold and perhaps a number after it.
    like = (
        rf"c.relname ~ ('^' || pg_catalog.regexp_replace({quote_literal(name[-1])}, '([^A-Za-z0-9_])', '\\\1', 'g')"
        r" || '_cc(new|old)[0-9]*$')"
        if column == "c"
        else rf"t.relname = {quote_literal(name[-1])} and c.relname ~ '_cc(new|old)[0-9]*$'"
    )
    where = f"{like} and not i.indisvalid" + _in_schema("tn" if column == "t" else "n", name[-2:-1])
    query = _INDEXES + where + _ORDER
    return Alone("reindex concurrently", Again.LOOK, query, check=_invalid(query), waits=True)


def _detach(text: str) -> Alone | None:
    match = re.match(_DETACH, text)
    if match is None:
        return None
    part = parse_qualified(match["part"])
    query = (
        "select pg_catalog.format('%I.%I', n.nspname, c.relname) as found,"
        " case when i.inhdetachpending then 'pending' else 'attached' end as state"
        " from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid"
        " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        f" where c.relispartition and c.relname = {quote_literal(part[-1])}" + _in_schema("n", part[-2:-1]) + _ORDER
    )
    finish = f"{match['alter']} detach partition {match['part']} finalize"
    return Alone("detach partition concurrently", Again.LOOK, query, finish=finish, waits=True)


def _database(text: str) -> Alone:
    match = re.match(_DATABASE, text)
    if match is None:
        return Alone("create database", Again.ASK)
    name = parse_qualified(match["name"])[-1]
    query = f"select d.datname::text, 'there' from pg_catalog.pg_database d where d.datname = {quote_literal(name)}"
    return Alone(f"{match['verb'].lower()} database", Again.LOOK, query)


_INDEXES = (
    "select pg_catalog.format('%I.%I', n.nspname, c.relname) as found,"
    " case when i.indisvalid then 'valid' else 'invalid' end as state"
    " from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid"
    " join pg_catalog.pg_namespace n on n.oid = c.relnamespace join pg_catalog.pg_class t on t.oid = i.indrelid"
    " join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace where "
)
_ORDER = " order by 1"


def _indexes(index: str, schema: Sequence[str], table: str | None = None) -> str:
    where = f"c.relname = {quote_literal(index)}" + _in_schema("n", schema)
    if table is not None:
        where += f" and t.relname = {quote_literal(table)}"
    return _INDEXES + where + _ORDER


def _invalid(query: str) -> str:
    return f"select q.found from ({query}) q where q.state = 'invalid'"


def _in_schema(alias: str, schema: Sequence[str]) -> str:
    return f" and {alias}.nspname = {quote_literal(schema[0])}" if schema else ""


def _created(alone: Alone, rows: Sequence[Sequence[object]]) -> Cleanup | None:
    if len(rows) > 1:
        return None
    if not rows:
        return Cleanup()
    name, state = rows[0]
    return Cleanup(done=True) if state == "valid" else Cleanup(first=(f"drop index concurrently {name}",))


def _dropped(alone: Alone, rows: Sequence[Sequence[object]]) -> Cleanup | None:
    return Cleanup(done=not rows)


def _made(alone: Alone, rows: Sequence[Sequence[object]]) -> Cleanup | None:
    return Cleanup(done=bool(rows))


def _reindexed(alone: Alone, rows: Sequence[Sequence[object]]) -> Cleanup | None:
    return Cleanup(first=tuple(f"drop index concurrently {row[0]}" for row in rows))


def _detached(alone: Alone, rows: Sequence[Sequence[object]]) -> Cleanup | None:
    if not rows:
        return Cleanup(done=True)
    return Cleanup(done=True, first=(alone.finish,)) if rows[0][1] == "pending" else Cleanup()


_CLEANUPS = {
    "create index concurrently": _created,
    "drop index concurrently": _dropped,
    "reindex concurrently": _reindexed,
    "detach partition concurrently": _detached,
    "create database": _made,
    "drop database": _dropped,
}
