"""Renames: which there may have been, and the statements for those that somebody confirms.

Nothing tells a rename from a drop and an addition, and the difference is the rows. So candidates are only named: a
person, a flag or an annotation confirms them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef, parse_qualified, spell_identifier, spell_qualified

from .ddl import on_relation, part, qualified
from .fact import Catalog, Entry
from .kinds import kinds

_WORDS = {
    "table": "table",
    "view": "view",
    "materialized_view": "materialized view",
    "foreign_table": "foreign table",
    "sequence": "sequence",
    "index": "index",
    "enum": "type",
    "composite": "type",
    "range": "type",
    "domain": "domain",
}
_KINDS = (*_WORDS, "schema", "column", "constraint", "trigger", "policy", "function")


class Rename(NamedTuple):
    """An object under its name before, and after."""

    old: ObjectRef
    new: ObjectRef

    def __str__(self) -> str:
        return f"{self.old}={self.new}"

    @property
    def back(self) -> Rename:
        """The same the other way."""
        return Rename(self.new, self.old)


def rename_candidates(a: Catalog, b: Catalog) -> tuple[Rename, ...]:
    """Pairs of which one is only in `a`, the other only in `b`, and that are alike but for the name, one to one.

    Parts (columns, constraints …) are only looked for in tables that are in both.
    """
    gone, come = _by_likeness(a, b), _by_likeness(b, a)
    pairs = (
        Rename(gone[likeness][0], come[likeness][0])
        for likeness in gone
        if len(gone[likeness]) == 1 and len(come.get(likeness, ())) == 1
    )
    return tuple(sorted(pairs))


def _by_likeness(a: Catalog, b: Catalog) -> dict[object, list[ObjectRef]]:
    found: defaultdict[object, list[ObjectRef]] = defaultdict(list)
    for entry in a:
        ref = entry.ref
        if ref.kind not in _KINDS or ref in b.entries:
            continue
        if ref.part is not None and not any(
            ref._replace(kind=kind, part=None) in a.entries and ref._replace(kind=kind, part=None) in b.entries
            for kind in ("table", "foreign_table", "view", "materialized_view")
        ):
            continue
        found[_likeness(entry, a)].append(ref)
    return dict(found)


def _likeness(entry: Entry, catalog: Catalog) -> object:
    """What two objects that differ in nothing but their names have in common."""
    ref = entry.ref
    where = (ref.schema, ref.name) if ref.part is not None else (ref.schema,)
    mine = tuple((name, str(value)) for name, value in entry.attributes() if value is not None and name != "position")
    columns: tuple[object, ...] = ()
    if ref.kind in ("table", "foreign_table"):
        same = (one for one in catalog.of_kind("column") if (one.ref.schema, one.ref.name) == (ref.schema, ref.name))
        columns = tuple((one.ref.part, one["type"], one["not_null"]) for one in same)
    own = ref.part if ref.part is not None else ref.name
    return ref.kind, where, columns, tuple((name, _nameless(value, own)) for name, value in mine)


def _nameless(text: str, name: str) -> str:
    return text.replace(spell_identifier(name), "*")


def parse_renames(texts: Iterable[str], a: Catalog, b: Catalog) -> tuple[Rename, ...]:
    """`public.users.name=full_name`: the old name, and the new one, qualified or not. Raises Refused."""
    return tuple(_parsed(text, a, b) for text in texts)


def _parsed(text: str, a: Catalog, b: Catalog) -> Rename:
    old_text, equals, new_text = text.partition("=")
    if not equals or not old_text or not new_text:
        raise Refused(f"{text!r} is no rename.", "It takes the form old=new.", "write public.users.name=full_name")
    old = _found(old_text, a, b)
    name = parse_qualified(new_text)[-1]
    new = old._replace(part=name) if old.part is not None else old._replace(name=name)
    if new not in b.entries:
        raise Refused(f"There is no {new.kind} {new} to rename {old} to.", f"Looked for {new_text!r}.", "correct it")
    return Rename(old, new)


def _found(text: str, a: Catalog, b: Catalog) -> ObjectRef:
    wanted = parse_qualified(text)
    found = [
        ref
        for ref in a.entries
        if ref.kind in _KINDS and ref not in b.entries and _names(ref)[-len(wanted) :] == wanted
    ]
    if len(found) != 1:
        said = f"{text!r} means {', '.join(f'{ref.kind} {ref}' for ref in found) or 'nothing that goes'}."
        raise Refused(f"{text!r} cannot be renamed.", said, "write its schema, table and name")
    return found[0]


def _names(ref: ObjectRef) -> tuple[str, ...]:
    return tuple(name for name in (ref.schema, ref.name, ref.part) if name is not None)


def rename_statements(renames: Iterable[Rename]) -> Iterator[str]:
    """One statement for each, what is a part of something first: its table still has the old name."""
    return map(_statement, _in_order(renames))


def rename_back_statements(renames: Iterable[Rename]) -> Iterator[str]:
    """What takes them back: a table first, so that it has the old name again when its parts are named."""
    return (_statement(rename.back) for rename in reversed(_in_order(renames)))


def _in_order(renames: Iterable[Rename]) -> list[Rename]:
    return sorted(renames, key=lambda one: (one.old.part is None, one.old.kind == "schema", one.old))


def _statement(rename: Rename) -> str:
    old, new = rename
    if old.kind == "schema":
        return f"alter schema {qualified(old)} rename to {qualified(new)}"
    if old.kind in ("column", "constraint"):
        return f"alter table {qualified(old)} rename {old.kind} {part(old)} to {part(new)}"
    if old.kind in ("trigger", "policy"):
        return f"alter {old.kind} {on_relation(old)} rename to {part(new)}"
    if old.kind == "function":
        return f"alter function {kinds()['function'].named(old)} rename to {new.name.partition('(')[0]}"
    return f"alter {_WORDS[old.kind]} {spell_qualified(old.schema, old.name)} rename to {spell_identifier(new.name)}"
