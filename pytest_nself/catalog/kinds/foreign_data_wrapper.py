"""Foreign-data wrappers."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry
from pytest_nself.catalog.secrets import all_options, changed_options


def _what(entry: Entry) -> str:
    return f"foreign data wrapper {qualified(entry.ref)}"


def _create(entry: Entry, scene: Scene) -> Written:
    functions = "".join(f" {name} {entry[name]}" for name in ("handler", "validator") if entry[name])
    return [f"create {_what(entry)}{functions}{all_options(entry, _what(entry))}"]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    return [f"alter {_what(new)}{''.join(_functions(new, changed))}{changed_options(old, new, _what(new))}"]


def _functions(new: Entry, changed: frozenset[str]) -> Iterator[str]:
    for name in ("handler", "validator"):
        if name in changed:
            yield f" {name} {new[name]}" if new[name] else f" no {name}"


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop {_what(entry)}"]


KIND = Kind(
    name="foreign_data_wrapper",
    catalog=2328,
    rank=70,
    words="foreign data wrapper",
    create=_create,
    alter=_alter,
    drop=_drop,
    grants="foreign data wrapper",
    privileges="U",
)
