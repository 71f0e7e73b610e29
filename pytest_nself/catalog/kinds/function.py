"""Functions and procedures."""

from __future__ import annotations

from pytest_nself.catalog.ddl import Kind, Scene, Written
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import ObjectRef, spell_identifier


def named(ref: ObjectRef) -> str:
    """`schema.name(integer, text)`; the name is SQL already."""
    return f"{spell_identifier(ref.schema or '')}.{ref.name}"


def words(entry: Entry) -> str:
    """How statements call it."""
    return "procedure" if entry["routine"] == "procedure" else "function"


def _create(entry: Entry, scene: Scene) -> Written:
    return [entry["_definition"].rstrip()]


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    fixed = changed & {"routine", "result"}
    if fixed or _names(old) != _names(new) or old["_argument_modes"] != new["_argument_modes"]:
        return None
    if new["_defaults"] < old["_defaults"]:
        return None
    return [new["_definition"].rstrip()]


def _names(entry: Entry) -> list[str]:
    """The arguments' names; one that had none may get one."""
    return list(entry["_argument_names"] or ())


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop {words(entry)} {named(entry.ref)}"]


def _rooms(ref: ObjectRef) -> tuple[tuple[str, ...], ...]:
    """Its signature is its own; its bare name it shares with overloads, and a new one shall not meet an old one."""
    return (("function", ref.schema or "", ref.name), ("call", ref.schema or "", ref.name.partition("(")[0]))


KIND = Kind(
    name="function",
    catalog=1255,
    rank=150,
    words="routine",
    create=_create,
    alter=_alter,
    drop=_drop,
    named=named,
    comment=lambda entry: f"{words(entry)} {named(entry.ref)}",
    grants="routine",
    privileges="X",
    public="X",
    occupies=_rooms,
)
