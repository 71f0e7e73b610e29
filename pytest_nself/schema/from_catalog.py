"""From what is in a database to a schema.dbml: all that DBML can say, and comments for what it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.finding import Findings
from pytest_nself.core.names import ObjectRef

from .keeping import keep
from .model import (
    PUBLIC,
    Check,
    Column,
    Comment,
    Endpoint,
    Enum,
    EnumValue,
    Index,
    IndexItem,
    Key,
    Note,
    Ref,
    Relation,
    Schema,
    Table,
)
from .naming import index_words
from .sayable import check_text, column_type, default_value, index_text, key_columns, key_text
from .unsaid import Unsaid, serial_of


@dataclass(frozen=True, slots=True)
class Exported:
    """A schema, and what of the database it cannot say: one warning for each object."""

    schema: Schema
    notes: Findings


def schema_from(catalog: Catalog, existing: Schema | None = None) -> Exported:
    """The schema of a database that was read with its dependencies.

    Tables, columns, keys, checks, indexes, foreign keys, enums and comments become DBML; everything else stands as SQL
    in comments that begin with `nself:sql`, beside its table where it has one. Partitions belong to their table.
    With `existing` what that file says beyond the database is kept: comments, directives, groups, notes, aliases,
    spellings and the order of its parts.
    """
    made = _Export(catalog).exported()
    if existing is None:
        return made
    schema, findings = keep(existing, made.schema)
    return Exported(schema, Findings((*made.notes, *findings)))


def _spelled(schema: str | None) -> str | None:
    return None if schema == PUBLIC else schema


class _Export:
    """One catalog, with what of it was said so far."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.enums = {(e.ref.schema or PUBLIC, e.ref.name) for e in catalog.of_kind("enum") if _can_be_said(e)}
        self.tables = {
            (e.ref.schema or PUBLIC, e.ref.name): e for e in catalog.of_kind("table") if not e["_is_partition"]
        }
        self.unsaid = Unsaid(catalog)
        self.columns: dict[Key, list[Entry]] = {}
        self.constraints: dict[Key, list[Entry]] = {}
        self.indexes: dict[Key, list[Entry]] = {}
        for entry in catalog.of_kind("column"):
            self.columns.setdefault((entry.ref.schema or PUBLIC, entry.ref.name), []).append(entry)
        for entry in catalog.of_kind("constraint"):
            self.constraints.setdefault((entry.ref.schema or PUBLIC, entry.ref.name), []).append(entry)
        for entry in catalog.of_kind("index"):
            self.indexes.setdefault((entry.ref.schema or PUBLIC, entry["_table"]), []).append(entry)
        for columns in self.columns.values():
            columns.sort(key=lambda one: int(one["position"]))
        self.unique: set[tuple[Key, tuple[str, ...]]] = set()

    def exported(self) -> Exported:
        tables = [self._table(key, entry) for key, entry in self.tables.items()]
        inline, standing = self._refs()
        tables = [_with_refs(table, inline) for table in tables]
        enums = tuple(self._enum(entry) for entry in self.catalog.of_kind("enum") if _can_be_said(entry))
        named = {schema for schema, _ in (*self.tables, *self.enums)}
        beside, loose, findings = self.unsaid.told(set(self.tables), named)
        tables = [replace(one, comments=(*one.comments, *beside.get(one.key, ()))) for one in tables]
        refs = [ref for table in tables for column in table.columns for ref in column.refs]
        schema = Schema(
            tables=tuple(tables), enums=enums, refs=(*refs, *standing), comments=tuple(Comment(one) for one in loose)
        )
        return Exported(schema, findings)

    def _enum(self, entry: Entry) -> Enum:
        self.unsaid.said(entry.ref)
        values = tuple(EnumValue(label) for label in entry["labels"])
        return Enum(entry.ref.name, values, _spelled(entry.ref.schema), _note(entry["comment"]))

    def _table(self, key: Key, entry: Entry) -> Table:
        self.unsaid.said(entry.ref)
        parts = _Parts()
        for one in self.constraints.get(key, ()):
            if one["type"] in ("primary key", "unique"):
                self._key(key, one, parts)
            elif one["type"] == "check":
                self._check(key, one, parts)
        for one in self.indexes.get(key, ()):
            index = self._index(one)
            if index is not None:
                parts.indexes.append(index)
        columns = tuple(self._column(one, parts) for one in self.columns.get(key, ()))
        return Table(
            entry.ref.name,
            _spelled(entry.ref.schema),
            columns=columns,
            indexes=tuple(parts.indexes),
            checks=tuple(parts.checks),
            note=_note(entry["comment"]),
        )

    def _column(self, entry: Entry, parts: _Parts) -> Column:
        self.unsaid.said(entry.ref)
        name = entry.ref.part or ""
        default = self.catalog.get(entry.ref._replace(kind="default"))
        serial = serial_of(entry, default, self.catalog)
        value = None
        if serial is not None:
            self.unsaid.said(serial, comment=False)
            self.unsaid.said(ObjectRef("sequence_owner", serial.schema, serial.name))
        elif default is not None:
            value = default_value(default["expression"], entry["type"])
        if default is not None and (serial is not None or value is not None):
            self.unsaid.said(default.ref)
        type_ = column_type(entry["type"], self.enums)
        if serial is not None:
            type_ = replace(type_, name={"smallint": "smallserial", "bigint": "bigserial"}.get(type_.name, "serial"))
        return Column(
            name,
            type_,
            pk=name in parts.pk,
            unique=name in parts.unique,
            not_null=True if entry["not_null"] and name not in parts.keyed else None,
            increment=bool(entry["identity"]) or serial is not None,
            default=value,
            checks=tuple(parts.column_checks.get(name, ())),
            note=_note(entry["comment"]),
        )

    def _key(self, key: Key, entry: Entry, parts: _Parts) -> None:
        columns = key_columns(entry["definition"])
        own = entry.ref.part or ""
        if columns is None:
            parts.keyed |= set(_columns_in(entry["definition"])) if entry["type"] == "primary key" else set()
            return
        self.unique.add((key, columns))
        promised = f"{key[1]}_pkey" if entry["type"] == "primary key" else f"{key[1]}_{'_'.join(columns)}_key"
        items = tuple(map(IndexItem, columns))
        name = None if own == promised else own
        note = _note(entry["comment"]) if entry["type"] == "primary key" else None
        self.unsaid.said(entry.ref, comment=note is not None)
        if entry["type"] == "primary key":
            parts.keyed |= set(columns)
            if len(columns) == 1 and name is None and note is None:
                parts.pk.add(columns[0])
            else:
                parts.indexes.insert(0, Index(items, name, pk=True, note=note))
        elif len(columns) == 1 and name is None:
            parts.unique.add(columns[0])
        else:
            named = None if own == f"idx_{key[1]}_{'_'.join(columns)}" else own
            parts.indexes.append(Index(items, named, unique=True))
            self.unsaid.made_of_index(entry)

    def _check(self, key: Key, entry: Entry, parts: _Parts) -> None:
        text = check_text(entry["definition"])
        if text is None:
            return
        self.unsaid.said(entry.ref, comment=False)
        own = entry.ref.part or ""
        for column in self.columns.get(key, ()):
            name = column.ref.part or ""
            if own == f"{key[1]}_{name}_check" and name not in parts.column_checks:
                parts.column_checks[name] = [Check(text)]
                return
        first = own == f"{key[1]}_check"
        parts.checks.append(Check(text, None if first else own))

    def _index(self, entry: Entry) -> Index | None:
        text = index_text(entry["definition"])
        if text.extra or not text.items or not entry["valid"]:
            return None
        self.unsaid.said(entry.ref)
        index = Index(text.items, unique=text.unique, type=text.method, where=text.where, note=_note(entry["comment"]))
        if text.unique and text.where is None and not any(item.expression for item in text.items):
            key = (entry.ref.schema or PUBLIC, entry["_table"])
            self.unique.add((key, tuple(item.text for item in text.items)))
        promised = f"idx_{entry['_table']}_{index_words(index)}"
        return index if entry.ref.name == promised else replace(index, name=entry.ref.name)

    def _refs(self) -> tuple[dict[Endpoint, list[Ref]], list[Ref]]:
        """References that can stand in their column, by their end there; and those that must stand by themselves."""
        inline: dict[Endpoint, list[Ref]] = {}
        standing: list[Ref] = []
        for key, constraints in self.constraints.items():
            for entry in constraints:
                if entry["type"] != "foreign key" or key not in self.tables:
                    continue
                said = key_text(entry["definition"])
                if said is None:
                    continue
                self.unsaid.said(entry.ref, extra=said.extra)
                holder = Endpoint(key[1], said.columns, _spelled(key[0]))
                one = (key, said.columns) in self.unique or self._is_primary(key, said.columns)
                promised = f"fk_{key[1]}_{'_'.join(said.columns)}"
                name = None if entry.ref.part == promised else entry.ref.part
                note = _note(entry["comment"])
                plain = name is None and said.on_delete is said.on_update is None and note is None
                if plain and len(said.columns) == 1:
                    relation = Relation.ONE_TO_ONE if one else Relation.MANY_TO_ONE
                    inline.setdefault(holder, []).append(Ref(holder, relation, said.target, inline=True))
                    continue
                ref = (
                    Ref(said.target, Relation.ONE_TO_ONE, holder)
                    if one
                    else Ref(holder, Relation.MANY_TO_ONE, said.target)
                )
                standing.append(replace(ref, name=name, on_delete=said.on_delete, on_update=said.on_update, note=note))
        return inline, standing

    def _is_primary(self, key: Key, columns: tuple[str, ...]) -> bool:
        return any(
            one["type"] == "primary key" and key_columns(one["definition"]) == columns
            for one in self.constraints.get(key, ())
        )


class _Parts:
    """What the constraints and indexes of a table say: of its columns, and by themselves."""

    def __init__(self) -> None:
        self.pk: set[str] = set()
        self.keyed: set[str] = set()
        self.unique: set[str] = set()
        self.column_checks: dict[str, list[Check]] = {}
        self.checks: list[Check] = []
        self.indexes: list[Index] = []


def _columns_in(definition: str) -> Iterator[str]:
    found = definition[definition.find("(") : definition.find(")") + 1]
    yield from key_columns(f"PRIMARY KEY {found}") or ()


def _with_refs(table: Table, inline: Mapping[Endpoint, list[Ref]]) -> Table:
    columns = tuple(
        replace(one, refs=tuple(inline.get(Endpoint(table.name, (one.name,), table.schema), ())))
        for one in table.columns
    )
    return replace(table, columns=columns)


def _can_be_said(enum: Entry) -> bool:
    """Whether DBML can hold the labels of an enum: there is one at least, and none is empty."""
    return bool(enum["labels"]) and all(enum["labels"])


def _note(text: str | None) -> Note | None:
    return None if text is None else Note(text)
