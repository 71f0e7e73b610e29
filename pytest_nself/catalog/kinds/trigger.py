"""Triggers, and whether they are switched on."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, on_relation, part, qualified, with_relation
from pytest_nself.catalog.fact import Entry


def _create(entry: Entry, scene: Scene) -> Iterator[str]:
    if entry["definition"] is not None:
        yield entry["definition"]
    if entry["enabled"] != "enable" or entry["_inherited"]:
        yield _switch(entry)


def _switch(entry: Entry) -> str:
    verb, _, how = entry["enabled"].partition(" ")
    words = "foreign table" if entry["_relkind"] == "f" else "table"
    how = f"{how} " if how else ""
    return f"alter {words} only {qualified(entry.ref)} {verb} {how}trigger {part(entry.ref)}"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    return None if "definition" in changed else [_switch(new)]


def _drop(entry: Entry, scene: Scene) -> Written:
    if entry["_inherited"]:
        return [_switch(entry.replaced(enabled="enable"))]
    return [f"drop trigger {on_relation(entry.ref)}"]


KIND = Kind(
    name="trigger",
    catalog=2620,
    rank=350,
    words="trigger",
    create=_create,
    alter=_alter,
    drop=_drop,
    named=on_relation,
    dies_with=with_relation,
    needs=lambda entry, catalog: with_relation(entry),
)
