"""Range types."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified, type_name
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import spell_qualified


def _create(entry: Entry, scene: Scene) -> Written:
    parts = [f"subtype = {entry['subtype']}"]
    for name in ("subtype_opclass", "collation", "canonical", "subtype_diff"):
        if entry[name]:
            parts.append(f"{name} = {entry[name]}")
    parts.append(f"multirange_type_name = {spell_qualified(entry.ref.schema, entry['multirange'])}")
    return [f"create type {qualified(entry.ref)} as range ({', '.join(parts)})"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop type {qualified(entry.ref)}"]


KIND = Kind(
    name="range",
    catalog=1247,
    rank=45,
    words="type",
    create=_create,
    drop=_drop,
    occupies=type_name,
    grants="type",
    privileges="U",
    public="U",
)
