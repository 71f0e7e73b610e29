"""Text search parsers."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry

_PARTS = ("start", "gettoken", "end", "headline", "lextypes")


def _create(entry: Entry, scene: Scene) -> Written:
    parts = (f"{name} = {entry[name]}" for name in _PARTS if entry[name])
    return [f"create text search parser {qualified(entry.ref)} ({', '.join(parts)})"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop text search parser {qualified(entry.ref)}"]


KIND = Kind(name="text_search_parser", catalog=3601, rank=60, words="text search parser", create=_create, drop=_drop)
