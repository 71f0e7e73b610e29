"""Names for what a schema.dbml leaves without one: unique where they must be, and short enough for the server."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from hashlib import sha256

from .model import Check, Index, IndexItem, Key, Schema, Table

LONGEST = 63
"""Bytes that PostgreSQL keeps of a name; the rest it drops."""
_HASH = 8

Scope = tuple[Hashable, ...]
"""Where a name must be unique: among the relations of a schema, or among the constraints of a table."""
Item = tuple[Hashable, ...]
"""What has a name: ("index", table, position) and the like."""


def relations(schema: str) -> Scope:
    """Tables and indexes of a schema share their names; primary keys and unique constraints are indexes, too."""
    return ("relation", schema)


def constraints(table: Key) -> Scope:
    """The constraints of a table."""
    return ("constraint", table)


def cut(name: str) -> str:
    """As much of a name as the server keeps."""
    return name.encode()[:LONGEST].decode(errors="ignore")


class Names:
    """Gives each object its name: what the file says, else what is promised (`idx_users_email`).

    A name that is too long, or that is there already, gets a hash of what it stands for: the same in every run.
    """

    def __init__(self, schema: Schema, tables: Iterable[Table]) -> None:
        self._taken: set[tuple[Scope, str]] = set()
        self._given: dict[Item, str] = {}
        tables = tuple(tables)
        for table in tables:
            self._taken.add((relations(table.key[0]), cut(table.name)))
        self._take_given(schema, tables)

    def _take_given(self, schema: Schema, tables: Iterable[Table]) -> None:
        """What the file names comes first, so that no made name is in its way."""
        for number, ref in enumerate(schema.refs):
            ends = ref.foreign_key
            if ref.name is not None and ends is not None:
                scopes = (constraints(ends[0].key),)
                self._give(("ref", number), ref.name, scopes, ends, from_partial=ref.partial is not None)
        for table in tables:
            both = (relations(table.key[0]), constraints(table.key))
            for item, check in checks_of(table):
                if check.name is not None:
                    self._give(item, check.name, both[1:], check.expression, from_partial=check.partial is not None)
            for number, index in enumerate(table.indexes):
                if index.name is not None and not index.pk:
                    item = ("index", table.key, number)
                    self._give(item, index.name, both[:1], index.items, from_partial=index.partial is not None)
        for table in tables:
            both = (relations(table.key[0]), constraints(table.key))
            for number, index in enumerate(table.indexes):
                # Other databases name every primary key alike; the second of them gets the name that it has anyway.
                if index.pk and index.name is not None and not self._is_taken(both, index.name):
                    self._give(("index", table.key, number), index.name, both, index.items, from_partial=True)

    def _is_taken(self, scopes: Iterable[Scope], name: str) -> bool:
        return any((scope, name) in self._taken for scope in scopes)

    def _give(self, item: Item, name: str, scopes: tuple[Scope, ...], content: Hashable, *, from_partial: bool) -> None:
        """A name from the file. Said twice it is the server's to refuse, unless a partial brings it to many tables."""
        if from_partial or len(name.encode()) > LONGEST:
            self._given[item] = self._choose(name, scopes, content)
            return
        self._given[item] = name
        self._taken.update((scope, name) for scope in scopes)

    def of(self, item: Item, promised: str, *scopes: Scope, content: Hashable = None) -> str:
        """The name of an object: the file's, or what is promised, unique in all `scopes`.

        A hash is that of its `content`, and not of its place, so that it stays when others come before it.
        """
        name = self._given.get(item)
        if name is None:
            name = self._given[item] = self._choose(promised, scopes, content)
        return name

    def _choose(self, wanted: str, scopes: tuple[Scope, ...], content: Hashable) -> str:
        name, attempt = wanted, 0
        while len(name.encode()) > LONGEST or self._is_taken(scopes, name):
            # What is not shown of a value (where it stands in the file) is no part of the hash.
            mark = sha256(repr((scopes, wanted, content, attempt)).encode()).hexdigest()[:_HASH]
            name = f"{wanted.encode()[: LONGEST - _HASH - 1].decode(errors='ignore')}_{mark}"
            attempt += 1
        self._taken.update((scope, name) for scope in scopes)
        return name


def checks_of(table: Table) -> list[tuple[Item, Check]]:
    """All checks of a table, those of its columns first, each with what its name is kept under."""
    found: list[tuple[Item, Check]] = [
        (("check", table.key, column.name, number), check)
        for column in table.columns
        for number, check in enumerate(column.checks)
    ]
    return found + [(("check", table.key, None, number), check) for number, check in enumerate(table.checks)]


def index_words(index: Index) -> str:
    """What an index is over, as a part of its name: `email`, `sensor_id_time`, `payload_user_id`."""
    return "_".join(filter(None, map(_item_words, index.items))) or "expr"


def _item_words(item: IndexItem) -> str:
    return "_".join(re.findall(r"\w+", item.text)).lower() if item.expression else item.text
