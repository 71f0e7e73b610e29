"""Event triggers: they come last and go first, so that none fires for the change itself."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import quote_literal


def _create(entry: Entry, scene: Scene) -> Iterator[str]:
    tags = ", ".join(quote_literal(tag) for tag in entry["tags"] or ())
    when = f" when tag in ({tags})" if tags else ""
    head = f"create event trigger {qualified(entry.ref)} on {entry['event']}{when}"
    yield f"{head} execute function {entry['function']}()"
    if entry["enabled"] != "enable":
        yield _switch(entry)


def _switch(entry: Entry) -> str:
    return f"alter event trigger {qualified(entry.ref)} {entry['enabled']}"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    return [_switch(new)] if changed == {"enabled"} else None


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop event trigger {qualified(entry.ref)}"]


KIND = Kind(
    name="event_trigger",
    catalog=3466,
    rank=950,
    words="event trigger",
    create=_create,
    alter=_alter,
    drop=_drop,
)
