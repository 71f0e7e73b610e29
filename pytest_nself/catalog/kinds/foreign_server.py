"""Foreign servers."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry
from pytest_nself.catalog.secrets import all_options, changed_options
from pytest_nself.core.names import quote_literal


def _what(entry: Entry) -> str:
    return f"server {qualified(entry.ref)}"


def _create(entry: Entry, scene: Scene) -> Written:
    type_ = f" type {quote_literal(entry['type']).strip()}" if entry["type"] is not None else ""
    options = all_options(entry, _what(entry))
    return [f"create {_what(entry)}{type_}{_version(entry)} foreign data wrapper {entry['wrapper']}{options}"]


def _version(entry: Entry) -> str:
    return f" version {quote_literal(entry['version']).strip()}" if entry["version"] is not None else ""


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed & {"type", "wrapper"}:
        return None
    version = ""
    if "version" in changed:
        version = _version(new) or " version null"
    return [f"alter {_what(new)}{version}{changed_options(old, new, _what(new))}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop {_what(entry)}"]


KIND = Kind(
    name="foreign_server",
    catalog=1417,
    rank=71,
    words="server",
    create=_create,
    alter=_alter,
    drop=_drop,
    grants="foreign server",
    privileges="U",
)
