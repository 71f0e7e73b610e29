"""What a schema.dbml says: the whole language as frozen values, each with the place where it was written.

Two values are equal when they say the same; where they stand in a file is no part of that.
Names keep their letters as written, without quotes. A schema of `None` was not written and means `public`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from pytest_nself.core.place import Place

from .diagram import Block, Member, Project, Records, StickyNote, TableGroup, Use, Used
from .values import NOWHERE, PUBLIC, Comment, Directive, Key, Note, Setting, Value, ValueKind, key_of, spell_name

if TYPE_CHECKING:
    from pydbml.database import Database

    from .to_pydbml import Bridged

__all__ = [
    "NOWHERE",
    "PUBLIC",
    "Block",
    "Check",
    "Column",
    "ColumnType",
    "Comment",
    "Directive",
    "Endpoint",
    "Enum",
    "EnumValue",
    "Index",
    "IndexItem",
    "Injection",
    "Key",
    "Member",
    "Note",
    "Project",
    "Records",
    "Ref",
    "Relation",
    "Schema",
    "Setting",
    "StickyNote",
    "Table",
    "TableGroup",
    "TablePartial",
    "Use",
    "Used",
    "Value",
    "ValueKind",
    "key_of",
    "spell_name",
]


@dataclass(frozen=True, slots=True)
class ColumnType:
    """`schema.name(arguments)[3][]`.

    `quoted` says that the name stood in double quotes, so that it may be several words (`double precision`) or hold its
    own arguments and brackets (`varchar(50)[]`). `arguments` are as written, strings in SQL quotes. `dimensions` has
    one entry per pair of brackets: its size, or None.
    """

    name: str
    schema: str | None = None
    arguments: tuple[str, ...] = ()
    dimensions: tuple[int | None, ...] = ()
    quoted: bool = False
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @property
    def text(self) -> str:
        """The type as people write it: `numeric(10,2)[]`."""
        arguments = f"({','.join(self.arguments)})" if self.arguments else ""
        brackets = "".join(f"[{'' if size is None else size}]" for size in self.dimensions)
        return spell_name(self.schema, self.name) + arguments + brackets


@dataclass(frozen=True, slots=True)
class Check:
    """A check constraint: a boolean SQL expression."""

    expression: str
    name: str | None = None
    metadata: tuple[Setting, ...] = ()
    partial: str | None = None
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


class Relation(StrEnum):
    """How two ends of a reference relate; the sign points from the many to the one."""

    MANY_TO_ONE = ">"
    ONE_TO_MANY = "<"
    ONE_TO_ONE = "-"
    MANY_TO_MANY = "<>"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a reference: columns of a table. An alias is already replaced by the table it stands for."""

    table: str
    columns: tuple[str, ...]
    schema: str | None = None
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @property
    def key(self) -> Key:
        """The key of the table."""
        return key_of(self.schema, self.table)

    def __str__(self) -> str:
        columns = self.columns[0] if len(self.columns) == 1 else f"({', '.join(self.columns)})"
        return f"{spell_name(self.schema, self.table)}.{columns}"


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference between two tables, written by itself or inline in a column (which then is the left end).

    `on_delete` and `on_update` are lower case words of SQL (`set null`). An `inactive` reference makes no key.
    `partial` names the partial it came from.
    """

    left: Endpoint
    relation: Relation
    right: Endpoint
    left_optional: bool = False
    right_optional: bool = False
    name: str | None = None
    schema: str | None = None
    on_delete: str | None = None
    on_update: str | None = None
    color: str | None = None
    inactive: bool = False
    inline: bool = False
    note: Note | None = None
    metadata: tuple[Setting, ...] = ()
    partial: str | None = None
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @property
    def foreign_key(self) -> tuple[Endpoint, Endpoint] | None:
        """The end that holds the key, and the end it points to; None for `<>`, which needs a table in between.

        One to one: an inline reference makes its own column the key; by itself, the right end holds it.
        """
        if self.relation is Relation.MANY_TO_MANY:
            return None
        if self.relation is Relation.MANY_TO_ONE or (self.relation is Relation.ONE_TO_ONE and self.inline):
            return (self.left, self.right)
        return (self.right, self.left)


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `not_null` is None where neither `null` nor `not null` was written.

    Inline references stand in `refs` and again in `Schema.refs`. `partial` names the partial it was injected from.
    """

    name: str
    type: ColumnType
    pk: bool = False
    unique: bool = False
    not_null: bool | None = None
    increment: bool = False
    default: Value | None = None
    checks: tuple[Check, ...] = ()
    note: Note | None = None
    refs: tuple[Ref, ...] = ()
    metadata: tuple[Setting, ...] = ()
    directives: tuple[Directive, ...] = ()
    partial: str | None = None
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class IndexItem:
    """One part of an index: a column, or an SQL expression (without parentheses around it).

    `descending` and `nulls_first` are None where nothing was written (`time DESC NULLS LAST` sets both).
    """

    text: str
    expression: bool = False
    descending: bool | None = None
    nulls_first: bool | None = None
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Index:
    """An index, or with `pk` the primary key of its table.

    `type` is as written (`btree`, `gin`); `where` is an SQL expression.
    """

    items: tuple[IndexItem, ...]
    name: str | None = None
    unique: bool = False
    pk: bool = False
    type: str | None = None
    where: str | None = None
    note: Note | None = None
    metadata: tuple[Setting, ...] = ()
    partial: str | None = None
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Injection:
    """`~name` in a table: that partial stands before the `before`-th own column of the table (counted from 0)."""

    name: str
    before: int
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A table, with what its partials brought already in it (marked with `partial`).

    `settings` are those of its head (`headercolor` and so on), `metadata` the custom ones, with those of `Metadata`
    blocks. A column of the table itself wins over a partial's, a later partial over an earlier one.
    """

    name: str
    schema: str | None = None
    alias: str | None = None
    columns: tuple[Column, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    note: Note | None = None
    settings: tuple[Setting, ...] = ()
    metadata: tuple[Setting, ...] = ()
    directives: tuple[Directive, ...] = ()
    partials: tuple[Injection, ...] = ()
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @property
    def key(self) -> Key:
        """How the table is found."""
        return key_of(self.schema, self.name)

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)

    def __str__(self) -> str:
        return spell_name(self.schema, self.name)


@dataclass(frozen=True, slots=True)
class TablePartial:
    """Columns, indexes and checks that tables take over with `~name`."""

    name: str
    columns: tuple[Column, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    note: Note | None = None
    settings: tuple[Setting, ...] = ()
    metadata: tuple[Setting, ...] = ()
    directives: tuple[Directive, ...] = ()
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class EnumValue:
    """One label of an enum."""

    name: str
    note: Note | None = None
    metadata: tuple[Setting, ...] = ()
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum type; its values are in order."""

    name: str
    values: tuple[EnumValue, ...] = ()
    schema: str | None = None
    note: Note | None = None
    metadata: tuple[Setting, ...] = ()
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @property
    def key(self) -> Key:
        """How the enum is found."""
        return key_of(self.schema, self.name)

    def __str__(self) -> str:
        return spell_name(self.schema, self.name)


