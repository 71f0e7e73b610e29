"""Enums: labels are added where they belong; to lose one, or to change their order, the type is made anew."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Ddl, Kind, Scene, Written, qualified, type_name
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import quote_literal


def _create(entry: Entry, scene: Scene) -> Written:
    labels = ", ".join(quote_literal(label).strip() for label in entry["labels"] or ())
    return [f"create type {qualified(entry.ref)} as enum ({labels})"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    before, after = list(old["labels"] or ()), list(new["labels"] or ())
    if [label for label in after if label in before] != before:
        return None
    written: list[Ddl | str] = []
    for number, label in enumerate(after):
        if label in before:
            continue
        where = ""
        following = next((one for one in after[number:] if one in before), None)
        if following is not None:
            where = f" before {quote_literal(following).strip()}"
        text = f"alter type {qualified(new.ref)} add value {quote_literal(label).strip()}{where}"
        written.append(Ddl(text, commits_before=(quote_literal(label).strip(),)))
    return written


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop type {qualified(entry.ref)}"]


KIND = Kind(
    name="enum",
    catalog=1247,
    rank=30,
    words="type",
    create=_create,
    alter=_alter,
    drop=_drop,
    occupies=type_name,
    grants="type",
    privileges="U",
    public="U",
)
