"""Policies of row-level security."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, on_relation, with_relation
from pytest_nself.catalog.fact import Entry


def _create(entry: Entry, scene: Scene) -> Written:
    mode = " as restrictive" if entry["mode"] == "restrictive" else ""
    command = f" for {entry['command']}" if entry["command"] != "all" else ""
    return [f"create policy {on_relation(entry.ref)}{mode}{command} to {', '.join(entry['roles'])}{_conditions(entry)}"]


def _conditions(entry: Entry) -> str:
    using = f" using ({entry['using']})" if entry["using"] is not None else ""
    check = f" with check ({entry['with_check']})" if entry["with_check"] is not None else ""
    return using + check


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed & {"mode", "command"}:
        return None
    if any(name in changed and new[name] is None for name in ("using", "with_check")):
        return None
    roles = f" to {', '.join(new['roles'])}" if "roles" in changed else ""
    return [f"alter policy {on_relation(new.ref)}{roles}{_conditions(new)}"]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop policy {on_relation(entry.ref)}"]


KIND = Kind(
    name="policy",
    catalog=3256,
    rank=360,
    words="policy",
    create=_create,
    alter=_alter,
    drop=_drop,
    named=on_relation,
    dies_with=with_relation,
    needs=lambda entry, catalog: with_relation(entry),
)
