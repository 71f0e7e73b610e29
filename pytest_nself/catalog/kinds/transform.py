"""Transforms, named by what they are for: `public.point3 language plpython3u`."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import ObjectRef


def _named(ref: ObjectRef) -> str:
    return f"for {ref.name}"


def _create(entry: Entry, scene: Scene) -> Written:
    return [_text(entry, "create transform")]


def _text(entry: Entry, verb: str) -> str:
    parts = []
    if entry["from_sql"]:
        parts.append(f"from sql with function {entry['from_sql']}")
    if entry["to_sql"]:
        parts.append(f"to sql with function {entry['to_sql']}")
    return f"{verb} {_named(entry.ref)} ({', '.join(parts)})"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    return [_text(new, "create or replace transform")]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop transform {_named(entry.ref)}"]


KIND = Kind(
    name="transform", catalog=3576, rank=140, words="transform", create=_create, alter=_alter, drop=_drop, named=_named
)
