"""What a database's schema holds at one moment, as far as a migration may hurt by changing it, and what has changed.

Each kind of object is a class, whose fields come from `queries/state/`. Oids tell what an object is, so a change of its
name is a change and no new object.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from .target import QUERIES

if TYPE_CHECKING:
    import psycopg

Name = tuple[str, str]
"""Schema and name."""

Key = tuple[str, int, int]
"""The kind of an object, its oid (a column's: that of its table), and the number of a column, else 0."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema."""

    oid: int
    name: str

    @property
    def key(self) -> Key:
        return ("schema", self.oid, 0)


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view (`kind` is PostgreSQL's relkind).

    `file` is the number of the file that holds its rows (0: none of its own), `partition_of` the oid of the table that
    it is a partition of (0: of none); others may inherit from one that `has_children`. `access` is who owns it and who
    may do what.
    """

    oid: int
    name: Name
    kind: str
    file: int
    partition_of: int
    has_children: bool = field(compare=False)
    access: str

    @property
    def key(self) -> Key:
        return ("table", self.oid, 0)

    @property
    def table(self) -> int:
        """Its own oid, as its columns have it."""
        return self.oid


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `type_id` and `modifier` are its type, as PostgreSQL counts them; `type` in words.

    `generated` is `s` or `v`, `identity` `a` or `d`, else empty. A column that is not `local` is there because a parent
    table has it.
    """

    table: int
    number: int
    name: str
    type: str = field(compare=False)
    type_id: int
    modifier: int
    not_null: bool
    default: str | None = field(compare=False)
    generated: str
    identity: str
    local: bool

    @property
    def key(self) -> Key:
        return ("column", self.table, self.number)


@dataclass(frozen=True, slots=True)
class Index:
    """An index: the oid of its table, and the number of its file (0: none of its own); `part`: of a partitioned one."""

    oid: int
    name: Name
    table: int
    file: int
    part: bool = False
    definition: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        return ("index", self.oid, 0)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint of a table or a domain (the other's oid is 0); `kind` is PostgreSQL's contype.

    `index` is the oid of the index that holds it, `refers_to` that of the table a foreign key points to. One that is
    not `local` is there because a parent table has it.
    """

    oid: int
    table: int
    domain: int
    name: str
    kind: str
    validated: bool
    index: int
    refers_to: int
    local: bool
    definition: str = field(compare=False)

    @property
    def key(self) -> Key:
        return ("constraint", self.oid, 0)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger; one that is not `local` is there because the partitioned table has it."""

    oid: int
    table: int
    name: str
    local: bool

    @property
    def key(self) -> Key:
        return ("trigger", self.oid, 0)


@dataclass(frozen=True, slots=True)
class Type:
    """An enum with its labels in order, a domain, a range or a composite type (`kind` is PostgreSQL's typtype)."""

    oid: int
    name: Name
    kind: str
    not_null: bool
    labels: tuple[str, ...]

    @property
    def key(self) -> Key:
        return ("type", self.oid, 0)


Row: TypeAlias = Schema | Table | Column | Index | Constraint | Trigger | Type
R = TypeVar("R", Schema, Table, Column, Index, Constraint, Trigger, Type)

_KINDS: Mapping[str, Callable[..., Row]] = {
    "schema": Schema, "table": Table, "column": Column, "index": Index, "constraint": Constraint, "trigger": Trigger,
    "type": Type,
}  # fmt: skip
KINDS = tuple(_KINDS)


@dataclass(frozen=True, slots=True)
class Changes:
    """What has become of a schema: rows that came, rows that went, and pairs of what a row was and is."""

    added: tuple[Row, ...] = ()
    dropped: tuple[Row, ...] = ()
    altered: tuple[tuple[Row, Row], ...] = ()

    def new(self, kind: type[R]) -> list[R]:
        """Rows of this kind that came."""
        return [row for row in self.added if isinstance(row, kind)]

    def gone(self, kind: type[R]) -> list[R]:
        """Rows of this kind that went."""
        return [row for row in self.dropped if isinstance(row, kind)]

    def changed(self, kind: type[R]) -> list[tuple[R, R]]:
        """What rows of this kind were, and what they are."""
        return [(old, new) for old, new in self.altered if isinstance(old, kind) and isinstance(new, kind)]

    def only(self, wanted: Callable[[Row], bool]) -> Changes:
        """Those of rows that are wanted; of a pair the later one is asked about."""
        return Changes(
            tuple(filter(wanted, self.added)),
            tuple(filter(wanted, self.dropped)),
            tuple(pair for pair in self.altered if wanted(pair[1])),
        )


NO_CHANGES = Changes()


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
        """Indexes of tables that were there then, whose file was not, or that have none of their own and are new."""
        files = {index.file for index in since.indexes.values()}
        return {
            oid: index
            for oid, index in self.indexes.items()
            if index.table in since.tables and (index.file not in files if index.file else oid not in since.indexes)
        }

    def dropped(self, since: Relations) -> dict[int, Index]:
        """Indexes that were there then."""
        return {oid: index for oid, index in since.indexes.items() if oid not in self.indexes}


class State:
    """The schema as it was at the last look, by key."""

    def __init__(self) -> None:
        self.rows: dict[Key, Row] = {}
        self._since = ""
        self._commands: dict[str, int] = {}

    @classmethod
    def read(cls, connection: psycopg.Connection[Any]) -> State:
        """As the connection's transaction sees it."""
        state = cls()
        state.rows = {row.key: row for kind in _KINDS for row, *_ in _rows(connection, kind)}
        return state

    def look(
        self,
        connection: psycopg.Connection[Any],
        *,
        since: str,
        kinds: Iterable[str] = KINDS,
        drops: bool = True,
        only: Collection[int] | None = None,
    ) -> Changes:
        """What has changed since the last look, as the connection's transaction sees it.

        `since` is the transaction's id, or one before it. Other kinds of objects than `kinds` have not changed, nor
        have other tables than `only` (None: any may have), and without `drops` nothing is gone but columns.
        """
        among = None if only is None else sorted(only)
        added: list[Row] = []
        dropped: list[Row] = []
        altered: list[tuple[Row, Row]] = []
        if since != self._since:
            self._since, self._commands = since, dict.fromkeys(_KINDS, -1)
        for kind in _KINDS:
            if kind not in kinds:
                continue
            for row, is_gone, command in list(_rows(connection, kind, since, self._commands[kind], among)):
                self._commands[kind] = max(self._commands[kind], command)
                before = self.rows.get(row.key)
                if is_gone:
                    dropped += [self.rows.pop(row.key)] if before is not None else []
                elif before is None:
                    added.append(row)
                    self.rows[row.key] = row
                elif before != row:
                    altered.append((before, row))
                    self.rows[row.key] = row
        if drops:
            dropped += self._drop(_living(connection))
        return Changes(tuple(added), tuple(dropped), tuple(altered))

    def relations(self) -> Relations:
        """The tables and indexes as they stand now."""
        tables = list(self.all(Table))
        return Relations(
            {one.oid: one.name for one in tables},
            {one.oid: one.file for one in tables},
            {one.oid: one for one in self.all(Index)},
        )

    def all(self, kind: type[R]) -> Iterator[R]:
        """The rows of one kind."""
        return (row for row in self.rows.values() if isinstance(row, kind))

    def file_of(self, table: int) -> int:
        """The number of a table's file; 0 for what has none, or is gone."""
        row = self.rows.get(("table", table, 0))
        return row.file if isinstance(row, Table) else 0

    def _drop(self, living: Mapping[str, set[int]]) -> list[Row]:
        """Take out what is gone; what went with its table is not told of by itself."""
        gone = [
            row
            for (kind, oid, _), row in self.rows.items()
            if kind != "column" and oid not in living["class" if kind in ("table", "index") else kind]
        ]
        tables = {row.oid for row in gone if isinstance(row, Table)}
        columns = [row for row in self.all(Column) if row.table in tables] if tables else []
        for row in (*gone, *columns):
            del self.rows[row.key]
        return [row for row in gone if isinstance(row, Table | Schema | Type) or row.table not in tables]


def _rows(
    connection: psycopg.Connection[Any],
    kind: str,
    since: str | None = None,
    command: int = -1,
    only: list[int] | None = None,
) -> Iterator[tuple[Row, bool, int]]:
    """Each row, whether it is a column that is gone, and the number of the command that wrote it."""
    params = {"since": since, "command": command, "only": only}
    for number, *fields in fetch(connection, f"state/{kind}", params):
        is_gone = kind == "column" and fields.pop(3)
        if kind in ("table", "index", "type"):
            fields[1:3] = [(fields[1], fields[2])]
        if kind == "type":
            fields[-1] = tuple(fields[-1])
        yield _KINDS[kind](*fields), is_gone, number or 0


def _living(connection: psycopg.Connection[Any]) -> dict[str, set[int]]:
    return {kind: set(oids or ()) for kind, oids in fetch(connection, "living")}


def fetch(connection: psycopg.Connection[Any], name: str, params: Any = None) -> list[tuple[Any, ...]]:
    """The rows of one of our queries."""
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(_query(name), params, prepare=False).fetchall()


@cache
def _query(name: str) -> bytes:
    return (QUERIES / f"{name}.sql").read_bytes()


def names_of(rows: Iterable[Row]) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Tables, views and types by kind, schema and name; to an enum its labels."""
    found: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for row in rows:
        if isinstance(row, Table):
            found["table", *row.name] = ()
        elif isinstance(row, Type):
            found["type", *row.name] = row.labels
        elif isinstance(row, Schema):
            found["schema", row.name, ""] = ()
    return found
