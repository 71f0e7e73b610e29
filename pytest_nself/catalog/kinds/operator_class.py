"""Operator classes with what belongs to them; none of it can be changed while the class stands."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import ObjectRef, spell_identifier

from .function import named


def _create(entry: Entry, scene: Scene) -> Written:
    members = [*(entry["operators"] or ()), *(entry["functions"] or ())]
    if entry["storage"] or not members:
        members.append(f"storage {entry['storage'] or entry['type']}")
    default = " default" if entry["default"] else ""
    name = f"{spell_identifier(entry.ref.schema or '')}.{entry['_name']}"
    head = f"create operator class {name}{default} for type {entry['type']} using {entry['_method']}"
    return [f"{head} family {entry['family']} as\n    " + ",\n    ".join(members)]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop operator class {named(entry.ref)}"]


def _occupies(ref: ObjectRef) -> tuple[tuple[str, ...], ...]:
    # Only one can be the default for its type and method; that one goes before another comes is enough to know.
    return (("operator class", ref.name.rpartition(" using ")[2]),)


KIND = Kind(
    name="operator_class",
    catalog=2616,
    rank=164,
    words="operator class",
    create=_create,
    drop=_drop,
    named=named,
    occupies=_occupies,
)
