"""That a table is a partition of another: said once the table and its indexes stand, so that none is made twice."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, named_relation, qualified, relation_of
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.names import ObjectRef


def _create(entry: Entry, scene: Scene) -> Written:
    return [f"alter table only {entry['of_table']} attach partition {qualified(entry.ref)} {entry['bound']}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"alter table {entry['of_table']} detach partition {qualified(entry.ref)}"]


def _needs(entry: Entry, catalog: Catalog) -> Iterator[ObjectRef]:
    yield relation_of(entry)
    yield named_relation(entry["of_table"])


KIND = Kind(
    name="partition",
    catalog=0,
    rank=330,
    words="table",
    create=_create,
    drop=_drop,
    # Of the table above it takes the rows along: a partition that stays is detached before.
    dies_with=lambda entry: (relation_of(entry),),
    needs=_needs,
)
