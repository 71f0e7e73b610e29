"""Constraints of tables, with the indexes behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_nself.catalog.ddl import (
    Ddl,
    Kind,
    Scene,
    Written,
    change_options,
    options_text,
    part,
    qualified,
    relation_of,
)
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.catalog.kinds.column import parents_of
from pytest_nself.core.names import ObjectRef, quote_literal, spell_qualified
from pytest_nself.core.sql import ALONE, COMMIT_AFTER

_INDEXED = ("primary key", "unique", "exclude")


def _words(entry: Entry) -> str:
    return "foreign table" if entry["_relkind"] == "f" else "table"


def _only(entry: Entry) -> str:
    # The index of a partitioned table is put together from those of its partitions, which have names of their own.
    return "only " if entry["type"] in _INDEXED else ""


def _text(entry: Entry) -> str:
    # Of an exclusion the server itself says the storage parameters.
    said = entry["options"] if entry["type"] != "exclude" else None
    options = f" with ({options_text(said)})" if said else ""
    return f"{entry['definition']}{options}{_timing(entry)}"


def _timing(entry: Entry) -> str:
    return {None: "", "deferrable": " deferrable", "initially deferred": " deferrable initially deferred"}[
        entry["deferrable"]
    ]


def _create(entry: Entry, scene: Scene) -> Iterator[Ddl | str]:
    if _stays_behind(entry, scene):
        return
    table = f"alter {_words(entry)} {_only(entry)}{qualified(entry.ref)}"
    if scene.online and scene.stays(relation_of(entry)) and entry["_relkind"] == "r":
        yield from _online(entry, table)
    else:
        valid = "" if entry["validated"] else " not valid"
        yield f"{table} add constraint {part(entry.ref)} {_text(entry)}{valid}"
    yield from _marks(entry)


def _online(entry: Entry, table: str) -> Iterator[Ddl | str]:
    """In steps of which none keeps others from the table for longer than a moment."""
    add = f"{table} add constraint {part(entry.ref)}"
    if entry["type"] in ("check", "foreign key"):
        # Rows that come meanwhile are looked at from here on; those that are there, without the lock.
        yield Ddl(f"{add} {_text(entry)} not valid", transaction=COMMIT_AFTER)
        if entry["validated"]:
            yield f"{table} validate constraint {part(entry.ref)}"
    elif entry["type"] in ("primary key", "unique") and (index := _index_text(entry)) is not None:
        yield Ddl(index, transaction=ALONE)
        yield f"{add} {entry['type']} using index {part(entry.ref)}{_timing(entry)}"
    else:
        yield f"{add} {_text(entry)}"


_KEY = re.compile(
    r"(?:PRIMARY KEY|UNIQUE)(?P<nulls> NULLS NOT DISTINCT)? (?P<columns>\(.*?\))(?P<include> INCLUDE \(.*\))?"
)


def _index_text(entry: Entry) -> str | None:
    """The index that the constraint will take over; None for what only a constraint can say (WITHOUT OVERLAPS)."""
    found = _KEY.fullmatch(entry["definition"])
    if found is None or " WITHOUT OVERLAPS" in entry["definition"]:
        return None
    options = f" with ({options_text(entry['options'])})" if entry["options"] else ""
    on = f"on {qualified(entry.ref)} {found['columns']}{found['include'] or ''}{found['nulls'] or ''}"
    return f"create unique index concurrently {part(entry.ref)} {on}{options}"


def _stays_behind(entry: Entry, scene: Scene) -> bool:
    """Whether a table that no longer inherits has kept the check of its parent, or a partition the foreign key."""
    table = relation_of(entry)
    if table in scene.made or table not in scene.a.entries:
        return False
    was_partition = table._replace(kind="partition") in scene.a.entries
    if entry["type"] != "check" and not (entry["type"] == "foreign key" and was_partition):
        return False
    left = [one for one in parents_of(table, scene.a) if one not in parents_of(table, scene.b)]
    above = (entry.ref._replace(name=one.name, schema=one.schema) for one in left)
    found = (scene.a.get(ref) for ref in above)
    return any(one is not None and one["definition"] == entry["definition"] for one in found)


def left_behind(table: ObjectRef, above: ObjectRef, scene: Scene) -> Iterator[str]:
    """Drop what a table keeps of the one above it, and is not to have.

    That one may have lost it before, and then it is gone from both.
    """
    if table in scene.gone:
        return
    partition = table._replace(kind="partition") in scene.a.entries
    tables, names = [above], set()
    while tables:
        one = tables.pop()
        names.add((one.schema, one.name))
        tables += parents_of(one, scene.a)
    for constraint in scene.a.of_kind("constraint"):
        is_its = (constraint.ref.schema, constraint.ref.name) in names
        if not is_its or not (constraint["type"] == "check" or (constraint["type"] == "foreign key" and partition)):
            continue
        own = constraint.ref._replace(schema=table.schema, name=table.name)
        wanted = scene.b.get(own)
        if own not in scene.a.entries and (wanted is None or wanted["definition"] != constraint["definition"]):
            yield f"alter table {qualified(table)} drop constraint if exists {part(own)}"


def _index_comment(entry: Entry) -> str:
    text = "null" if entry["index_comment"] is None else quote_literal(entry["index_comment"]).strip()
    return f"comment on index {spell_qualified(entry.ref.schema, entry.ref.part or '')} is {text}"


def _marks(entry: Entry) -> Iterator[str]:
    if entry["index_comment"] is not None:
        yield _index_comment(entry)
    if entry["clustered"]:
        yield f"alter table {qualified(entry.ref)} cluster on {part(entry.ref)}"
    if entry["replica_identity"]:
        yield f"alter table only {qualified(entry.ref)} replica identity using index {part(entry.ref)}"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed & {"type", "definition"} or ("validated" in changed and not new["validated"]):
        return None
    if "deferrable" in changed and new["type"] != "foreign key":
        return None
    table = f"alter {_words(new)} {qualified(new.ref)}"
    written: list[Ddl | str] = []
    if "deferrable" in changed:
        written.append(f"{table} alter constraint {part(new.ref)}{_timing(new) or ' not deferrable'}")
    if "validated" in changed:
        written.append(f"{table} validate constraint {part(new.ref)}")
    if "options" in changed:
        index = f"alter index {spell_qualified(new.ref.schema, new.ref.part or '')}"
        written += change_options(index, old["options"], new["options"])
    if "index_comment" in changed:
        written.append(_index_comment(new))
    written += change_marks(old, new, part(new.ref), qualified(new.ref), scene)
    return written


def change_marks(old: Entry, new: Entry, index: str, table: str, scene: Scene) -> Iterator[str]:
    """That a table is clustered on an index, or known to subscribers by it."""
    if old["clustered"] != new["clustered"]:
        if new["clustered"]:
            yield f"alter table {table} cluster on {index}"
        elif not _is_another(new, "clustered", scene):
            yield f"alter table {table} set without cluster"
    if old["replica_identity"] != new["replica_identity"]:
        if new["replica_identity"]:
            yield f"alter table only {table} replica identity using index {index}"
        elif not _is_another(new, "replica_identity", scene):
            yield f"alter table only {table} replica identity default"


def _is_another(entry: Entry, mark: str, scene: Scene) -> bool:
    """Whether another index of the table gets the mark, which takes it from this one."""
    name = entry["_table"] or entry.ref.name
    return any(
        one[mark] and one.ref.schema == entry.ref.schema and (one["_table"] or one.ref.name) == name
        for one in scene.b.of_kind("index", "constraint")
    )


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"alter {_words(entry)} {qualified(entry.ref)} drop constraint {part(entry.ref)}"]


def _occupies(ref: ObjectRef) -> tuple[tuple[str, ...], ...]:
    # Its index has the same name, where it has one.
    return (("relation", ref.schema or "", ref.part or ""), ("constraint", ref.schema or "", ref.name, ref.part or ""))


def _dies_with(entry: Entry) -> tuple[ObjectRef, ...]:
    return (relation_of(entry),)


def _needs(entry: Entry, catalog: Catalog) -> Iterator[ObjectRef]:
    yield relation_of(entry)


KIND = Kind(
    name="constraint",
    catalog=2606,
    rank=300,
    words="constraint",
    create=_create,
    alter=_alter,
    drop=_drop,
    dies_with=_dies_with,
    needs=_needs,
    occupies=_occupies,
    comment=lambda entry: f"constraint {part(entry.ref)} on {qualified(entry.ref)}",
)
