"""Operators. Commutators and negators name each other: whichever is made first leaves a mark that the other fills."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Kind, Scene, Written
from pytest_nself.catalog.fact import Entry
from pytest_nself.core.names import ObjectRef, parse_qualified, spell_identifier

from .function import named

_LINKS = ("commutator", "negator")
_ESTIMATES = ("restrict", "join")


def _create(entry: Entry, scene: Scene) -> Written:
    symbol = entry.ref.name.partition("(")[0]
    head = f"create operator {spell_identifier(entry.ref.schema or '')}.{symbol}"
    return [f"{head} (\n    " + ",\n    ".join(_parts(entry)) + "\n)"]


def _parts(entry: Entry) -> Iterator[str]:
    yield f"function = {entry['function']}"
    if entry["_left"]:
        yield f"leftarg = {entry['_left']}"
    if entry["_right"]:
        yield f"rightarg = {entry['_right']}"
    for name in (*_LINKS, *_ESTIMATES):
        if entry[name]:
            yield f"{name} = {entry[name]}"
    yield from (name for name in ("hashes", "merges") if entry[name])


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed & {"function", "result"}:
        return None
    settings = [f"{name} = {new[name] or 'none'}" for name in _ESTIMATES if name in changed]
    for name in (*_LINKS, "hashes", "merges"):
        if name not in changed or (name in _LINKS and _follows(old, new, name, scene)):
            continue
        # Since PostgreSQL 17 these can be set, once.
        if old[name] or scene.a.version < 170000:
            return None
        settings.append(f"{name} = {new[name]}" if name in _LINKS else name)
    return [f"alter operator {named(new.ref)} set ({', '.join(settings)})"] if settings else []


def _follows(old: Entry, new: Entry, link: str, scene: Scene) -> bool:
    """Whether the link changes by itself, as the operator at its other end goes or comes."""
    lost = old[link] is None or _other(old, link) in scene.gone
    return lost and (new[link] is None or _other(new, link) in scene.made)


def _other(entry: Entry, link: str) -> ObjectRef:
    left, right = (entry["_left"] or "none", entry["_right"] or "none")
    types = f"({right}, {left})" if link == "commutator" else f"({left}, {right})"
    schema, _, symbol = entry[link].removeprefix("operator(").removesuffix(")").rpartition(".")
    return ObjectRef("operator", parse_qualified(schema)[0], symbol + types)


def _drop(entry: Entry, scene: Scene) -> Iterator[str]:
    yield f"drop operator {named(entry.ref)}"
    yield from (f"drop operator {shell}" for shell in entry["_shells"] or ())


KIND = Kind(
    name="operator",
    catalog=2617,
    rank=160,
    words="operator",
    create=_create,
    alter=_alter,
    drop=_drop,
    named=named,
    occupies=lambda ref: (("operator", ref.schema or "", ref.name),),
)
