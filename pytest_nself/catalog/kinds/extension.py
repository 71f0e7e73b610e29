"""Extensions: that they are there, and in which schema."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import spell_identifier


def _create(entry: Entry, scene: Scene) -> Written:
    schema = entry["in_schema"]
    own = "" if schema == "pg_catalog" else f" with schema {spell_identifier(schema)}"
    return [f"create extension {qualified(entry.ref)}{own}"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if not old["_relocatable"]:
        return None
    return [f"alter extension {qualified(new.ref)} set schema {spell_identifier(new['in_schema'])}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop extension {qualified(entry.ref)}"]


KIND = Kind(name="extension", catalog=3079, rank=20, words="extension", create=_create, alter=_alter, drop=_drop)
