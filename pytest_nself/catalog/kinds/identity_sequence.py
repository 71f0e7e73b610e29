"""The sequence behind an identity column: made with the column, it has grants and a comment of its own."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, relation_of
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import ObjectRef, spell_qualified


def _column(entry: Entry) -> ObjectRef:
    return entry.ref._replace(kind="column")


def _name(entry: Entry) -> str:
    return spell_qualified(*entry["_sequence"])


def _create(entry: Entry, scene: Scene) -> Iterator[str]:
    if entry["persistence"]:
        yield f"alter sequence {_name(entry)} set {entry['persistence']}"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    other = {"logged": "unlogged", "unlogged": "logged"}
    return [f"alter sequence {_name(new)} set {new['persistence'] or other[old['persistence']]}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return []


KIND = Kind(
    name="identity_sequence",
    catalog=1259,
    rank=115,
    words="sequence",
    create=_create,
    alter=_alter,
    drop=_drop,
    dies_with=lambda entry: (_column(entry), relation_of(entry)),
    needs=lambda entry, catalog: (_column(entry),),
    comment=lambda entry: f"sequence {_name(entry)}",
    on=_name,
    grants="sequence",
    privileges="rwU",
)
