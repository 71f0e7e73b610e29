"""Checks of domains."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, part, qualified
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import ObjectRef


def _domain(entry: Entry) -> ObjectRef:
    return ObjectRef("domain", entry.ref.schema, entry.ref.name)


def _create(entry: Entry, scene: Scene) -> Written:
    valid = "" if entry["validated"] else " not valid"
    return [f"alter domain {qualified(entry.ref)} add constraint {part(entry.ref)} {entry['definition']}{valid}"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed != {"validated"} or not new["validated"]:
        return None
    return [f"alter domain {qualified(new.ref)} validate constraint {part(new.ref)}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"alter domain {qualified(entry.ref)} drop constraint {part(entry.ref)}"]


KIND = Kind(
    name="domain_constraint",
    catalog=2606,
    rank=41,
    words="constraint",
    create=_create,
    alter=_alter,
    drop=_drop,
    dies_with=lambda entry: (_domain(entry),),
    needs=lambda entry, catalog: (_domain(entry),),
    comment=lambda entry: f"constraint {part(entry.ref)} on domain {qualified(entry.ref)}",
)
