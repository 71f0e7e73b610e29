"""Entries and catalogs made by hand, for what needs no server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.names import ObjectRef

_HEAD = ("oid", "sub", "schema", "name", "part")


def entry(ref: ObjectRef, extra: dict[str, Any] | None = None, **attributes: Any) -> Entry:
    """One object with these attributes; `extra` is what is said of it beside (`comment`, `label:…`)."""
    header = {name: place for place, name in enumerate((*_HEAD, *attributes))}
    return Entry(ref, header, (0, 0, ref.schema, ref.name, ref.part, *attributes.values()), extra)


def catalog(*entries: Entry, depends: Mapping[ObjectRef, Iterable[ObjectRef]] | None = None) -> Catalog:
    """A catalog of these objects; `depends` names for some what they cannot be without."""
    needs = {ref: frozenset(others) for ref, others in (depends or {}).items()}
    return Catalog({one.ref: one for one in entries}, needs, role="postgres", version=150018)
