"""Indexes that no constraint stands on."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import (
    RELATIONS,
    Ddl,
    Kind,
    Scene,
    Written,
    change_options,
    options_text,
    qualified,
    relation_name,
)
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.names import ObjectRef, spell_identifier
from pytest_nself.core.sql import ALONE

from .constraint import change_marks


def _create(entry: Entry, scene: Scene) -> Iterator[Ddl | str]:
    text = entry["definition"]
    if entry["options"]:
        text = _with_options(text, f" with ({options_text(entry['options'])})")
    if entry["tablespace"]:
        text = _with_options(text, f" tablespace {spell_identifier(entry['tablespace'])}")
    if scene.online and scene.stays(_table(entry)) and entry["_relkind"] == "i":
        yield Ddl(text.replace(" INDEX ", " INDEX CONCURRENTLY ", 1), transaction=ALONE)
    else:
        yield text
    for column in entry["statistics"] or ():
        number, _, target = column.partition("=")
        yield f"alter index {qualified(entry.ref)} alter column {number} set statistics {target}"
    yield from change_marks(_bare(entry), entry, spell_identifier(entry.ref.name), entry["table"], scene)


def _bare(entry: Entry) -> Entry:
    return entry.replaced(clustered=False, replica_identity=False)


def _with_options(text: str, options: str) -> str:
    """They stand before the predicate, which the server always puts into brackets and last."""
    head, where, tail = text.rpartition(" WHERE ")
    # A text in the columns may hold the word too: then what stands before it has an odd number of quotes or brackets.
    if where and head.count("(") == head.count(")") and head.count("'") % 2 == 0:
        return f"{head}{options}{where}{tail}"
    return f"{text}{options}"


def _table(entry: Entry) -> ObjectRef:
    return ObjectRef(RELATIONS[entry["_table_relkind"]], entry.ref.schema, entry["_table"])


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed & {"table", "definition", "valid"}:
        return None
    alter = f"alter index {qualified(new.ref)}"
    written: list[Ddl | str] = list(change_options(alter, old["options"], new["options"]))
    if "tablespace" in changed:
        written.append(f"{alter} set tablespace {spell_identifier(new['tablespace'] or 'pg_default')}")
    before = dict(one.split("=") for one in old["statistics"] or ())
    after = dict(one.split("=") for one in new["statistics"] or ())
    for number in {**before, **after}:
        if before.get(number) != after.get(number):
            written.append(f"{alter} alter column {number} set statistics {after.get(number, '-1')}")
    written += change_marks(old, new, spell_identifier(new.ref.name), new["table"], scene)
    return written


def _drop(entry: Entry, scene: Scene) -> Written:
    if scene.online and scene.stays(_table(entry)) and entry["_relkind"] == "i" and not entry["_attached"]:
        return [Ddl(f"drop index concurrently {qualified(entry.ref)}", transaction=ALONE)]
    # A constraint of a partition and the index above it hold each other.
    held = entry["_relkind"] == "I" and any(
        link["_constraint"] and not link["_of_constraint"] and link["of_index"] == qualified(entry.ref)
        for link in scene.a.of_kind("index_partition")
    )
    return [f"drop index {qualified(entry.ref)}{' cascade' if held else ''}"]


def _needs(entry: Entry, catalog: Catalog) -> Iterator[ObjectRef]:
    yield _table(entry)


KIND = Kind(
    name="index",
    catalog=1259,
    rank=310,
    words="index",
    create=_create,
    alter=_alter,
    drop=_drop,
    dies_with=lambda entry: (_table(entry),),
    needs=_needs,
    occupies=relation_name,
)
