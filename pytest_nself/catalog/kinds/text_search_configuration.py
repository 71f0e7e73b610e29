"""Text search configurations: for each type of token the dictionaries that are asked."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry


def _create(entry: Entry, scene: Scene) -> Iterator[str]:
    yield f"create text search configuration {qualified(entry.ref)} (parser = {entry['parser']})"
    yield from _map({}, entry)


def _map(before: dict[str, str], new: Entry) -> Iterator[str]:
    alter = f"alter text search configuration {qualified(new.ref)}"
    after = _mappings(new)
    gone = [token for token in before if token not in after]
    if gone:
        yield f"{alter} drop mapping for {', '.join(gone)}"
    tokens: dict[tuple[str, str], list[str]] = {}
    for token, dictionaries in after.items():
        if before.get(token) != dictionaries:
            tokens.setdefault(("alter" if token in before else "add", dictionaries), []).append(token)
    for (verb, dictionaries), together in tokens.items():
        yield f"{alter} {verb} mapping for {', '.join(together)} with {dictionaries}"


def _mappings(entry: Entry) -> dict[str, str]:
    return dict(entry["mappings"] or ())


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    return None if "parser" in changed else list(_map(_mappings(old), new))


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop text search configuration {qualified(entry.ref)}"]


KIND = Kind(
    name="text_search_configuration",
    catalog=3602,
    rank=63,
    words="text search configuration",
    create=_create,
    alter=_alter,
    drop=_drop,
)
