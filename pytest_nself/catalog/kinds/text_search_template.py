"""Text search templates."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry


def _create(entry: Entry, scene: Scene) -> Written:
    parts = (f"{name} = {entry[name]}" for name in ("init", "lexize") if entry[name])
    return [f"create text search template {qualified(entry.ref)} ({', '.join(parts)})"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop text search template {qualified(entry.ref)}"]


KIND = Kind(
    name="text_search_template", catalog=3764, rank=61, words="text search template", create=_create, drop=_drop
)
