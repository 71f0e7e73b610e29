"""Materialized views: made empty where they were empty, else filled."""

from __future__ import annotations

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
from pytest_nself.core.names import spell_identifier


def _create(entry: Entry, scene: Scene) -> Written:
    method = f" using {spell_identifier(entry['access_method'])}" if entry["access_method"] else ""
    said = [options_text([option]) for option in entry["options"] or ()]
    said += [f"toast.{options_text([option])}" for option in entry["toast_options"] or ()]
    options = f" with ({', '.join(said)})" if said else ""
    space = f" tablespace {spell_identifier(entry['tablespace'])}" if entry["tablespace"] else ""
    filled = "" if entry["_populated"] else "\nwith no data"
    definition = entry["definition"].rstrip().removesuffix(";")
    return [f"create materialized view {qualified(entry.ref)}{method}{options}{space} as\n{definition}{filled}"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if "definition" in changed:
        return None
    alter = f"alter materialized view {qualified(new.ref)}"
    written = list(change_options(alter, old["options"], new["options"]))
    written += change_options(alter, old["toast_options"], new["toast_options"], "toast.")
    if "access_method" in changed:
        written.append(f"{alter} set access method {spell_identifier(new['access_method'] or 'heap')}")
    if "tablespace" in changed:
        written.append(f"{alter} set tablespace {spell_identifier(new['tablespace'] or 'pg_default')}")
    return written


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop materialized view {qualified(entry.ref)}"]


KIND = Kind(
    name="materialized_view",
    catalog=1259,
    rank=205,
    words="materialized view",
    create=_create,
    alter=_alter,
    drop=_drop,
    occupies=relation_and_type_name,
    grants="table",
    privileges="arwdDxtm",
)
