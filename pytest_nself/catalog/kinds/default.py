"""Defaults of columns: the server keeps each as an object of its own, which may need functions and sequences."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, part, qualified, relation_of
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.names import ObjectRef

from .column import inline_default


def _column(entry: Entry) -> ObjectRef:
    kind = "view_column" if entry["_relkind"] == "v" else "column"
    return entry.ref._replace(kind=kind)


def _alter_column(entry: Entry) -> str:
    return f"alter table only {qualified(entry.ref)} alter column {part(entry.ref)}"


def _create(entry: Entry, scene: Scene) -> Written:
    if _column(entry) in scene.made and inline_default(_column(entry), scene) is not None and entry["_relkind"] != "v":
        return []
    return [f"{_alter_column(entry)} set default {entry['expression']}"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    return [f"{_alter_column(new)} set default {new['expression']}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"{_alter_column(entry)} drop default"]


def _needs(entry: Entry, catalog: Catalog) -> tuple[ObjectRef, ...]:
    return (_column(entry),)


KIND = Kind(
    name="default",
    catalog=2604,
    rank=120,
    words="default",
    create=_create,
    alter=_alter,
    drop=_drop,
    dies_with=lambda entry: (_column(entry), relation_of(entry)),
    needs=_needs,
)
