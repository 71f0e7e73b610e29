"""Domains; their checks are objects of their own."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Ddl, Kind, Scene, Written, qualified, type_name
from pytest_nself.catalog.fact import Entry


def _create(entry: Entry, scene: Scene) -> Written:
    collation = f" collate {entry['collation']}" if entry["collation"] else ""
    default = f" default {entry['default']}" if entry["default"] is not None else ""
    named = f" constraint {entry['not_null_as']}" if entry["not_null_as"] else ""
    not_null = f"{named} not null" if entry["not_null"] else ""
    return [f"create domain {qualified(entry.ref)} as {entry['type']}{collation}{default}{not_null}"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed & {"type", "collation"}:
        return None
    alter = f"alter domain {qualified(new.ref)}"
    written: list[Ddl | str] = []
    if "default" in changed:
        default = new["default"]
        written.append(f"{alter} {'drop default' if default is None else f'set default {default}'}")
    if "not_null" in changed:
        verb = "set" if new["not_null"] else "drop"
        named = new["not_null_as"]
        written.append(f"{alter} add constraint {named} not null" if named else f"{alter} {verb} not null")
    elif "not_null_as" in changed:
        # Since PostgreSQL 17 it is a constraint with a name.
        written.append(f"{alter} rename constraint {old['_not_null_name']} to {new['_not_null_name']}")
    return written


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop domain {qualified(entry.ref)}"]


KIND = Kind(
    name="domain",
    catalog=1247,
    rank=40,
    words="domain",
    create=_create,
    alter=_alter,
    drop=_drop,
    occupies=type_name,
    grants="domain",
    privileges="U",
    public="U",
)
