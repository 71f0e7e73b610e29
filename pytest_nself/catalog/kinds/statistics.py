"""Extended statistics."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import RELATIONS, Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import ObjectRef


def _create(entry: Entry, scene: Scene) -> Iterator[str]:
    yield entry["_definition"]
    if entry["target"] is not None:
        yield _target(entry)


def _target(entry: Entry) -> str:
    return (
        f"alter statistics {qualified(entry.ref)} set statistics {-1 if entry['target'] is None else entry['target']}"
    )


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    return [_target(new)] if changed == {"target"} else None


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop statistics {qualified(entry.ref)}"]


def _table(entry: Entry) -> ObjectRef:
    return ObjectRef(RELATIONS[entry["_table_relkind"]], entry["_table_schema"], entry["_table"])


def _dies_with(entry: Entry) -> tuple[ObjectRef, ...]:
    table = _table(entry)
    return (table, *(table._replace(kind="column", part=name) for name in entry["_columns"] or ()))


KIND = Kind(
    name="statistics",
    catalog=3381,
    rank=315,
    words="statistics",
    create=_create,
    alter=_alter,
    drop=_drop,
    dies_with=_dies_with,
    needs=lambda entry, catalog: (_table(entry),),
)
