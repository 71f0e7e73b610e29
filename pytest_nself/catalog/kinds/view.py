"""Views, with their options."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import (
    Kind,
    Scene,
    Written,
    change_options,
    options_text,
    qualified,
    relation_and_type_name,
)
from pytest_nself.catalog.fact import Entry


def _create(entry: Entry, scene: Scene) -> Iterator[str]:
    yield _text(entry, "create view")


def _text(entry: Entry, verb: str) -> str:
    options = f" with ({options_text(entry['options'])})" if entry["options"] else ""
    return f"{verb} {qualified(entry.ref)}{options} as\n{entry['definition'].rstrip().removesuffix(';')}"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if "columns" in changed and new["columns"][: len(old["columns"] or ())] != old["columns"]:
        return None
    if changed & {"definition", "columns"}:
        return [_text(new, "create or replace view")]
    return change_options(f"alter view {qualified(new.ref)}", old["options"], new["options"])


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop view {qualified(entry.ref)}"]


KIND = Kind(
    name="view",
    catalog=1259,
    rank=200,
    words="view",
    create=_create,
    alter=_alter,
    drop=_drop,
    occupies=relation_and_type_name,
    grants="table",
    privileges="arwdDxtm",
)
