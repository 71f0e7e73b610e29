"""Tables as values: what each column takes, what must hold between them, and which tables need which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256

from pytest_nself.core.names import ObjectRef


class TypeKind(Enum):
    """What a type is made of."""

    BASE = "base"
    ENUM = "enum"
    DOMAIN = "domain"
    ARRAY = "array"
    COMPOSITE = "composite"
    RANGE = "range"
    MULTIRANGE = "multirange"


@dataclass(frozen=True, slots=True)
class Type:
    """A type as a column has it.

    `written` is how SQL says it, with its modifier and, outside pg_catalog, its schema (`numeric(10,2)`,
    `app.mood[]`). `name` is the type's own (`numeric`, `_int4`, `mood`). `modifier` is the column's, -1 without one.
    `inner` is an array's element, a domain's base, a range's subtype, a multirange's range. `checks` are a domain's
    own expressions about `VALUE`; `not_null` is the domain's own word. `extension` is the one it belongs to.
    """

    written: str
    schema: str
    name: str
    kind: TypeKind = TypeKind.BASE
    modifier: int = -1
    inner: Type | None = None
    labels: tuple[str, ...] = ()
    attributes: tuple[tuple[str, Type], ...] = ()
    checks: tuple[str, ...] = ()
    not_null: bool = False
    extension: str | None = None

    @property
    def plain(self) -> Type:
        """The type below all domains."""
        found = self
        while found.kind is TypeKind.DOMAIN and found.inner is not None:
            found = found.inner
        return found

    @property
    def length(self) -> int | None:
        """How many characters (`varchar(n)`, `char(n)`) or bits it takes at most; None for any number."""
        plain = self.plain
        if plain.schema != "pg_catalog" or plain.modifier < 0:
            return None
        if plain.name in ("varchar", "bpchar"):
            return plain.modifier - 4
        return plain.modifier if plain.name in ("bit", "varbit") else None

    @property
    def precision(self) -> tuple[int, int] | None:
        """Digits in all and behind the point (which may be negative) of a `numeric(p,s)`; None for any number."""
        plain = self.plain
        if plain.schema != "pg_catalog" or plain.name != "numeric" or plain.modifier < 4:
            return None
        packed = plain.modifier - 4
        return packed >> 16 & 0xFFFF, (packed & 0x7FF ^ 1024) - 1024

    @property
    def domain_checks(self) -> tuple[str, ...]:
        """The checks of a domain and of those that it is made of."""
        found: list[str] = []
        inner: Type | None = self
        while inner is not None and inner.kind is TypeKind.DOMAIN:
            found += inner.checks
            inner = inner.inner
        return tuple(found)

    @property
    def must(self) -> bool:
        """Whether the type itself refuses null, through any of its domains."""
        found: Type | None = self
        while found is not None and found.kind is TypeKind.DOMAIN:
            if found.not_null:
                return True
            found = found.inner
        return False


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `number` is its attnum, which a rename does not change; `default` is an expression.

    `computed` is the expression of a generated column, which is never written; `identity` is `always` or `by default`;
    `sequence` is the one that gives values, as SQL says it.
    """

    name: str
    number: int
    type: Type
    not_null: bool = False
    default: str | None = None
    generated: bool = False
    identity: str | None = None
    sequence: str | None = None
    computed: str | None = None

    @property
    def must(self) -> bool:
        """Whether null is refused, by the column or by its type."""
        return self.not_null or self.type.must

    @property
    def required(self) -> bool:
        """Whether a row that leaves it out is refused."""
        return self.must and self.default is None and not self.generated and self.identity is None


