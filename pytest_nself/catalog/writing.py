"""From acts to statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef, quote_literal, spell_identifier, spell_qualified

from .acl import change_grants, foreign_grantors, parse_acl, renamed_owner
from .ddl import Ddl, Kind, Scene, qualified
from .deciding import Decision, own_changes
from .deparsed import reparsable
from .fact import Entry
from .kinds import kinds
from .ordering import Act
from .privileges import initial_privileges, own_privileges

_ASIDE = "__old"
_LONGEST = 63


def written(acts: Iterable[Act], decision: Decision, scene: Scene) -> Iterator[tuple[Act, Ddl]]:
    """The statements of all acts. Raises Refused for what no statement can do."""
    for act in acts:
        for text in _written(act, decision, scene):
            ddl = text if isinstance(text, Ddl) else Ddl(text)
            yield act, ddl if _is_source(act, scene) else replace(ddl, text=reparsable(ddl.text))


def _is_source(act: Act, scene: Scene) -> bool:
    """Whether the statement holds a text of somebody's own, which the server keeps to the letter."""
    entry = scene.b.get(act.ref)
    return entry is not None and act.ref.kind == "function" and not entry["_is_parsed"]


def _written(act: Act, decision: Decision, scene: Scene) -> Iterator[Ddl | str]:
    kind = kinds()[act.ref.kind]
    if act.verb == "swap":
        yield from _swap(kind, scene.a.entries[act.ref])
    elif act.verb == "drop":
        if act.ref not in decision.absorbed:
            entry = scene.a.entries[act.ref]
            yield from kind.drop(_aside(entry) if act.ref in decision.swapped else entry, scene)
    elif act.verb == "create":
        entry = scene.b.entries[act.ref]
        yield from kind.create(entry, scene)
        yield from _said_for_new(kind, entry, scene)
    else:
        yield from _altered(kind, act.ref, decision.altered[act.ref], scene)


def _swap(kind: Kind, entry: Entry) -> Iterator[str]:
    words = entry.ref.kind if entry.ref.kind in ("domain", "collation", "table") else "type"
    yield f"alter {words} {kind.named(entry.ref)} rename to {spell_identifier(_aside(entry).ref.name)}"
    if entry.ref.kind == "range":
        multirange = entry.ref._replace(name=entry["multirange"])
        yield f"alter type {kind.named(multirange)} rename to {spell_identifier(_shortened(multirange.name))}"
        yield from _constructors_aside(entry, kind.named(multirange))


def _constructors_aside(entry: Entry, multirange: str) -> Iterator[str]:
    """The functions that make ranges keep the name of the type when it gets another."""
    ref = entry.ref
    old, sub = spell_qualified(ref.schema, ref.name), entry["subtype"]
    new = spell_qualified(ref.schema, _shortened(ref.name))
    name, many = spell_identifier(_shortened(ref.name)), spell_identifier(_shortened(entry["multirange"]))
    for arguments in (f"{sub}, {sub}", f"{sub}, {sub}, text"):
        yield f"alter function {old}({arguments}) rename to {name}"
    for arguments in ("", new, f"variadic {new}[]"):
        yield f"alter function {multirange}({arguments}) rename to {many}"


def _aside(entry: Entry) -> Entry:
    ref = entry.ref._replace(name=_shortened(entry.ref.name))
    return Entry(ref, entry.header, entry.row, entry.extra)


def _shortened(name: str) -> str:
    encoded = name.encode()[: _LONGEST - len(_ASIDE)]
    return encoded.decode(errors="ignore") + _ASIDE


def _altered(kind: Kind, ref: ObjectRef, names: frozenset[str], scene: Scene) -> Iterator[Ddl | str]:
    old, new = scene.a.entries[ref], scene.b.entries[ref]
    own = own_changes(names)
    if own:
        found = kind.alter(old, new, own, scene)
        assert found is not None, ref  # it would be rebuilt
        yield from found
    if "owner" in names and not _follows_its_table(ref, scene):
        yield _owner(kind, new)
    if "acl" in names or "owner" in names:
        yield from _grants(kind, old, new, scene)
    yield from _notes(kind, new, dict(old.extra or {}), dict(new.extra or {}))


def _follows_its_table(ref: ObjectRef, scene: Scene) -> bool:
    """A sequence that a column owns has the owner of the table."""
    return ref.kind == "sequence" and ref._replace(kind="sequence_owner") in scene.b.entries


def _said_for_new(kind: Kind, entry: Entry, scene: Scene) -> Iterator[Ddl | str]:
    role = scene.a.role
    if entry["owner"] and entry["owner"] != role:
        yield _owner(kind, entry)
    yield from _first_grants(kind, entry, scene)
    yield from _notes(kind, entry, {}, dict(entry.extra or {}))


def _owner(kind: Kind, entry: Entry) -> str:
    return f"alter {kind.commented(entry)} owner to {spell_identifier(entry['owner'])}"


def _grants(kind: Kind, old: Entry, new: Entry, scene: Scene) -> Iterator[str]:
    if not kind.grants:
        return
    _refuse_grantors(kind, old, scene)
    before = parse_acl(old["acl"], **own_privileges(old, scene.a.version))
    was, is_ = old["owner"] or old["_owner"], new["owner"] or new["_owner"]
    if was != is_:
        before = renamed_owner(before, was, is_)
    yield from _changed_grants(kind, before, new, scene)


def _first_grants(kind: Kind, entry: Entry, scene: Scene) -> Iterator[str]:
    if kind.grants:
        yield from _changed_grants(kind, initial_privileges(entry, scene.a, scene.gone), entry, scene)


def _changed_grants(kind: Kind, before: Mapping[str, Mapping[str, bool]], entry: Entry, scene: Scene) -> Iterator[str]:
    own = own_privileges(entry, scene.a.version)
    after = parse_acl(entry["acl"], **own)
    column = spell_identifier(entry.ref.part or "") if kind.grants == "column" else ""
    on = qualified(entry.ref) if column else f"{kind.grants} {kind.granted(entry)}"
    statements = list(change_grants(before, after, on, own["privileges"], column=column))
    if statements:
        _refuse_grantors(kind, entry, scene)
    yield from statements


def _refuse_grantors(kind: Kind, entry: Entry, scene: Scene) -> None:
    others = foreign_grantors(entry["acl"], own_privileges(entry, scene.a.version)["owner"])
    if others:
        raise Refused(
            f"The privileges on {kind.commented(entry)} were granted by {', '.join(others)}, not by its owner.",
            "A grant of somebody else can only be made, or taken back, by him.",
            "have the owner grant them, or leave them out",
        )


def _notes(kind: Kind, entry: Entry, old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    """Comments, security labels, and extensions that an object goes with."""
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if name == "comment":
            text = "null" if after is None else quote_literal(after).strip()
            yield f"comment on {kind.commented(entry)} is {text}"
        elif name.startswith("label:"):
            provider = spell_identifier(name.removeprefix("label:"))
            text = "null" if after is None else quote_literal(after.partition(": ")[2]).strip()
            yield f"security label for {provider} on {kind.commented(entry)} is {text}"
        elif name.startswith("bound:"):
            no = "no " if after is None else ""
            extension = spell_identifier(name.removeprefix("bound:"))
            yield f"alter {kind.commented(entry)} {no}depends on extension {extension}"
