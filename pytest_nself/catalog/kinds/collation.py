"""Collations: none of what they are can be changed while they stand."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import quote_literal


def _create(entry: Entry, scene: Scene) -> Written:
    return [f"create collation {qualified(entry.ref)} ({', '.join(_parts(entry))})"]


def _parts(entry: Entry) -> Iterator[str]:
    yield f"provider = {entry['provider']}"
    locales = {name: entry[name] for name in ("locale", "lc_collate", "lc_ctype") if entry[name] is not None}
    if set(locales) == {"lc_collate", "lc_ctype"} and len(set(locales.values())) == 1:
        locales = {"locale": locales["lc_collate"]}
    if entry["rules"] is not None:
        locales["rules"] = entry["rules"]
    yield from (f"{name} = {quote_literal(value).strip()}" for name, value in locales.items())
    if not entry["deterministic"]:
        yield "deterministic = false"


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop collation {qualified(entry.ref)}"]


KIND = Kind(name="collation", catalog=3456, rank=26, words="collation", create=_create, drop=_drop)
