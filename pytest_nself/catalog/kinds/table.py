"""Tables: made with their columns; whatever else stands on them is made after them."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import (
    Ddl,
    Kind,
    Scene,
    Written,
    change_options,
    named_relation,
    options_text,
    part,
    qualified,
    relation_and_type_name,
)
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.catalog.not_null import add_not_null, not_null_text
from pytest_nself.core.names import ObjectRef, spell_identifier
from pytest_nself.core.step import DATA_LOSS

from .column import column_text

_LOSES = frozenset({DATA_LOSS})


def _create(entry: Entry, scene: Scene) -> Iterator[Ddl | str]:
    name = qualified(entry.ref)
    unlogged = "unlogged " if entry["persistence"] == "unlogged" else ""
    lines = [f"    {column_text(column, scene)}" for column in scene.columns(entry.ref) if column["local"] is not False]
    if entry["_is_partition"]:
        # Attaching it asks for the checks of the tables above it.
        lines += [f"    constraint {part(check.ref)} {check['definition']}" for check in checks_above(entry.ref, scene)]
    if entry["of_type"]:
        head = f"create {unlogged}table {name} of {entry['of_type']}"
    else:
        body = "\n" + ",\n".join(lines) + "\n" if lines else ""
        head = f"create {unlogged}table {name} ({body})"
    if entry["_parents"]:
        head += f" inherits ({', '.join(entry['_parents'])})"
    if entry["partition_key"]:
        head += f" partition by {entry['partition_key']}"
    if entry["access_method"]:
        head += f" using {spell_identifier(entry['access_method'])}"
    options = [options_text([option]) for option in entry["options"] or ()]
    options += [f"toast.{options_text([option])}" for option in entry["toast_options"] or ()]
    if options:
        head += f" with ({', '.join(options)})"
    if entry["tablespace"]:
        head += f" tablespace {spell_identifier(entry['tablespace'])}"
    yield head
    if entry["of_type"]:
        yield from _typed_columns(entry, scene)
    yield from _switches(entry)


def checks_above(table: ObjectRef, scene: Scene) -> Iterator[Entry]:
    link = scene.b.get(ObjectRef("partition", table.schema, table.name))
    while link is not None:
        above = named_relation(link["of_table"])
        for check in scene.b.of_kind("constraint"):
            if (check.ref.schema, check.ref.name) == (above.schema, above.name) and check["type"] == "check":
                yield check
        link = scene.b.get(ObjectRef("partition", above.schema, above.name))


def _typed_columns(entry: Entry, scene: Scene) -> Iterator[str]:
    for column in scene.columns(entry.ref):
        if not_null_text(column):
            yield add_not_null(column)


def _switches(entry: Entry) -> Iterator[str]:
    if entry["replica_identity"]:
        yield f"alter table only {qualified(entry.ref)} replica identity {entry['replica_identity']}"
    if entry["rls"]:
        yield f"alter table {qualified(entry.ref)} enable row level security"
    if entry["rls_forced"]:
        yield f"alter table {qualified(entry.ref)} force row level security"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed & {"partition_key", "of_type"}:
        return None
    alter = f"alter table {qualified(new.ref)}"
    written: list[Ddl | str] = []
    if "persistence" in changed:
        written.append(f"{alter} set {'unlogged' if new['persistence'] == 'unlogged' else 'logged'}")
    if "access_method" in changed:
        written.append(f"{alter} set access method {spell_identifier(new['access_method'] or 'heap')}")
    if "tablespace" in changed:
        written.append(f"{alter} set tablespace {spell_identifier(new['tablespace'] or 'pg_default')}")
    written += change_options(alter, old["options"], new["options"])
    written += change_options(alter, old["toast_options"], new["toast_options"], "toast.")
    if "replica_identity" in changed:
        written.append(f"alter table only {qualified(new.ref)} replica identity {new['replica_identity'] or 'default'}")
    if "rls" in changed:
        written.append(f"{alter} {'enable' if new['rls'] else 'disable'} row level security")
    if "rls_forced" in changed:
        written.append(f"{alter} {'force' if new['rls_forced'] else 'no force'} row level security")
    return written


def _drop(entry: Entry, scene: Scene) -> Written:
    return [Ddl(f"drop table {qualified(entry.ref)}", _LOSES)]


def _needs(entry: Entry, catalog: Catalog) -> Iterator[ObjectRef]:
    yield from map(named_relation, entry["_parents"] or ())
    yield ObjectRef("schema", None, entry.ref.schema or "")


KIND = Kind(
    name="table",
    catalog=1259,
    rank=100,
    words="table",
    create=_create,
    alter=_alter,
    drop=_drop,
    needs=_needs,
    occupies=relation_and_type_name,
    grants="table",
    privileges="arwdDxtm",
)
