"""Languages that no extension brought."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry


def _text(entry: Entry, verb: str) -> str:
    words = [verb, "trusted", "language"] if entry["trusted"] else [verb, "language"]
    words += [qualified(entry.ref), f"handler {entry['handler']}"]
    words += [f"{name} {entry[name]}" for name in ("inline", "validator") if entry[name]]
    return " ".join(words)


def _create(entry: Entry, scene: Scene) -> Written:
    return [_text(entry, "create")]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if "trusted" in changed and (old["acl"] is not None or new["acl"] is not None):
        return None  # what was granted on a trusted one can neither be granted nor revoked on another
    return [_text(new, "create or replace")]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop language {qualified(entry.ref)}"]


KIND = Kind(
    name="language",
    catalog=2612,
    rank=24,
    words="language",
    create=_create,
    alter=_alter,
    drop=_drop,
    grants="language",
    privileges="U",
    public="U",
)