@dataclass(frozen=True, slots=True)
class Schema:
    """All that a file says, each kind in the order of the file.

    `refs` holds the inline ones too, partials' included. `comments` are those that belong to no element.
    """

    path: str = NOWHERE.path
    project: Project | None = None
    tables: tuple[Table, ...] = ()
    partials: tuple[TablePartial, ...] = ()
    enums: tuple[Enum, ...] = ()
    refs: tuple[Ref, ...] = ()
    groups: tuple[TableGroup, ...] = ()
    notes: tuple[StickyNote, ...] = ()
    records: tuple[Records, ...] = ()
    uses: tuple[Use, ...] = ()
    blocks: tuple[Block, ...] = ()
    comments: tuple[Comment, ...] = ()

    def tables_by_key(self) -> Mapping[Key, Table]:
        """The tables by schema and name; of two with one name the first."""
        return {table.key: table for table in reversed(self.tables)}

    def enums_by_key(self) -> Mapping[Key, Enum]:
        """The enums by schema and name; of two with one name the first."""
        return {enum.key: enum for enum in reversed(self.enums)}

    def to_pydbml(self) -> Bridged:
        """This schema in pydbml's objects, and what those cannot hold; see `to_pydbml` for how."""
        from .to_pydbml import to_pydbml

        return to_pydbml(self)

    @classmethod
    def from_pydbml(cls, database: Database) -> Schema:
        """The schema that pydbml's objects say; see `from_pydbml` for how."""
        from .from_pydbml import from_pydbml

        return from_pydbml(database)
