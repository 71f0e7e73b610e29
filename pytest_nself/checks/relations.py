"""The tables and indexes of a database at one moment, and what has become of them since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .target import QUERIES

if TYPE_CHECKING:
    import psycopg

Name = tuple[str, str]
"""Schema and name."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index: its name, the oid of its table, and the number of its file."""

    name: Name
    table: int
    file: int


@dataclass(frozen=True, slots=True)
class Relations:
    """Tables and views with the numbers of their files, and indexes, all by oid."""

    tables: Mapping[int, Name]
    files: Mapping[int, int]
    indexes: Mapping[int, Index]

    def rewritten(self, since: Relations) -> set[int]:
        """Tables that had another file then."""
        return {oid for oid, file in self.files.items() if file and since.files.get(oid, file) != file}

    def built(self, since: Relations) -> dict[int, Index]:
        """Indexes that were not there then, or had another file."""
        return {
            oid: index
            for oid, index in self.indexes.items()
            if index.table in since.tables and (oid not in since.indexes or since.indexes[oid].file != index.file)
        }

    def dropped(self, since: Relations) -> dict[int, Index]:
        """Indexes that were there then."""
        return {oid: index for oid, index in since.indexes.items() if oid not in self.indexes}


def read_relations(connection: psycopg.Connection[Any]) -> Relations:
    """As the connection's transaction sees them."""
    rows = _rows(connection, "relations")
    indexes = {
        oid: Index((schema, name), table, file) for oid, schema, name, table, file in _rows(connection, "indexes")
    }
    return Relations(
        {oid: (schema, name) for oid, schema, name, _ in rows}, {oid: file for oid, *_, file in rows}, indexes
    )


def read_locks(connection: psycopg.Connection[Any]) -> list[tuple[int, str]]:
    """What the connection's transaction has locked: oid and mode (`AccessExclusiveLock`)."""
    return [(int(oid), str(mode)) for oid, mode in _rows(connection, "locks")]


def _rows(connection: psycopg.Connection[Any], name: str) -> list[tuple[Any, ...]]:
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute((QUERIES / f"{name}.sql").read_bytes(), prepare=False).fetchall()
