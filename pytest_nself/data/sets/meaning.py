"""What the keys of a row mean: columns, foreign keys by name or stem, and references whose table a column names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Column, Reference, Shape, Table, TypeKind
from pytest_nself.data.shape.order import root_of

from .fixture_set import Polymorphic
from .keys import written_table

_ENDS = ("_id", " id", "_uuid", "_key", "_code", "_fk", "_ref", "Id", "ID", "Uuid", "UUID", "Key", "Code", "Fk", "Ref")
_STARTS = ("id_", "fk_")


@dataclass(frozen=True, slots=True)
class TypedKey:
    """A polymorphic reference: the two columns, and what the first one holds for a table."""

    type_column: str
    key_column: str
    declared: Polymorphic | None = None


def stems(reference: Reference) -> Iterator[str]:
    """The words by which rows may call a foreign key, beside its name and its columns: `author` for `author_id`."""
    for column, target in zip(reference.columns, reference.target_columns, strict=True):
        ends = (*_ENDS, f"_{target}", target[:1].upper() + target[1:])
        for end in ends:
            if column.endswith(end) and len(column) > len(end):
                yield column[: -len(end)].rstrip("_ ")
        for start in _STARTS:
            if column.startswith(start) and len(column) > len(start):
                yield column[len(start) :]


def references_called(shape: Shape, table: Table, key: str, target: ObjectRef | None = None) -> Sequence[Reference]:
    """The foreign keys that `key` may mean, the likeliest first: by column, by name, by stem.

    With `target` (a table), those that lead there stand before the others.
    """
    found = {
        reference.name: reference
        for reference in table.references
        if key in reference.columns or key == reference.name or key in set(stems(reference))
    }

    def rank(reference: Reference) -> tuple[bool, bool, int]:
        leads = target is not None and root_of(shape, reference.target) == root_of(shape, target)
        return not leads, key != reference.name, len(reference.columns)

    return sorted(found.values(), key=rank)


def leads_to(shape: Shape, reference: Reference, target: ObjectRef) -> bool:
    """Whether a row of `target` can be what `reference` refers to."""
    return root_of(shape, reference.target) == root_of(shape, target)


def typed_key(shape: Shape, table: Table, key: str, declared: Sequence[Polymorphic]) -> TypedKey | None:
    """The polymorphic reference `key` of `table`: a declared one, or by its columns (`commentable_type`, `_id`)."""
    for one in declared:
        if one.name == key and _is(shape, one.table, table.ref):
            return TypedKey(one.type_column, one.key_column, one)
    for kind, number in ((f"{key}_type", f"{key}_id"), (f"{key}Type", f"{key}Id")):
        if table.column(kind) is not None and table.column(number) is not None:
            return TypedKey(kind, number)
    return None


def type_value(shape: Shape, typed: TypedKey, column: Column, target: ObjectRef) -> str | None:
    """What the type column holds for rows of `target`; None if nothing in the column's enum fits."""
    if typed.declared is not None:
        for written, value in typed.declared.values.items():
            schema, _, name = written.rpartition(".")
            if _is(shape, ObjectRef("table", schema or None, name), target):
                return value
    kind = column.type.plain
    name = written_table(target)
    if kind.kind is not TypeKind.ENUM:
        return name
    single = re.sub(r"ies$", "y", target.name) if target.name.endswith("ies") else target.name.removesuffix("s")
    spellings = [name, target.name, single, single.title().replace("_", ""), target.name.upper(), single.upper()]
    return next((one for one in spellings if one in kind.labels), None)


def _is(shape: Shape, written: ObjectRef, ref: ObjectRef) -> bool:
    return any(table.ref == ref for table in shape.named(written.schema, written.name))


def key_column(shape: Shape, table: Table) -> Column | None:
    """The one column that says which row of `table` is meant: of its primary key, else of its first plain key."""
    columns = key_columns(shape, table)
    return columns[0] if len(columns) == 1 else None


def key_columns(shape: Shape, table: Table) -> tuple[Column, ...]:
    """The columns of the primary key, else of the first key over columns that are never null; none without one."""
    root = shape.tables.get(root_of(shape, table.ref), table)
    keys = [root.primary] if root.primary else [key for key in root.keys if key.plain]
    for key in keys:
        found = [table.column(name) for name in key.columns if name is not None]
        columns = tuple(column for column in found if column is not None)
        if columns and (key.primary or all(column.must for column in columns)):
            return columns
    return ()


def words_of(table: Table) -> list[str]:
    """Everything that a row of the table may have as a key, for did-you-mean."""
    columns = [column.name for column in table.columns]
    return columns + [stem for reference in table.references for stem in stems(reference)]
