"""What follows from a change in objects of which no file speaks: read from a server on which the change was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.checks.roundtrips.states import with_dependencies
from pytest_nself.core.errors import NselfError
from pytest_nself.core.names import ObjectRef, parse_qualified, spell_qualified
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import Statement, Step
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.executor import execute

if TYPE_CHECKING:
    import psycopg

_INHERITED = frozenset({"column", "default", "constraint", "index", "index_partition"})
"""Kinds that partitions and heirs have from above."""

_FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "view": ("definition", "columns"),
    "materialized_view": ("definition", "columns"),
    "rule": ("definition",),
    "policy": ("using", "with_check"),
    "trigger": ("definition",),
    "index": ("definition",),
    "constraint": ("definition",),
    "statistics": ("expressions",),
    "column": ("generated_as",),
}
"""What the server words anew when the type of a column changes."""


def settled(
    database: EphemeralDatabase, connection: psycopg.Connection[Any], up: Plan, before: Catalog, wanted: Catalog
) -> Catalog:
    """`wanted` with what follows from it; as it is where the plan does not get there.

    `database` is as `before`, and as the plan makes it afterwards. Partitions and heirs get what their tables get;
    views have the types of what they show; expressions are worded as the server words them then.
    """
    up = replace(up, steps=tuple(_for_all(step, partitioned(before)) for step in up.steps))
    try:
        execute(up, database, accept=up.hazards, connection=connection)
    except NselfError:
        return wanted
    arrived = with_dependencies(connection)
    heirs = _heirs(arrived)
    entries: dict[ObjectRef, Entry] = {}
    for ref, entry in wanted.entries.items():
        made = arrived.get(ref)
        if _is_of(entry, heirs):
            if made is not None:
                entries[ref] = made
        else:
            entries[ref] = entry if made is None else _followed(entry, made, before.get(ref))
    entries |= {ref: one for ref, one in arrived.entries.items() if ref not in wanted.entries and _is_of(one, heirs)}
    depends = {**{ref: arrived.depends.get(ref, frozenset()) for ref in entries}, **wanted.depends}
    return replace(wanted, entries=entries, depends={ref: needs for ref, needs in depends.items() if ref in entries})


def partitioned(catalog: Catalog) -> set[tuple[str, ...]]:
    """Tables that have partitions, by schema and name."""
    return {parse_qualified(one["of_table"]) for one in catalog.of_kind("partition")}


def _for_all(step: Step, tables: set[tuple[str, ...]]) -> Step:
    """A key of a partitioned table is one only when all partitions have it, so the server is asked what these get."""
    if not isinstance(step, Statement):
        return step
    for table in tables:
        only = f"alter table only {spell_qualified(*table)} add constraint "
        if step.sql.text.startswith(only):
            return replace(step, sql=replace(step.sql, text=step.sql.text.replace(" only ", " ", 1)))
    return step


def _followed(entry: Entry, made: Entry, before: Entry | None) -> Entry:
    """Only what nobody has asked to be otherwise can have followed."""
    names = _FOLLOWS.get(entry.ref.kind, ())
    moved = {one: made[one] for one in names if before is not None and before[one] == entry[one] != made[one]}
    if entry.ref.kind == "index" and made["definition"].replace(" ON ONLY ", " ON ", 1) == entry["definition"]:
        moved["definition"] = made["definition"]  # partitions have theirs by now
    return entry.replaced(**moved) if moved else entry


def _heirs(catalog: Catalog) -> set[tuple[str, ...]]:
    """Tables that are partitions or heirs of another, by schema and name."""
    found = {(one.ref.schema or "", one.ref.name) for one in catalog.of_kind("partition", "inheritance")}
    return found | {
        (one.ref.schema or "", one.ref.name)
        for one in catalog.of_kind("table")
        if one["_is_partition"] or one["_parents"]
    }


def _is_of(entry: Entry, tables: set[tuple[str, ...]]) -> bool:
    ref = entry.ref
    if ref.kind not in _INHERITED:
        return False
    if ref.kind == "index":
        return parse_qualified(entry["table"]) in tables
    if ref.kind == "index_partition":
        return (ref.schema or "", entry["_table"]) in tables
    return (ref.schema or "", ref.name) in tables
