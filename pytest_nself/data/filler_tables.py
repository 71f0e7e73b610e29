"""Tables as one who fills them sees them: columns with their types, keys and checks, parents before children."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.names import QUALIFIED_PATTERN, ObjectRef, parse_qualified

from .filler_values import Type

_FOREIGN_KEY = re.compile(
    rf"(?is)^FOREIGN KEY \((?P<own>.*?)\) REFERENCES (?P<table>{QUALIFIED_PATTERN})\((?P<columns>.*?)\)"
)
_KEY = re.compile(r"(?is)^(?:PRIMARY KEY|UNIQUE)(?: NULLS NOT DISTINCT)? \((?P<own>.*?)\)")
_LITERAL = re.compile(r"'((?:[^']|'')*)'|(?<![\w.$])(-?\d+(?:\.\d+)?)(?![\w.])")
_GENERATES = re.compile(r"(?i)^(?:nextval|(?:\w+\.)?(?:gen_random_uuid|uuid_generate|uuidv[47]))")


@dataclass(frozen=True, slots=True)
class Parent:
    """What a column refers to; `columns` is the whole key there. `later`: the table is filled after this one."""

    table: ObjectRef
    column: str
    columns: tuple[str, ...]
    later: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `given`: it takes a value from us; `required`: it must have one."""

    name: str
    type: Type
    given: bool
    required: bool
    literals: tuple[str, ...] = ()
    parent: Parent | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table to fill."""

    ref: ObjectRef
    columns: tuple[Column, ...]


@dataclass(slots=True)
class _Parts:
    columns: list[Entry] = field(default_factory=list)
    keys: dict[str, Parent] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)
    primary: frozenset[str] = frozenset()


def tables_of(catalog: Catalog, types: Mapping[ObjectRef, Entry]) -> list[Table]:
    """The tables of the catalog that hold rows themselves, those that others refer to first."""
    wanted = [entry.ref for entry in catalog.of_kind("table") if not entry["_is_partition"]]
    parts: defaultdict[tuple[str | None, str], _Parts] = defaultdict(_Parts)
    for entry in catalog:
        if entry.ref.kind == "column":
            parts[entry.ref.schema, entry.ref.name].columns.append(entry)
        elif entry.ref.kind == "constraint":
            _read_constraint(entry, parts[entry.ref.schema, entry.ref.name])
        elif entry.ref.kind == "partition":
            schema, name = parse_qualified(entry["of_table"])
            parts[schema, name].checks.append(entry["bound"] or "")
    tables = []
    filled: set[ObjectRef] = set()
    new = set(wanted)
    for ref in _parents_first(wanted, parts):
        filled.add(ref)
        own = parts[ref.schema, ref.name]
        entries = sorted(own.columns, key=lambda column: int(column["position"]))
        columns = [_column(entry, own, catalog, types) for entry in entries]
        columns = [
            replace(one, parent=replace(one.parent, later=True))
            if one.parent is not None and one.parent.table in new and one.parent.table not in filled
            else one
            for one in columns
        ]
        tables.append(Table(ref, tuple(columns)))
    return tables


def _read_constraint(entry: Entry, parts: _Parts) -> None:
    definition = str(entry["definition"] or "")
    if entry["type"] == "check":
        parts.checks.append(definition)
    elif entry["type"] == "primary key" and (match := _KEY.match(definition)):
        parts.primary = frozenset(parse_qualified(match["own"]))
    elif entry["type"] == "foreign key" and (match := _FOREIGN_KEY.match(definition)):
        own, there = parse_qualified(match["own"]), parse_qualified(match["columns"])
        table = ObjectRef("table", *parse_qualified(match["table"])[-2:])
        for name, other in zip(own, there, strict=False):
            parts.keys.setdefault(name, Parent(table, other, there))


def _parents_first(tables: Sequence[ObjectRef], parts: Mapping[tuple[str | None, str], _Parts]) -> list[ObjectRef]:
    """In an order in which what a table refers to comes before it; in a circle, as the names have it."""
    known = set(tables)
    waits = {
        ref: {one.table for one in parts[ref.schema, ref.name].keys.values() if one.table in known and one.table != ref}
        if (ref.schema, ref.name) in parts
        else set()
        for ref in tables
    }
    followers: defaultdict[ObjectRef, list[ObjectRef]] = defaultdict(list)
    for ref, needed in waits.items():
        for other in needed:
            followers[other].append(ref)
    order: dict[ObjectRef, None] = {}
    ready = [ref for ref in tables if not waits[ref]]
    left = iter(tables)
    while len(order) < len(tables):
        if not ready:
            # A circle: begin where the fewest keys must have a value.
            ready = [next(ref for ref in left if ref not in order)]
        ref = ready.pop(0)
        if ref in order:
            continue
        order[ref] = None
        for follower in followers[ref]:
            waits[follower].discard(ref)
            if not waits[follower]:
                ready.append(follower)
    return list(order)


def _column(entry: Entry, parts: _Parts, catalog: Catalog, types: Mapping[ObjectRef, Entry]) -> Column:
    name = entry.ref.part or ""
    default = catalog.get(entry.ref._replace(kind="default"))
    generates = default is not None and _GENERATES.match(default["expression"] or "") is not None
    itself = entry["generated"] is not None or entry["identity"] is not None or generates
    type_ = _type(entry["type"], types)
    word = re.compile(rf'(?<![\w"])"?{re.escape(name)}"?(?![\w"])')
    literals = [
        text for check in parts.checks if word.search(check) or check.startswith("FOR ") for text in _literals(check)
    ]
    must = bool(entry["not_null"]) or type_.not_null or name in parts.primary
    return Column(
        name,
        type_,
        given=not itself,
        required=must and default is None and not itself,
        literals=tuple(dict.fromkeys([*type_.literals, *literals])),
        parent=parts.keys.get(name),
    )


def _literals(check: str) -> list[str]:
    return [match[1].replace("''", "'") if match[1] is not None else match[2] for match in _LITERAL.finditer(check)]


def _type(text: str, types: Mapping[ObjectRef, Entry]) -> Type:
    """A type as the catalog writes it, with what stands behind an enum, a domain or a range."""
    dimensions = 0
    while text.endswith("[]"):
        text, dimensions = text[:-2], dimensions + 1
    found = _own_type(text, types) if "." in text else Type(text)
    return replace(found, array=True) if dimensions else found


def _own_type(text: str, types: Mapping[ObjectRef, Entry]) -> Type:
    bare, _, modifier = text.partition("(")
    schema, name = parse_qualified(bare)[-2:]
    if (enum := types.get(ObjectRef("enum", schema, name))) is not None:
        return Type(text, labels=tuple(enum["labels"] or ()))
    if (domain := types.get(ObjectRef("domain", schema, name))) is not None:
        base = _type(domain["type"], types)
        checks = [
            one["definition"] or ""
            for ref, one in types.items()
            if ref.kind == "domain_constraint" and ref.schema == schema and ref.name == name
        ]
        literals = tuple(literal for check in checks for literal in _literals(check))
        return replace(base, not_null=bool(domain["not_null"]), literals=(*base.literals, *literals))
    if (range_ := types.get(ObjectRef("range", schema, name))) is not None:
        return Type(text, subtype=_type(range_["subtype"], types))
    if types.get(ObjectRef("composite", schema, name)) is not None:
        return Type(text, composite=True)
    return Type(f"{name}({modifier}" if modifier else name)
