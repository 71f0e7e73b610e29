"""Casts, named by their types: `integer as public.money2`."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import ObjectRef


def _named(ref: ObjectRef) -> str:
    return f"({ref.name})"


def _create(entry: Entry, scene: Scene) -> Written:
    context = f" as {entry['context']}" if entry["context"] else ""
    return [f"create cast {_named(entry.ref)} {entry['method']}{context}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop cast {_named(entry.ref)}"]


KIND = Kind(name="cast", catalog=2605, rank=158, words="cast", create=_create, drop=_drop, named=_named)
