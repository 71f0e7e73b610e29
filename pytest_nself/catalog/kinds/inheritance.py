"""Which tables a table inherits from: said with the table where that is new, else once its columns fit."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, named_relation, qualified, with_relation
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef

from .constraint import left_behind


def _create(entry: Entry, scene: Scene) -> Iterator[str]:
    if not set(with_relation(entry)) & scene.made:
        _refuse_missing_checks(entry, entry["parents"], scene)
        for parent in entry["parents"]:
            yield f"alter table {qualified(entry.ref)} inherit {parent}"


def _refuse_missing_checks(entry: Entry, parents: list[str], scene: Scene) -> None:
    """A check that a table must have before it inherits stays its own, which the other state says it is not."""
    above = [named_relation(parent) for parent in parents]
    for check in scene.b.of_kind("constraint"):
        name = (check.ref.schema, check.ref.name)
        if check["type"] != "check" or name not in {(one.schema, one.name) for one in above}:
            continue
        own = check.ref._replace(schema=entry.ref.schema, name=entry.ref.name)
        if own not in scene.b.entries and "NO INHERIT" not in check["definition"]:
            raise Refused(
                f"The table {entry.ref} would have to inherit the check {check.ref.part} of {check.ref.name}.",
                "It must have the check before it inherits, and then has it of its own as well.",
                "make the table anew, or declare the check in it",
            )


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    before, after = old["parents"], new["parents"]
    # Their order counts, and a new one comes last.
    kept = 0
    while kept < min(len(before), len(after)) and before[kept] == after[kept]:
        kept += 1
    _refuse_missing_checks(new, after[kept:], scene)
    gone = [parent for parent in before[kept:] if named_relation(parent) not in scene.gone]
    return [f"alter table {qualified(new.ref)} no inherit {parent}" for parent in gone] + [
        f"alter table {qualified(new.ref)} inherit {parent}" for parent in after[kept:]
    ]


def _drop(entry: Entry, scene: Scene) -> Iterator[str]:
    for parent in entry["parents"]:
        yield f"alter table {qualified(entry.ref)} no inherit {parent}"
        yield from left_behind(with_relation(entry)[0], named_relation(parent), scene)


def _needs(entry: Entry, catalog: Catalog) -> Iterator[ObjectRef]:
    yield from with_relation(entry)
    yield from map(named_relation, entry["parents"])


KIND = Kind(
    name="inheritance",
    catalog=0,
    rank=320,
    words="table",
    create=_create,
    alter=_alter,
    drop=_drop,
    dies_with=with_relation,
    needs=_needs,
)
