"""Composite types."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Ddl, Kind, Scene, Written, qualified, type_name
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import quote_literal, spell_identifier


def _create(entry: Entry, scene: Scene) -> Written:
    attributes = ",\n".join(f"    {spell_identifier(name)} {type_}" for name, type_ in entry["attributes"] or ())
    body = f"\n{attributes}\n" if attributes else ""
    return [f"create type {qualified(entry.ref)} as ({body})", *_comments(entry, {})]


def _comments(entry: Entry, before: dict[str, str]) -> Iterator[str]:
    after = dict(entry["attribute_comments"] or ())
    for name, _ in entry["attributes"] or ():
        if before.get(name) != after.get(name):
            text = "null" if name not in after else quote_literal(after[name]).strip()
            yield f"comment on column {qualified(entry.ref)}.{spell_identifier(name)} is {text}"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    before, after = dict(old["attributes"] or ()), dict(new["attributes"] or ())
    kept = [name for name in before if name in after]
    if list(after)[: len(kept)] != kept:
        return None  # attributes come last, and stay where they are
    if any(before[name] != after[name] for name in kept) and _is_stored(new, scene):
        return None  # the server refuses to change the type of what tables hold
    alter = f"alter type {qualified(new.ref)}"
    cascade = " cascade" if any(table["of_type"] == _type_text(new) for table in scene.a.of_kind("table")) else ""
    written: list[Ddl | str] = []
    for name, type_ in before.items():
        if name not in after:
            written.append(f"{alter} drop attribute {spell_identifier(name)}{cascade}")
        elif type_ != after[name]:
            written.append(f"{alter} alter attribute {spell_identifier(name)} type {after[name]}{cascade}")
    for name, type_ in after.items():
        if name not in before:
            written.append(f"{alter} add attribute {spell_identifier(name)} {type_}{cascade}")
    written += _comments(new, dict(old["attribute_comments"] or ()))
    return written


def _is_stored(entry: Entry, scene: Scene) -> bool:
    return any(
        entry.ref in scene.a.depends.get(column.ref, ()) for column in scene.a.of_kind("column", "domain", "composite")
    )


def _type_text(entry: Entry) -> str:
    return qualified(entry.ref)


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop type {qualified(entry.ref)}"]


KIND = Kind(
    name="composite",
    catalog=1247,
    rank=50,
    words="type",
    create=_create,
    alter=_alter,
    drop=_drop,
    moves={"attributes": frozenset({"view", "materialized_view", "rule", "policy", "trigger", "constraint", "index"})},
    occupies=lambda ref: (*type_name(ref), ("relation", ref.schema or "", ref.name)),
    grants="type",
    privileges="U",
    public="U",
)
