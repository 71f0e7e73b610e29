"""User mappings: as whom a role comes to a foreign server."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written
from pytest_nself.catalog.fact import Entry
from pytest_nself.catalog.secrets import all_options, changed_options
from pytest_nself.core.names import ObjectRef, spell_identifier


def _named(ref: ObjectRef) -> str:
    role = "public" if ref.part == "public" else spell_identifier(ref.part or "")
    return f"for {role} server {spell_identifier(ref.name)}"


def _what(entry: Entry) -> str:
    return f"user mapping {_named(entry.ref)}"


def _server(entry: Entry) -> ObjectRef:
    return ObjectRef("foreign_server", None, entry.ref.name)


def _create(entry: Entry, scene: Scene) -> Written:
    return [f"create {_what(entry)}{all_options(entry, 'the ' + _what(entry))}"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    return [f"alter {_what(new)}{changed_options(old, new, 'the ' + _what(new))}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop {_what(entry)}"]


KIND = Kind(
    name="user_mapping",
    catalog=1418,
    rank=72,
    words="user mapping",
    create=_create,
    alter=_alter,
    drop=_drop,
    named=_named,
    needs=lambda entry, catalog: (_server(entry),),
)
