"""Schemas."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry


def _create(entry: Entry, scene: Scene) -> Written:
    return [f"create schema {qualified(entry.ref)}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop schema {qualified(entry.ref)}"]


KIND = Kind(
    name="schema", catalog=2615, rank=10, words="schema", create=_create, drop=_drop, grants="schema", privileges="UC"
)
