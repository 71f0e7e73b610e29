"""That a publication publishes all tables of a schema."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.names import ObjectRef, spell_identifier


def _create(entry: Entry, scene: Scene) -> Written:
    return [f"alter publication {spell_identifier(entry.ref.name)} add tables in schema {_schema_name(entry)}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"alter publication {spell_identifier(entry.ref.name)} drop tables in schema {_schema_name(entry)}"]


def _schema_name(entry: Entry) -> str:
    return spell_identifier(entry.ref.schema or "")


def _both(entry: Entry) -> tuple[ObjectRef, ...]:
    return ObjectRef("schema", None, entry.ref.schema or ""), ObjectRef("publication", None, entry.ref.name)


def _needs(entry: Entry, catalog: Catalog) -> Iterator[ObjectRef]:
    yield from _both(entry)


KIND = Kind(
    name="publication_schema",
    catalog=6237,
    rank=411,
    words="publication schema",
    create=_create,
    drop=_drop,
    dies_with=_both,
    needs=_needs,
)
