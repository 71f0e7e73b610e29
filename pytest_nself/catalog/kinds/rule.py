"""Rules, without those that are views."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, on_relation, part, qualified, with_relation
from pytest_nself.catalog.fact import Entry


def _create(entry: Entry, scene: Scene) -> Iterator[str]:
    yield entry["definition"].removesuffix(";")
    if entry["enabled"] != "enable":
        yield _switch(entry)


def _switch(entry: Entry) -> str:
    verb, _, how = entry["enabled"].partition(" ")
    how = f"{how} " if how else ""
    return f"alter table {qualified(entry.ref)} {verb} {how}rule {part(entry.ref)}"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    written = [new["definition"].replace("CREATE RULE", "CREATE OR REPLACE RULE", 1).removesuffix(";")]
    written = written if "definition" in changed else []
    return [*written, _switch(new)] if "enabled" in changed else written


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop rule {on_relation(entry.ref)}"]


KIND = Kind(
    name="rule",
    catalog=2618,
    rank=220,
    words="rule",
    create=_create,
    alter=_alter,
    drop=_drop,
    named=on_relation,
    dies_with=with_relation,
    needs=lambda entry, catalog: with_relation(entry),
)
