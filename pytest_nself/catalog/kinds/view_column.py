"""What is said of single columns of views and materialized views."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, change_options, part, qualified, with_relation
from pytest_nself.catalog.fact import Entry

from .column import column_tail


def _create(entry: Entry, scene: Scene) -> Iterator[str]:
    yield from (_for_view(text, entry) for text in column_tail(entry))


def _for_view(text: str, entry: Entry) -> str:
    words = "view" if entry["_relkind"] == "v" else "materialized view"
    return text.replace("alter table only", f"alter {words}", 1)


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed & {"storage", "compression"}:
        return None
    alter = f"alter table {qualified(new.ref)} alter column {part(new.ref)}"
    written = list(change_options(alter, old["options"], new["options"]))
    if "statistics" in changed:
        written.append(f"{alter} set statistics {-1 if new['statistics'] is None else new['statistics']}")
    return [_for_view(text.replace("alter table", "alter table only", 1), new) for text in written]


def _drop(entry: Entry, scene: Scene) -> Written:
    return []


KIND = Kind(
    name="view_column",
    catalog=1259,
    rank=210,
    words="column",
    create=_create,
    alter=_alter,
    drop=_drop,
    named=lambda ref: f"{qualified(ref)}.{part(ref)}",
    dies_with=with_relation,
    needs=lambda entry, catalog: with_relation(entry),
    grants="column",
)
