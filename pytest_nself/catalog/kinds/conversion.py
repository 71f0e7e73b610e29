"""Conversions between encodings."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import quote_literal


def _create(entry: Entry, scene: Scene) -> Written:
    default = "default " if entry["default"] else ""
    encodings = f"for {quote_literal(entry['source'])} to {quote_literal(entry['target'])}"
    return [f"create {default}conversion {qualified(entry.ref)} {encodings} from {entry['function']}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop conversion {qualified(entry.ref)}"]


KIND = Kind(name="conversion", catalog=2607, rank=170, words="conversion", create=_create, drop=_drop)
