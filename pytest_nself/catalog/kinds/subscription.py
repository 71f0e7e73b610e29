"""Subscriptions: what they are; whether one runs, and what it holds on the publisher, is left alone.

A subscription is made without a word to the publisher, and loses its slot there before it is dropped: a plan is tried
on copies first, and a copy must not drain or drop the slot of the original.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_nself.catalog.ddl import Ddl, Kind, Scene, Written, qualified
from pytest_nself.catalog.fact import Entry
from pytest_nself.catalog.secrets import refused_secret
from pytest_nself.core.names import quote_literal, spell_identifier
from pytest_nself.core.sql import ALONE

_PLAIN: Mapping[str, object] = {
    "binary": False,
    "streaming": None,
    "two_phase": False,
    "disable_on_error": False,
    "synchronous_commit": None,
    "origin": None,
    "password_required": None,
    "run_as_owner": False,
    "failover": False,
}
"""The options, each with what needs no word; None: it is said wherever it is known."""

_ALONE = frozenset({"two_phase", "failover"})


def _create(entry: Entry, scene: Scene) -> Written:
    settings = ["connect = false", f"slot_name = {_slot(entry)}"]
    settings += [
        _setting(entry, name) for name, plain in _PLAIN.items() if entry[name] is not None and entry[name] != plain
    ]
    head = f"create subscription {qualified(entry.ref)} connection {_connection(entry)}"
    return [f"{head} publication {_publications(entry)} with ({', '.join(settings)})"]


def _connection(entry: Entry) -> str:
    if entry["secret"]:
        raise refused_secret(f"subscription {qualified(entry.ref)}", "connection")
    return quote_literal(entry["connection"]).strip()


def _publications(entry: Entry) -> str:
    return ", ".join(spell_identifier(name) for name in entry["publications"])


def _slot(entry: Entry) -> str:
    return "none" if entry["slot_name"] is None else quote_literal(entry["slot_name"]).strip()


def _setting(entry: Entry, name: str) -> str:
    value = entry[name]
    return f"{name} = {quote_literal(value) if isinstance(value, str) else str(value).lower()}"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if "two_phase" in changed and scene.a.version < 180000:
        return None
    if changed & _ALONE and old["slot_name"] is None:
        return None  # they are changed on the publisher too, where there is nothing yet
    return list(_changes(old, new, changed))


def _changes(old: Entry, new: Entry, changed: frozenset[str]) -> Iterator[Ddl | str]:
    alter = f"alter subscription {qualified(new.ref)}"
    if changed & {"connection", "secret"}:
        yield f"{alter} connection {_connection(new)}"
    if "publications" in changed:
        yield f"{alter} set publication {_publications(new)} with (refresh = false)"
    if old["_enabled"] and changed & (_ALONE | {"slot_name"}):
        yield f"{alter} disable"
    if "slot_name" in changed:
        yield f"{alter} set (slot_name = {_slot(new)})"
    settings = [_setting(new, name) for name in _PLAIN if name in changed - _ALONE and new[name] is not None]
    if settings:
        yield f"{alter} set ({', '.join(settings)})"
    for name in sorted(changed & _ALONE):
        yield Ddl(f"{alter} set ({_setting(new, name)})", transaction=ALONE)
    if old["_enabled"] and changed & (_ALONE | {"slot_name"}) and new["slot_name"] is not None:
        yield f"{alter} enable"


def _drop(entry: Entry, scene: Scene) -> Iterator[str]:
    alter = f"alter subscription {qualified(entry.ref)}"
    if entry["_enabled"]:
        yield f"{alter} disable"
    if entry["slot_name"] is not None:
        yield f"{alter} set (slot_name = none)"
    yield f"drop subscription {qualified(entry.ref)}"


KIND = Kind(
    name="subscription",
    catalog=6100,
    rank=420,
    words="subscription",
    create=_create,
    alter=_alter,
    drop=_drop,
)
