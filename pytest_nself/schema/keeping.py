"""A schema from a database, told the way a file tells it: what the file says beyond the database stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef, quote_literal

from .model import (
    Check,
    Column,
    Comment,
    Enum,
    Index,
    IndexItem,
    Key,
    Note,
    Ref,
    Relation,
    Schema,
    Table,
    Value,
    ValueKind,
)
from .naming import Item, checks_of, index_words
from .problems import SchemaError
from .sayable import same_expression, same_type

GONE = "dbml-gone"
_MARKS = ("nself:sql",)


def keep(existing: Schema, found: Schema) -> tuple[Schema, Findings]:
    """`found` in the order and the words of `existing`; findings for what the file has and the database has not."""
    new = found.tables_by_key()
    joined, join_refs = _joined(existing, new)
    names = _names_of(existing)
    left = [one for one in found.refs if one.foreign_key and one.foreign_key[0].key not in joined]
    refs = _Refs(existing, left, names)
    tables = [_table(one, new[one.key], names) for one in existing.tables if one.key in new]
    known = {table.key for table in tables}
    tables += [table for table in found.tables if table.key not in known | joined]
    tables = [refs.placed(table) for table in tables]
    enums = _enums(existing, found)
    gone = [("table", one.schema, one.name) for one in existing.tables if one.key not in new]
    gone += [("enum", one.schema, one.name) for one in existing.enums if one.key not in found.enums_by_key()]
    findings = Findings(_gone(*one) for one in gone)
    kept = {table.key for table in tables}
    groups = tuple(
        replace(group, members=tuple(one for one in group.members if one.key in kept)) for group in existing.groups
    )
    schema = replace(
        existing,
        tables=tuple(tables),
        enums=enums,
        refs=refs.all(tables, join_refs),
        groups=groups,
        records=tuple(one for one in existing.records if one.key in kept),
        comments=(*_without_marks(existing.comments), *found.comments),
    )
    return schema, findings


def _names_of(schema: Schema) -> Mapping[Item, str]:
    """What the file's indexes, checks and references are called in a database that it makes."""
    from .ddl import design

    try:
        made = design(schema)
        made.pieces()
    except SchemaError:
        return {}
    items: list[Item] = [("ref", number) for number, ref in enumerate(schema.refs) if ref.foreign_key is not None]
    for table in schema.tables:
        items += [("index", table.key, number) for number in range(len(table.indexes))]
        items += [item for item, _ in checks_of(table)]
    return {item: made.names.of(item, "") for item in items}


def _gone(kind: str, schema: str | None, name: str) -> Finding:
    subject = ObjectRef(kind, schema, name)
    return Finding(
        GONE, Severity.WARNING, subject, f"{kind} {subject} of the file is not in the database: it is left out"
    )


def _without_marks(comments: Iterable[Comment]) -> tuple[Comment, ...]:
    return tuple(one for one in comments if not one.text.startswith(_MARKS))


def _joined(existing: Schema, new: Mapping[Key, Table]) -> tuple[set[Key], list[Ref]]:
    """The tables that many-to-many references of the file stand for, where the database has them so."""
    from .joins import join_tables

    tables, refs = join_tables(existing, {})
    there = {
        table.key
        for table in tables
        if table.key in new and {one.name for one in new[table.key].columns} == {one.name for one in table.columns}
    }
    complete = there == {table.key for table in tables}
    kept = [ref for ref in existing.refs if ref.relation is Relation.MANY_TO_MANY] if complete and refs else []
    return (there if complete else set()), kept


def _table(old: Table, new: Table, names: Mapping[Item, str]) -> Table:
    columns = {one.name: one for one in old.columns}
    key = next((one for one in new.indexes if one.pk), None)
    items = [item.text for item in key.items] if key is not None else []
    keyed = {*items, *(one.name for one in new.columns if one.pk)}
    checks = _Checks(old, new, names)
    indexes = new.indexes
    if key is not None and key.name is None and [one.name for one in old.columns if one.pk] == items:
        new = replace(new, columns=tuple(replace(one, pk=True) if one.name in keyed else one for one in new.columns))
        indexes = tuple(one for one in indexes if one is not key)
    elif key is None and any(one.pk and {item.text for item in one.items} == keyed for one in old.indexes):
        indexes = (Index(tuple(IndexItem(name) for name in keyed), pk=True), *indexes)
        new = replace(new, columns=tuple(replace(one, pk=False) for one in new.columns))
    given = (_column(columns[one.name], one, one.name in keyed) if one.name in columns else one for one in new.columns)
    table = replace(
        old,
        columns=_in_file_order(old, tuple(replace(one, checks=checks.of(one.name)) for one in given)),
        indexes=_matched_indexes(old, indexes, names),
        checks=checks.of(None),
        note=_note(old.note, new.note),
        comments=(*_without_marks(old.comments), *new.comments),
    )
    return table if _keeps_partials(old, table) else _without_partials(table)


