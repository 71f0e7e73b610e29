"""Foreign tables: made with their columns, as tables are."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, named_relation, part, qualified, relation_and_type_name
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.catalog.foreign_options import changed_foreign_options, foreign_options
from pytest_nself.core.names import ObjectRef

from .column import column_text
from .table import checks_above


def _create(entry: Entry, scene: Scene) -> Written:
    lines = [f"    {column_text(column, scene)}" for column in scene.columns(entry.ref) if column["local"] is not False]
    if entry["_is_partition"]:
        # Attaching it asks for the checks of the tables above it.
        lines += [f"    constraint {part(check.ref)} {check['definition']}" for check in checks_above(entry.ref, scene)]
    body = "\n" + ",\n".join(lines) + "\n" if lines else ""
    head = f"create foreign table {qualified(entry.ref)} ({body})"
    if entry["_parents"]:
        head += f" inherits ({', '.join(entry['_parents'])})"
    options = f" options ({foreign_options(entry['options'])})" if entry["options"] else ""
    return [f"{head} server {entry['server']}{options}"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if "server" in changed:
        return None
    options = changed_foreign_options(old["options"], new["options"])
    return [f"alter foreign table {qualified(new.ref)} options ({options})"]


def _drop(entry: Entry, scene: Scene) -> Written:
    # The rows are elsewhere, and stay there.
    return [f"drop foreign table {qualified(entry.ref)}"]


def _needs(entry: Entry, catalog: Catalog) -> Iterator[ObjectRef]:
    yield from map(named_relation, entry["_parents"] or ())


KIND = Kind(
    name="foreign_table",
    catalog=1259,
    rank=101,
    words="foreign table",
    create=_create,
    alter=_alter,
    drop=_drop,
    needs=_needs,
    occupies=relation_and_type_name,
    grants="table",
    privileges="arwdDxtm",
)
