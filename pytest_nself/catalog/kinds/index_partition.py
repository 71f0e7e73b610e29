"""That an index of a partition is a part of an index of the partitioned table."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef, parse_qualified

_COMPARES_EXCLUSIONS = 180000


def _create(entry: Entry, scene: Scene) -> Written:
    own = scene.b.get(_own(entry))
    if own is not None and own["type"] == "exclude" and scene.b.version < _COMPARES_EXCLUSIONS:
        raise Refused(
            f"{own.ref} cannot become a part of the constraint on {entry['_of_table']}.",
            "Before version 18 PostgreSQL does not attach the index of an exclusion constraint.",
            f"drop {own.ref}, then add the constraint to {entry['_of_table']}: each partition gets one",
        )
    return [f"alter index {entry['of_index']} attach partition {qualified(entry.ref)}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    # There is no statement for it: it ends with the partition, or with one of the indexes.
    return []


def _own(entry: Entry) -> ObjectRef:
    ref = entry.ref
    if entry["_constraint"]:
        return ObjectRef("constraint", ref.schema, entry["_table"], entry["_constraint"])
    return ObjectRef("index", ref.schema, ref.name)


def _above(entry: Entry) -> ObjectRef:
    if entry["_of_constraint"]:
        return ObjectRef("constraint", entry["_of_schema"], entry["_of_table"], entry["_of_constraint"])
    return ObjectRef("index", *parse_qualified(entry["of_index"]))


def _needs(entry: Entry, catalog: Catalog) -> Iterator[ObjectRef]:
    yield _own(entry)
    yield _above(entry)
    yield ObjectRef("partition", entry.ref.schema, entry["_table"])


KIND = Kind(
    name="index_partition",
    catalog=0,
    rank=340,
    words="index",
    create=_create,
    drop=_drop,
    dies_with=lambda entry: tuple(_needs(entry, Catalog({}))),
    needs=_needs,
)