@dataclass(frozen=True, slots=True)
class Key:
    """Something unique: a primary key, a unique constraint or a unique index.

    `columns` has None where a part is an expression; `expressions` says each part in SQL. `constraint` tells whether
    it is one (an index is not). `deferrable` is None, `deferrable` or `initially deferred`.
    """

    name: str
    columns: tuple[str | None, ...]
    expressions: tuple[str, ...]
    primary: bool = False
    constraint: bool = True
    predicate: str | None = None
    nulls_not_distinct: bool = False
    deferrable: str | None = None
    definition: str = ""

    @property
    def plain(self) -> bool:
        """Whether it is about columns alone, in all rows."""
        return self.predicate is None and None not in self.columns


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: `columns` here, `target_columns` of `target` there."""

    name: str
    columns: tuple[str, ...]
    target: ObjectRef
    target_columns: tuple[str, ...]
    match_full: bool = False
    deferrable: str | None = None
    validated: bool = True
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A check of a table: its expression as the server writes it, and the columns in it."""

    name: str
    expression: str
    columns: tuple[str, ...]
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An exclusion constraint (or a key without overlaps): no two rows may agree by all operators at once."""

    name: str
    columns: tuple[str | None, ...]
    expressions: tuple[str, ...]
    operators: tuple[str, ...]
    predicate: str | None = None
    deferrable: str | None = None
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `partition_key` is set for a partitioned one (`RANGE (at)`), `bound` for a partition.

    `partition_constraint` is what the rows of a partition fulfil, as an expression (None for a default partition
    that stands alone). `insert_triggers` are those of the schema's own that an insert fires.
    """

    ref: ObjectRef
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    references: tuple[Reference, ...] = ()
    checks: tuple[Check, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    partition_key: str | None = None
    partition_of: ObjectRef | None = None
    bound: str | None = None
    partition_constraint: str | None = None
    row_security: bool = False
    forced: bool = False
    owner: str = ""
    insert_triggers: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((one for one in self.columns if one.name == name), None)

    @property
    def primary(self) -> Key | None:
        """The primary key."""
        return next((key for key in self.keys if key.primary), None)


@dataclass(frozen=True, slots=True)
class Shape:
    """All tables of a database. `path` are the schemas in which a bare name is looked for, first one first."""

    tables: Mapping[ObjectRef, Table]
    path: tuple[str, ...] = ("public",)
    version: int = 0
    _partitions: dict[ObjectRef, list[Table]] = field(default_factory=dict, repr=False, compare=False)

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables.values())

    def get(self, ref: ObjectRef) -> Table | None:
        """The table, found as `named` does."""
        found = self.named(ref.schema, ref.name)
        return found[0] if len(found) == 1 else None

    def named(self, schema: str | None, name: str) -> Sequence[Table]:
        """The table of this name. Without a schema: the first on the path, else all that are called so."""
        if schema is not None:
            exact = self.tables.get(ObjectRef("table", schema, name))
            return () if exact is None else (exact,)
        for one in self.path:
            if (found := self.tables.get(ObjectRef("table", one, name))) is not None:
                return (found,)
        return [table for table in self if table.ref.name == name]

    @property
    def roots(self) -> Iterator[Table]:
        """The tables that are no partitions: those that one writes rows to."""
        return (table for table in self if table.partition_of is None)

    def leaves(self, table: Table) -> Iterator[Table]:
        """The partitions that hold the rows of a partitioned table, at any depth."""
        if not self._partitions:
            for one in self:
                if one.partition_of is not None:
                    self._partitions.setdefault(one.partition_of, []).append(one)
        for part in self._partitions.get(table.ref, ()):
            if part.partition_key is None:
                yield part
            else:
                yield from self.leaves(part)

    @property
    def fingerprint(self) -> str:
        """sha256 of all of it: equal where the same rows are valid."""
        return fingerprint_of(self)


def fingerprint_of(shape: Shape) -> str:
    """sha256 of what the tables demand of their rows, attnums left out."""
    digest = sha256()
    for ref in sorted(shape.tables, key=lambda one: (one.schema or "", one.name)):
        table = shape.tables[ref]
        columns = [replace(column, number=0) for column in table.columns]
        for part in (columns, table.keys, table.references, table.checks, table.exclusions):
            digest.update(repr(part).encode())
        digest.update(repr((tuple(ref), table.partition_key, table.partition_of, table.bound)).encode())
    return digest.hexdigest()
