"""Access methods of indexes and tables."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry


def _create(entry: Entry, scene: Scene) -> Written:
    return [f"create access method {qualified(entry.ref)} type {entry['type']} handler {entry['handler']}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop access method {qualified(entry.ref)}"]


KIND = Kind(name="access_method", catalog=2601, rank=22, words="access method", create=_create, drop=_drop)
