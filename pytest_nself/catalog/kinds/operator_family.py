"""Operator families; what they hold beyond their classes are objects of their own."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import ObjectRef

from .function import named


def family_of(entry: Entry) -> ObjectRef:
    """The family of a member that no class holds."""
    return ObjectRef("operator_family", entry.ref.schema, entry.ref.name)


def _create(entry: Entry, scene: Scene) -> Written:
    return [f"create operator family {named(entry.ref)}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop operator family {named(entry.ref)}"]


KIND = Kind(
    name="operator_family",
    catalog=2753,
    rank=162,
    words="operator family",
    create=_create,
    drop=_drop,
    named=named,
)
