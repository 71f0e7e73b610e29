"""What is granted on objects that a role will create; said last, so that it means no object of the change itself."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.acl import Privileges, change_grants, parse_acl
from pytest_nself.catalog.ddl import Kind, Scene, Written
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.names import ObjectRef, spell_identifier

_OWN = {
    "tables": ("arwdDxtm", ""),
    "sequences": ("rwU", ""),
    "functions": ("X", "X"),
    "types": ("U", "U"),
    "schemas": ("UC", ""),
    "large objects": ("rw", ""),
}
"""By type of object the privileges that an owner has from the start, and those that everybody has."""


def _letters(entry: Entry, version: int) -> str:
    letters = _OWN[entry.ref.part or ""][0]
    return letters if version >= 170000 else letters.replace("m", "")


def _untouched(entry: Entry, version: int) -> Privileges:
    """What holds where nothing was said: for a schema nothing beyond what holds everywhere."""
    if entry.ref.schema is not None:
        return {}
    public = _OWN[entry.ref.part or ""][1]
    return parse_acl(None, owner=entry.ref.name, privileges=_letters(entry, version), public=public)


def _said(entry: Entry) -> Privileges:
    return parse_acl(entry["privileges_list"] or [], owner=entry.ref.name, privileges="", public="")


def _statements(entry: Entry, before: Privileges, after: Privileges, version: int) -> Iterator[str]:
    where = f" in schema {spell_identifier(entry.ref.schema)}" if entry.ref.schema is not None else ""
    head = f"alter default privileges for role {spell_identifier(entry.ref.name)}{where}"
    for text in change_grants(before, after, entry.ref.part or "", _letters(entry, version)):
        yield f"{head} {text}"


def _create(entry: Entry, scene: Scene) -> Written:
    version = scene.a.version
    return _statements(entry, _untouched(entry, version), _said(entry), version)


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    return list(_statements(new, _said(old), _said(new), scene.a.version))


def _drop(entry: Entry, scene: Scene) -> Written:
    version = scene.a.version
    return _statements(entry, _said(entry), _untouched(entry, version), version)


def _schemas(entry: Entry) -> tuple[ObjectRef, ...]:
    return (ObjectRef("schema", None, entry.ref.schema),) if entry.ref.schema is not None else ()


def _needs(entry: Entry, catalog: Catalog) -> tuple[ObjectRef, ...]:
    return _schemas(entry)


KIND = Kind(
    name="default_privileges",
    catalog=826,
    rank=900,
    words="default privileges",
    create=_create,
    alter=_alter,
    drop=_drop,
    dies_with=_schemas,
    needs=_needs,
)
