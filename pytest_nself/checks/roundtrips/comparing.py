"""From two states to differences: each object once, each attribute with its class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pytest_nself.catalog.fact import Catalog, Entry, changed
from pytest_nself.core.names import ObjectRef

from .classes import class_of
from .states import Roles
from .verdict import AFTER_DOWN, Class, Difference

_RELATIONS = ("table", "view", "materialized_view", "foreign_table")
_ORDER = "position"


def differences(
    before: Catalog, after: Catalog, refs: Iterable[ObjectRef], after_what: str = AFTER_DOWN
) -> tuple[Difference, ...]:
    """In what these objects differ; parts of a relation that is itself missing, or too many, go with it."""
    refs = list(refs)
    alone = {ref for ref in refs if (ref in before.entries) is not (ref in after.entries)}
    whole = {(ref.schema, ref.name) for ref in alone if ref.kind in _RELATIONS}
    found: list[Difference] = []
    moved: dict[tuple[str | None, str], None] = {}
    for ref in refs:
        if ref in alone:
            if not _goes_with(ref, before.get(ref) or after.get(ref), whole):
                found.append(_presence(ref, before, after_what))
            continue
        old, new = before.entries[ref], after.entries[ref]
        for attribute in changed(old, new):
            if ref.kind == "column" and attribute == _ORDER:
                moved[ref.schema, ref.name] = None
                continue
            a, b = old[attribute], new[attribute]
            cls = class_of(ref.kind, attribute, a, b)
            found.append(Difference(ref, attribute, _said(a), _said(b), cls, after_what))
    for schema, name in moved:
        found += _order(schema, name, before, after, after_what)
    found += _unmodelled(before, after, after_what)
    return tuple(sorted(found, key=lambda one: (_RANK[one.cls], [part or "" for part in one.subject], one.attribute)))


_RANK = {cls: number for number, cls in enumerate(Class)}


def role_differences(before: Roles, after: Roles, after_what: str = AFTER_DOWN) -> tuple[Difference, ...]:
    """Roles and memberships that the cluster has in one state only, or otherwise."""
    return tuple(
        Difference(
            ObjectRef(kind, None, name),
            "attributes" if (kind, name) in before and (kind, name) in after else "",
            before.get((kind, name)),
            after.get((kind, name)),
            Class.ENVIRONMENT,
            after_what,
        )
        for kind, name in sorted({**before, **after})
        if before.get((kind, name)) != after.get((kind, name))
    )


def _presence(ref: ObjectRef, before: Catalog, after_what: str) -> Difference:
    there = ref in before.entries
    cls = class_of(ref.kind, "")
    return Difference(ref, "", "there" if there else None, None if there else "there", cls, after_what)


def _goes_with(ref: ObjectRef, entry: Entry | None, whole: set[tuple[str | None, str]]) -> bool:
    """Whether the object is a part of a relation that differs as a whole."""
    if not whole or ref.kind in _RELATIONS:
        return False
    if (ref.schema, ref.name) in whole:
        return True
    if entry is None:
        return False
    if ref.kind in ("index", "index_partition") and isinstance(entry["_table"], str):
        return (ref.schema, entry["_table"]) in whole
    if ref.kind == "statistics" and isinstance(entry["_table"], str):
        return (entry["_table_schema"], entry["_table"]) in whole
    return False


def _order(schema: str | None, name: str, before: Catalog, after: Catalog, after_what: str) -> Iterator[Difference]:
    """The order of a table's columns, as far as both states have them: one that is gone moves the others."""
    old, new = _columns(schema, name, before), _columns(schema, name, after)
    mine, theirs = [one for one in old if one in new], [one for one in new if one in old]
    if mine != theirs:
        ref = ObjectRef("table", schema, name)
        yield Difference(ref, "order of columns", ", ".join(mine), ", ".join(theirs), Class.ORDER, after_what)


def _columns(schema: str | None, name: str, catalog: Catalog) -> list[str]:
    positions = [
        (int(entry[_ORDER]), ref.part or "")
        for ref, entry in catalog.entries.items()
        if ref.kind == "column" and ref.name == name and ref.schema == schema
    ]
    return [part for _, part in sorted(positions)]


def _unmodelled(before: Catalog, after: Catalog, after_what: str) -> Iterator[Difference]:
    """Objects of which only the names are known."""
    for ref in sorted(set(before.unmodelled) ^ set(after.unmodelled), key=lambda ref: [part or "" for part in ref]):
        there = ref in before.unmodelled
        was, now = ("there", None) if there else (None, "there")
        yield Difference(ref, "", was, now, Class.STRUCTURE, after_what)


def _said(value: Any) -> str | None:
    """A value as a person reads it."""
    if value is None:
        return None
    if isinstance(value, list | tuple):
        return ", ".join(_said(one) or "null" for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_said(one)}" for key, one in value.items())
    return str(value)
