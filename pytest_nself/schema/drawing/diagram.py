"""What a drawing shows of a schema: boxes with rows, and edges between rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pytest_nself.schema.model import Enum, Key, Ref, Relation, Schema, Table, key_of


@dataclass(frozen=True, slots=True)
class Row:
    """A column in a box; `keys` of foreign keys and others are told by marks."""

    name: str
    type: str
    pk: bool = False
    fk: bool = False
    unique: bool = False
    nullable: bool = True
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A table, or with `is_enum` an enum whose rows are its values. `group` is what its colour tells."""

    key: Key
    title: str
    rows: tuple[Row, ...]
    group: str | None = None
    note: str | None = None
    is_enum: bool = False
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A reference: from the rows of the box that holds the key to those of the one it points to.

    `one` says that at most one row points to each (one to one), `nullable` that a row may point to none. `many` is a
    many-to-many reference, whose table in between the schema does not show.
    """

    holder: Key
    holder_rows: tuple[str, ...]
    target: Key
    target_rows: tuple[str, ...]
    one: bool = False
    nullable: bool = False
    many: bool = False
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Diagram:
    """All that is drawn; `groups` are those that boxes belong to, in order."""

    title: str | None
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    groups: tuple[str, ...]


def diagram_of(schema: Schema, *, enums: bool = True) -> Diagram:
    """The diagram of a schema. Tables without a group belong to their schema, where there are several."""
    tables = dict(list(schema.tables_by_key().items())[::-1])
    keyed = _keyed(schema)
    edges = tuple(_edge(ref, tables) for ref in schema.refs if not ref.inactive and _known(ref, tables))
    grouped = {member.key: group.name for group in schema.groups for member in group.members}
    shown = [*tables, *(schema.enums_by_key() if enums else ())]
    several = len({key[0] for key in shown}) > 1
    boxes: list[Box] = []
    for table in tables.values():
        group = grouped.get(table.key) or (table.key[0] if several else None)
        boxes.append(_table(table, keyed, group, several))
    if enums:
        boxes += [
            _enum(one, one.key[0] if several else None, several) for one in [*schema.enums_by_key().values()][::-1]
        ]
    groups = dict.fromkeys(box.group for box in boxes if box.group is not None)
    title = schema.project.name if schema.project is not None else None
    return Diagram(title, tuple(boxes), edges, tuple(groups))


def _known(ref: Ref, tables: Iterable[Key]) -> bool:
    return ref.left.key in tables and ref.right.key in tables


def _keyed(schema: Schema) -> set[tuple[Key, str]]:
    """The columns that foreign keys are made of."""
    found: set[tuple[Key, str]] = set()
    for ref in schema.refs:
        ends = ref.foreign_key
        if ends is not None and not ref.inactive:
            found |= {(ends[0].key, column) for column in ends[0].columns}
    return found


def primary(table: Table) -> frozenset[str]:
    """The columns of the primary key."""
    keys = {one.name for one in table.columns if one.pk}
    return frozenset(keys | {item.text for index in table.indexes if index.pk for item in index.items})


def unique(table: Table) -> frozenset[tuple[str, ...]]:
    """What is unique of a table, its primary key among it, each as its columns in the order of their names."""
    found: set[tuple[str, ...]] = {(one.name,) for one in table.columns if one.unique}
    found |= {
        tuple(sorted(item.text for item in index.items))
        for index in table.indexes
        if (index.unique or index.pk) and index.where is None and not any(item.expression for item in index.items)
    }
    keys = [one.name for one in table.columns if one.pk]
    return frozenset(found | ({tuple(sorted(keys))} if keys else set()))


def _edge(ref: Ref, tables: Mapping[Key, Table]) -> Edge:
    holder, target = ref.foreign_key or (ref.left, ref.right)
    table = tables[holder.key]
    columns = [table.column(name) for name in holder.columns]
    never = primary(table)
    nullable = any(one is not None and not one.not_null and one.name not in never for one in columns)
    one = ref.relation is Relation.ONE_TO_ONE or tuple(sorted(holder.columns)) in unique(table)
    many = ref.relation is Relation.MANY_TO_MANY
    return Edge(holder.key, holder.columns, target.key, target.columns, one, nullable, many, ref.name)


def _table(table: Table, keyed: set[tuple[Key, str]], group: str | None, several: bool) -> Box:
    keys, single = primary(table), {one[0] for one in unique(table) if len(one) == 1}
    rows = tuple(
        Row(
            column.name,
            column.type.text,
            pk=column.name in keys,
            fk=(table.key, column.name) in keyed,
            unique=column.name in single and column.name not in keys,
            nullable=not column.not_null and column.name not in keys,
            note=column.note.text if column.note is not None else None,
        )
        for column in table.columns
    )
    color = next((one.value.text for one in table.settings if one.key == "headercolor" and one.value), None)
    note = table.note.text if table.note is not None else None
    return Box(table.key, _title(table.key, several), rows, group, note, color=color)


def _title(key: Key, several: bool) -> str:
    return f"{key[0]}.{key[1]}" if several else key[1]


def _enum(enum: Enum, group: str | None, several: bool) -> Box:
    rows = tuple(Row(value.name, "", note=value.note.text if value.note else None) for value in enum.values)
    note = enum.note.text if enum.note is not None else None
    return Box(key_of(enum.schema, enum.name), _title(enum.key, several), rows, group, note, is_enum=True)
