"""That a sequence goes with a column: said once both stand, and taken back before either goes."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import RELATIONS, Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.names import ObjectRef, parse_qualified


def _column(entry: Entry) -> ObjectRef:
    return ObjectRef("column", *parse_qualified(entry["owned_by"]))


def _create(entry: Entry, scene: Scene) -> Written:
    return [f"alter sequence {qualified(entry.ref)} owned by {entry['owned_by']}"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    return _create(new, scene)


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"alter sequence {qualified(entry.ref)} owned by none"]


def _sequence(entry: Entry) -> ObjectRef:
    return ObjectRef("sequence", entry.ref.schema, entry.ref.name)


def _table(entry: Entry) -> ObjectRef:
    column = _column(entry)
    return ObjectRef(RELATIONS[entry["_relkind"]], column.schema, column.name)


def _needs(entry: Entry, catalog: Catalog) -> Iterator[ObjectRef]:
    yield _sequence(entry)
    yield _column(entry)
    yield _table(entry)


KIND = Kind(
    name="sequence_owner",
    catalog=0,
    rank=130,
    words="sequence",
    create=_create,
    alter=_alter,
    drop=_drop,
    dies_with=lambda entry: (_sequence(entry),),
    needs=_needs,
)
