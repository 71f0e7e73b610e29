"""Aggregates: normal ones, those over an ordered set, and hypothetical-set ones."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import ObjectRef, quote_literal, spell_identifier

from .function import KIND as FUNCTION
from .function import named

_PLAIN = ("sfunc", "stype", "sspace", "finalfunc")
_PARTIAL = ("combinefunc", "serialfunc", "deserialfunc")
_MOVING = ("msfunc", "minvfunc", "mstype", "msspace", "mfinalfunc")


def _create(entry: Entry, scene: Scene) -> Written:
    return [_text(entry, "create aggregate")]


def _text(entry: Entry, verb: str) -> str:
    name = f"{spell_identifier(entry.ref.schema or '')}.{entry['_name']}"
    return f"{verb} {name}({entry['arguments'] or '*'}) (\n    " + ",\n    ".join(_parts(entry)) + "\n)"


def _parts(entry: Entry) -> Iterator[str]:
    yield from _given(entry, _PLAIN)
    yield from _finish(entry, "finalfunc")
    yield from _given(entry, _PARTIAL)
    if entry["initcond"] is not None:
        yield f"initcond = {quote_literal(entry['initcond']).strip()}"
    yield from _given(entry, _MOVING)
    yield from _finish(entry, "mfinalfunc")
    if entry["minitcond"] is not None:
        yield f"minitcond = {quote_literal(entry['minitcond']).strip()}"
    yield from _given(entry, ("sortop",))
    if entry["parallel"] != "unsafe":
        yield f"parallel = {entry['parallel']}"
    if entry["aggregation"] == "hypothetical":
        yield "hypothetical"


def _given(entry: Entry, names: tuple[str, ...]) -> Iterator[str]:
    return (f"{name} = {entry[name]}" for name in names if entry[name] is not None)


def _finish(entry: Entry, name: str) -> Iterator[str]:
    if entry[f"{name}_extra"]:
        yield f"{name}_extra"
    if entry[f"{name}_modify"]:
        yield f"{name}_modify = {entry[f'{name}_modify']}"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed & {"aggregation", "arguments", "result"}:
        return None
    return [_text(new, "create or replace aggregate")]


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop aggregate {starred(entry.ref)}"]


def starred(ref: ObjectRef) -> str:
    """`schema.name(integer)`; an aggregate without arguments is called `schema.name(*)`."""
    name = named(ref)
    return f"{name.removesuffix('()')}(*)" if name.endswith("()") else name


KIND = Kind(
    name="aggregate",
    catalog=1255,
    rank=156,
    words="routine",
    create=_create,
    alter=_alter,
    drop=_drop,
    named=named,
    comment=lambda entry: f"aggregate {starred(entry.ref)}",
    grants="routine",
    privileges="X",
    public="X",
    occupies=FUNCTION.occupies,
)
