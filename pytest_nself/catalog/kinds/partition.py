"""That a table is a partition of another: said once the table and its indexes stand, so that none is made twice."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, named_relation, part, qualified, relation_of
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.names import ObjectRef

from .constraint import left_behind
from .table import checks_above


def _create(entry: Entry, scene: Scene) -> Written:
    # A table that is there must have the checks of those above it before it can be put below them.
    table = relation_of(entry)
    checks = checks_above(table, scene) if table not in scene.made else ()
    missing = [check for check in checks if not _has(table, check, scene)]
    adds = [f"alter table {qualified(entry.ref)} add constraint {part(one.ref)} {one['definition']}" for one in missing]
    return [*adds, f"alter table only {entry['of_table']} attach partition {qualified(entry.ref)} {entry['bound']}"]


def _has(table: ObjectRef, check: Entry, scene: Scene) -> bool:
    own = check.ref._replace(schema=table.schema, name=table.name)
    return own in scene.a.entries and own not in scene.gone


def _drop(entry: Entry, scene: Scene) -> Written:
    detach = f"alter table {entry['of_table']} detach partition {qualified(entry.ref)}"
    return [detach, *left_behind(relation_of(entry), named_relation(entry["of_table"]), scene)]


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
