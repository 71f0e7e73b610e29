"""Support functions that an operator family holds and none of its classes."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written
from pytest_nself.catalog.fact import Entry

from .function import named
from .operator_family import family_of


def _create(entry: Entry, scene: Scene) -> Written:
    return [f"alter operator family {named(entry.ref)} add {entry.ref.part} {entry['function']}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"alter operator family {named(entry.ref)} drop {entry.ref.part}"]


KIND = Kind(
    name="family_function",
    catalog=2603,
    rank=167,
    words="function",
    create=_create,
    drop=_drop,
    dies_with=lambda entry: (family_of(entry),),
    needs=lambda entry, catalog: (family_of(entry),),
)
