"""What a template looks like: enough of it to see what changed in a clone, and to put it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import quote_qualified

from .sessions import query

if TYPE_CHECKING:
    import psycopg

    from .database import EphemeralDatabase

# Planner statistics, horizons and the place of the file: they change without the schema changing (truncate, vacuum).
_NOT_SCHEMA = (
    "relfilenode", "relpages", "reltuples", "relallvisible", "relallfrozen", "relfrozenxid", "relminmxid"
)  # fmt: skip
# The namespaces that a session's first temporary table leaves behind for good, empty and reused.
_TEMPORARY = "^pg_(toast_)?temp_[0-9]+$"
_SEQUENCES_PER_QUERY = 200


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, materialized view, sequence or catalog; `pages` (blocks of its main file) are those of the template."""

    oid: int
    kind: str
    unlogged: bool
    schema: str
    name: str
    pages: int

    @property
    def is_catalog(self) -> bool:
        return self.schema == "pg_catalog"

    def __str__(self) -> str:
        return quote_qualified(self.schema, self.name)


@dataclass(frozen=True, slots=True)
class Files:
    """The relations of a database by oid, whose rows (by oid) each file node holds, and whose part each oid is.

    Indexes and toast tables are parts of their table; any other relation is a part of itself.
    """

    relations: Mapping[int, Relation]
    owner: Mapping[int, int]
    part_of: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class SequenceState:
    """Where a sequence stands; `logged_ahead` values can be taken from it without a trace in the log."""

    last_value: int
    is_called: bool
    logged_ahead: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """A template, as far as a reset must know it. True of every clone, since clones keep oids and file nodes.

    `fires_anyway` has the tables with triggers or rules that `session_replication_role` does not silence,
    `referenced_by` the tables whose foreign keys stop a truncate, `cached` the sequences that sessions keep values of.
    """

    files: Files
    sequences: Mapping[int, SequenceState]
    fires_anyway: frozenset[int]
    referenced_by: Mapping[int, tuple[int, ...]]
    cached: frozenset[int]
    unlogged: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of one table of the template, as COPY text; generated columns are left out."""

    count: int
    copy: bytes


def read_files(connection: psycopg.Connection[Any]) -> Files:
    """The files of the database that `connection` is connected to, as they are now."""
    rows = connection.execute(query("reset_relations")).fetchall()
    owners = {row[0]: row[6] for row in rows}
    relations = {
        oid: Relation(oid, kind, persistence == "u", schema, name, int(pages))
        for oid, _, kind, persistence, schema, name, owner, pages in rows
        if owner == oid
    }
    # An index of a toast table belongs to the toast table, and that to the table: two steps at most.
    part_of = {oid: owners.get(owner, owner) for oid, owner in owners.items()}
    return Files(relations, {row[1]: part_of[row[0]] for row in rows if row[1]}, part_of)


def owners_of(connection: psycopg.Connection[Any], files: Files, nodes: list[int]) -> dict[int, int]:
    """Whose rows these file nodes hold now; nodes of no relation in `files` are left out."""
    rows = connection.execute(
        "select c.relfilenode::pg_catalog.int8, c.oid::pg_catalog.int8 from pg_catalog.pg_class as c"
        " where c.relfilenode = any (%s::pg_catalog.oid[]) and c.relpersistence <> 't' order by 1",
        [nodes],
    )
    return {node: files.part_of[oid] for node, oid in rows if oid in files.part_of}


def refreshed(connection: psycopg.Connection[Any], files: Files, moved: Iterable[int]) -> Files:
    """`files` after these relations (oids) and all their parts got new file nodes."""
    moved = frozenset(moved)
    rows = connection.execute(
        "select c.relfilenode::pg_catalog.int8, c.oid::pg_catalog.int8 from pg_catalog.pg_class as c"
        " where c.oid = any (%s::pg_catalog.oid[]) order by 1",
        [[oid for oid, owner in files.part_of.items() if owner in moved]],
    )
    return replace(files, owner={**files.owner, **{node: files.part_of[oid] for node, oid in rows}})


def read_sequences(connection: psycopg.Connection[Any], sequences: Iterable[Relation]) -> dict[int, SequenceState]:
    """Where each sequence stands."""
    found: dict[int, SequenceState] = {}
    parts = [f"select {s.oid}::pg_catalog.int8, last_value, is_called, log_cnt from {s}" for s in sequences]
    for start in range(0, len(parts), _SEQUENCES_PER_QUERY):
        text = " union all ".join(parts[start : start + _SEQUENCES_PER_QUERY])
        for oid, last_value, is_called, log_cnt in connection.execute(text, prepare=False):
            found[oid] = SequenceState(last_value, is_called, log_cnt)
    return found


def take_picture(connection: psycopg.Connection[Any]) -> Picture:
    """The picture of a template, taken from a clone that nobody has written to yet."""
    files = read_files(connection)
    facts: dict[str, dict[int, list[int]]] = {"fires anyway": {}, "referenced by": {}, "cache": {}}
    for fact, relation, number in connection.execute(query("reset_facts")):
        facts[fact].setdefault(relation, []).append(number)
    return Picture(
        files,
        read_sequences(connection, (r for r in files.relations.values() if r.kind == "S")),
        frozenset(facts["fires anyway"]),
        {oid: tuple(numbers) for oid, numbers in facts["referenced by"].items()},
        frozenset(facts["cache"]),
        tuple(r for r in files.relations.values() if r.unlogged and not r.is_catalog),
    )


def catalog_rows(catalog: str, recent: str | None = None) -> str:
    """A query for the rows of a catalog as texts that are equal when the schema is.

    With `recent` (a condition): the number of all rows, and the texts of those that fulfil it.
    """
    row, where = "t::pg_catalog.text", ""
    if catalog == "pg_class":
        columns = ", ".join(f"'{column}'" for column in _NOT_SCHEMA)
        row = f"(pg_catalog.to_jsonb(t) - array[{columns}])::pg_catalog.text"
    elif catalog == "pg_namespace":
        where = f" where t.nspname !~ '{_TEMPORARY}'"
    source = f"{quote_qualified('pg_catalog', catalog)} as t{where}"
    if recent is None:
        return f"select {row} from {source}"
    return f"select pg_catalog.count(*), pg_catalog.array_agg({row}) filter (where {recent}) from {source}"


class Template:
    """The template itself, asked only when a clone cannot answer; each answer is kept.

    A connection to it is open only while it is asked, because nobody can clone a database that is being used.
    """

    def __init__(self, database: EphemeralDatabase, options: str) -> None:
        self._database = database
        self._options = options
        self._rows: dict[int, Rows] = {}
        self._catalogs: dict[str, frozenset[str]] = {}
        self._catalog_counts: dict[str, int] = {}

    def picture(self) -> Picture:
        """The template's picture; a clone has the same oids and files."""
        with self._database.connect(autocommit=True, options=self._options) as connection:
            return take_picture(connection)

    def rows(self, relations: Iterable[Relation]) -> Mapping[int, Rows]:
        """The rows of these tables and materialized views, by oid."""
        missing = [relation for relation in relations if relation.oid not in self._rows]
        if missing:
            with self._database.connect(autocommit=True, options=self._options) as connection:
                for relation in missing:
                    self._rows[relation.oid] = _copy_out(connection, relation)
        return self._rows

    def unlike(self, catalog: str, count: int, recent: Iterable[str]) -> tuple[str, ...] | None:
        """The `recent` rows that the template's catalog does not have; None if it has them all, and `count` rows."""
        if catalog not in self._catalogs:
            with self._database.connect(autocommit=True, options=self._options) as connection:
                rows = [str(row[0]) for row in connection.execute(catalog_rows(catalog))]
            self._catalogs[catalog] = frozenset(rows)
            self._catalog_counts[catalog] = len(rows)
        new = tuple(row for row in recent if row not in self._catalogs[catalog])
        return new if new or count != self._catalog_counts[catalog] else None


def _copy_out(connection: psycopg.Connection[Any], relation: Relation) -> Rows:
    # COPY of a table takes its own rows only; a materialized view needs a query.
    source = str(relation) if relation.kind == "r" else f"(select * from {relation})"
    with connection.cursor() as cursor:
        with cursor.copy(f"copy {source} to stdout") as copy:
            text = b"".join(bytes(block) for block in copy)
        return Rows(cursor.rowcount, text)
