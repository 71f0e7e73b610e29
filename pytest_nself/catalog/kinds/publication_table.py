"""That a publication publishes a table, and what of it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, part, qualified, relation_of
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.names import ObjectRef, spell_identifier


def _create(entry: Entry, scene: Scene) -> Written:
    columns = ", ".join(spell_identifier(name) for name in entry["columns"] or ())
    listed = f" ({columns})" if columns else ""
    where = f" where ({entry['filter']})" if entry["filter"] is not None else ""
    return [f"alter publication {part(entry.ref)} add table only {qualified(entry.ref)}{listed}{where}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"alter publication {part(entry.ref)} drop table only {qualified(entry.ref)}"]


def _publication(entry: Entry) -> ObjectRef:
    return ObjectRef("publication", None, entry.ref.part or "")


def _needs(entry: Entry, catalog: Catalog) -> Iterator[ObjectRef]:
    yield relation_of(entry)
    yield _publication(entry)


KIND = Kind(
    name="publication_table",
    catalog=6106,
    rank=410,
    words="publication table",
    create=_create,
    drop=_drop,
    dies_with=lambda entry: (relation_of(entry), _publication(entry)),
    needs=_needs,
)