def _in_file_order(old: Table, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Columns as the file has them, new ones behind: the order in the database cannot be changed anyway."""
    place = {one.name: at for at, one in enumerate(old.columns)}
    return tuple(sorted(columns, key=lambda one: place.get(one.name, len(place))))


def _keeps_partials(old: Table, new: Table) -> bool:
    """Whether all that partials bring is there as they bring it."""
    there = [
        [one for one in getattr(old, kind) if one.partial is not None]
        == [one for one in getattr(new, kind) if one.partial]
        for kind in ("columns", "indexes", "checks")
    ]
    return all(there)


def _without_partials(table: Table) -> Table:
    return replace(
        table,
        partials=(),
        columns=tuple(replace(one, partial=None) for one in table.columns),
        indexes=tuple(replace(one, partial=None) for one in table.indexes),
        checks=tuple(replace(one, partial=None) for one in table.checks),
    )


def _column(old: Column, new: Column, keyed: bool) -> Column:
    """What the database says of a column, in the file's words where they mean the same; its checks aside."""
    # That a key's column may not be null, and that others may, can be said and need not be.
    said = old.not_null is keyed and not new.not_null
    return replace(
        old,
        type=old.type if same_type(old.type, new.type) and _serial(old) == _serial(new) else new.type,
        pk=new.pk,
        # What a key says of itself is made once.
        unique=new.unique or (old.unique and new.pk),
        not_null=old.not_null if said or (old.not_null is None and old.increment and new.increment) else new.not_null,
        increment=new.increment and (old.increment or not _serial(new)),
        default=old.default if _same_value(old.default, new.default) else new.default,
        note=_note(old.note, new.note),
        refs=new.refs,
        comments=(*_without_marks(old.comments), *new.comments),
    )


def _note(old: Note | None, new: Note | None) -> Note | None:
    """The note of the database; where it has none, or the same, that of the file, which has a place."""
    return old if new is None or new == old else new


def _serial(column: Column) -> bool:
    return "serial" in column.type.name.lower()


def _same_value(old: Value | None, new: Value | None) -> bool:
    if old is None or new is None:
        return old is new or (old is not None and old.text == "null")
    one, other = _literal(old), _literal(new)
    return one == other or same_expression(one, other) or _number(one) == _number(other) is not None


def _literal(value: Value) -> str:
    quoted = value.kind in (ValueKind.STRING, ValueKind.ENUM)
    return quote_literal(value.text).strip() if quoted else value.text


def _number(text: str) -> Decimal | None:
    found = re.fullmatch(r"'?(-?[0-9]+\.?[0-9]*(?:e[+-]?[0-9]+)?)'?(?:::\w+)?", text, re.IGNORECASE)
    return Decimal(found[1]) if found is not None else None


@dataclass(slots=True)
class _Checks:
    """The checks of a table: those of the file that are there, in its places and words; then the others."""

    old: Table
    new: Table
    names: Mapping[Item, str]
    _placed: dict[str | None, list[Check]] = field(init=False)

    def __post_init__(self) -> None:
        left = list(self._found())
        self._placed = {}
        for item, check in checks_of(self.old):
            column = None if item[2] is None else str(item[2])
            named = self.names.get(item)
            same = next((one for one in left if one[0] == named), None)
            same = same or next((one for one in left if same_expression(one[2].expression, check.expression)), None)
            if same is None:
                continue
            left.remove(same)
            text = check.expression if same_expression(check.expression, same[2].expression) else same[2].expression
            if named == same[0]:
                self._placed.setdefault(column, []).append(replace(check, expression=text))
            else:  # a check in a column has no name of its own
                self._placed.setdefault(None, []).append(replace(check, expression=text, name=same[0]))
        for _, column, check in left:
            self._placed.setdefault(column, []).append(check)

    def _found(self) -> Iterator[tuple[str, str | None, Check]]:
        """Each check of the database: its name, the column that it stands at, and itself."""
        for column in self.new.columns:
            yield from ((f"{self.new.name}_{column.name}_check", column.name, one) for one in column.checks)
        yield from ((one.name or f"{self.new.name}_check", None, one) for one in self.new.checks)

    def of(self, column: str | None) -> tuple[Check, ...]:
        """The checks that stand at a column, or without one by themselves."""
        return tuple(self._placed.get(column, ()))


def _matched_indexes(old: Table, new: Iterable[Index], names: Mapping[Item, str]) -> tuple[Index, ...]:
    """The file's indexes that are there, in its order and words; then the others."""
    left = [(_called(old.name, one), one) for one in new]
    found = []
    for number, one in enumerate(old.indexes):
        named = names.get(("index", old.key, number))
        same = next((other for other in left if other[0] == named and _alike(one, other[1])), None)
        same = same or next((other for other in left if _same_index(one, other[1])), None)
        if same is None:
            continue
        left.remove(same)
        there = same[1]
        kept = one.type if _method(one) == _method(there) or one.type is None else there.type
        where = one.where if same_expression(one.where or "", there.where or "") else there.where
        name = one.name if named == same[0] else same[0]
        found.append(replace(one, name=name, type=kept, where=where, note=_note(one.note, there.note)))
    return (*found, *(one for _, one in left))


def _called(table: str, index: Index) -> str:
    """The name of an index of the database; one that is promised was left out."""
    return index.name or (f"{table}_pkey" if index.pk else f"idx_{table}_{index_words(index)}")


def _alike(one: Index, other: Index) -> bool:
    """Whether two indexes of one name may be one, their expressions spelled otherwise."""
    if (one.unique, one.pk, one.where is None) != (other.unique, other.pk, other.where is None):
        return False
    if len(one.items) != len(other.items) or not (one.type is None or _method(one) == _method(other)):
        return False
    return all(
        (a.expression and b.expression) or (a.text == b.text and bool(a.descending) == bool(b.descending))
        for a, b in zip(one.items, other.items, strict=True)
    )


def _method(index: Index) -> str:
    return (index.type or "btree").lower()


def _same_index(one: Index, other: Index) -> bool:
    if len(one.items) != len(other.items) or one.unique != other.unique or one.pk != other.pk:
        return False
    if not (one.type is None or _method(one) == _method(other)) or (one.where is None) != (other.where is None):
        return False
    return all(
        a.expression == b.expression
        and (same_expression(a.text, b.text) if a.expression else a.text == b.text)
        and bool(a.descending) == bool(b.descending)
        and (a.nulls_first is None or a.nulls_first == bool(a.descending) or a.nulls_first == b.nulls_first)
        and (b.nulls_first is None or b.nulls_first == a.nulls_first)
        for a, b in zip(one.items, other.items, strict=True)
    )


def _enums(existing: Schema, found: Schema) -> tuple[Enum, ...]:
    new = found.enums_by_key()
    kept = []
    for old in existing.enums:
        if old.key not in new:
            continue
        one = new[old.key]
        values = {value.name: value for value in old.values}
        kept.append(
            replace(
                old, values=tuple(values.get(value.name, value) for value in one.values), note=_note(old.note, one.note)
            )
        )
    known = {one.key for one in kept}
    return (*kept, *(one for one in found.enums if one.key not in known))


class _Refs:
    """The references of the file and of the database, matched by what they join."""

    def __init__(self, existing: Schema, found: list[Ref], names: Mapping[Item, str]) -> None:
        by_ends: dict[object, list[int]] = {}
        for at, one in enumerate(found):
            by_ends.setdefault(_ends(one), []).append(at)
        taken: set[int] = set()
        self._kept: list[Ref] = []
        for number, old in enumerate(existing.refs):
            if old.inactive:
                self._kept.append(old)
                continue
            same = by_ends.get(_ends(old))
            if not same or old.relation is Relation.MANY_TO_MANY:
                continue
            taken.add(same[0])
            self._kept.append(_ref(old, found[same.pop(0)], names.get(("ref", number))))
        self._left = [one for at, one in enumerate(found) if at not in taken]
        self._inline: dict[tuple[Key, tuple[str, ...]], list[Ref]] = {}
        for one in (*self._kept, *self._left):
            if one.inline:
                self._inline.setdefault((one.left.key, one.left.columns), []).append(one)

    def placed(self, table: Table) -> Table:
        """The table with the references that stand in its columns: those of the file where it has any."""
        columns = (replace(one, refs=tuple(self._inline.get((table.key, (one.name,)), ()))) for one in table.columns)
        return replace(table, columns=tuple(columns))

    def all(self, tables: Iterable[Table], joins: Iterable[Ref]) -> tuple[Ref, ...]:
        """All references; those that stand by themselves in the order of the file."""
        inline = [ref for table in tables for column in table.columns for ref in column.refs]
        standing = [ref for ref in self._kept if not ref.inline]
        standing += [ref for ref in joins if not ref.inline]
        standing.sort(key=lambda ref: (ref.place.line is None, ref.place.line or 0))
        return (*inline, *standing, *(ref for ref in self._left if not ref.inline))


def _ends(ref: Ref) -> object:
    ends = ref.foreign_key
    if ends is None:
        return None
    holder, target = ends
    pairs = frozenset(zip(holder.columns, target.columns, strict=True))
    return (holder.key, target.key, pairs)


def _action(words: str | None) -> str:
    return words or "no action"


def _ref(old: Ref, new: Ref, named: str | None) -> Ref:
    """A reference of the file as it is in the database: one that needs settings cannot stay in its column."""
    same = _action(old.on_delete) == _action(new.on_delete) and _action(old.on_update) == _action(new.on_update)
    if named is not None and new.foreign_key is not None:
        holder = new.foreign_key[0]
        if named == (new.name or f"fk_{holder.table}_{'_'.join(holder.columns)}"):
            new = replace(new, name=old.name)
    if same and old.name == new.name:
        return replace(old, note=_note(old.note, new.note))
    if old.inline:
        return new
    return replace(
        old,
        name=new.name,
        on_delete=old.on_delete if same else new.on_delete,
        on_update=old.on_update if same else new.on_update,
        note=_note(old.note, new.note),
    )
