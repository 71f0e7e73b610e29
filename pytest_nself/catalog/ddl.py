"""Statements that change a schema, and what a rule for one kind of object looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pytest_nself.core.names import ObjectRef, parse_qualified, quote_literal, spell_identifier, spell_qualified
from pytest_nself.core.sql import SHARED, Transaction
from pytest_nself.core.step import NO_HAZARDS

from .fact import Catalog, Entry


@dataclass(frozen=True, slots=True)
class Ddl:
    """One statement, what it endangers, and what it asks of its transaction.

    `commits_before`: texts (new labels of an enum) of which none may stand in a later statement of its transaction.
    """

    text: str
    hazards: frozenset[str] = NO_HAZARDS
    transaction: Transaction = SHARED
    commits_before: tuple[str, ...] = ()


Written = Iterable[Ddl | str]
"""What a rule writes; a plain text endangers nothing."""


@dataclass(frozen=True)
class Scene:
    """What rules may look at while they write: both states, and what else the plan does.

    `made` are objects that the plan creates, `gone` those that it drops (what is rebuilt is in both), `altered` those
    that it changes. `separate` are defaults that are not said with their columns. `online` asks for forms that hold
    locks for a moment only.
    """

    a: Catalog
    b: Catalog
    made: frozenset[ObjectRef] = frozenset()
    gone: frozenset[ObjectRef] = frozenset()
    altered: Mapping[ObjectRef, frozenset[str]] = field(default_factory=dict)
    separate: frozenset[ObjectRef] = frozenset()
    online: bool = False

    @cached_property
    def _columns(self) -> Mapping[tuple[str | None, str], list[Entry]]:
        found: dict[tuple[str | None, str], list[Entry]] = {}
        for entry in self.b.of_kind("column"):
            found.setdefault((entry.ref.schema, entry.ref.name), []).append(entry)
        for columns in found.values():
            columns.sort(key=lambda column: int(column["position"]))
        return found

    def columns(self, table: ObjectRef) -> list[Entry]:
        """The columns of a table as it shall be, in order."""
        return self._columns.get((table.schema, table.name), [])

    @cached_property
    def row_types(self) -> frozenset[ObjectRef]:
        """The tables of which a column somewhere holds whole rows."""
        return frozenset(
            need
            for column in self.a.of_kind("column")
            for need in self.a.depends.get(column.ref, ())
            if need.kind in RELATIONS.values() and need.name != column.ref.name
        )

    @cached_property
    def odd_names(self) -> frozenset[str]:
        """Names of not-null constraints that are not their table's: the server chooses others beside them."""
        odd = (column for column in self.a.of_kind("column") if column["not_null_as"])
        return frozenset(str(column["_not_null_name"]) for column in odd)

    @cached_property
    def kept_below(self) -> frozenset[ObjectRef]:
        """Columns that go from a table while a child keeps what it had inherited."""
        links = {(link.ref.schema, link.ref.name): link["parents"] for link in self.a.of_kind("inheritance")}
        found = set()
        for column in self.a.of_kind("column") if links else ():
            after = self.b.get(column.ref)
            if column["local"] is False and after is not None and after["local"] and not after["_inherited"]:
                for parent in links.get((column.ref.schema, column.ref.name), ()):
                    above = named_relation(parent)
                    found.add(ObjectRef("column", above.schema, above.name, column.ref.part))
        return frozenset(found)

    def stays(self, ref: ObjectRef) -> bool:
        """Whether the object is there before and after, and is not made anew."""
        return ref in self.a.entries and ref in self.b.entries and ref not in self.made


def _none(entry: Entry) -> tuple[ObjectRef, ...]:
    return ()


def _needs_nothing(entry: Entry, catalog: Catalog) -> tuple[ObjectRef, ...]:
    return ()


def _nothing(ref: ObjectRef) -> tuple[tuple[str, ...], ...]:
    return ()


def _rebuild(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    return None


def qualified(ref: ObjectRef) -> str:
    """`schema.name`."""
    return spell_qualified(ref.schema, ref.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How objects of one kind are made, changed and dropped.

    `catalog` is the oid of the system catalog that holds them (fixed, as in PostgreSQL's `pg_*.h`; 0 for what is no
    object of its own there). `words` name the kind in `comment on`, `alter … owner to` and `drop`; `grants` in `grant …
    on`, and `privileges` are those that an owner has from the start, `public` those that everybody has. Of objects that
    nothing else orders, those of a lower `rank` are created first. `dies_with` are the objects of which each takes this
    one along when it is dropped; `needs` are those that it cannot be made without, beyond what the server's own
    dependencies say. `alter` gets the names of the attributes that differ (never owner, acl, comment, label: they are
    written for all kinds alike) and answers None where the object must be dropped and created anew. `moves` are
    attributes whose change does not let dependents stand, with the kinds of those that must be rebuilt. `occupies` are
    names that only one object at a time can have.
    """

    name: str
    catalog: int
    rank: int
    words: str
    create: Callable[[Entry, Scene], Written]
    drop: Callable[[Entry, Scene], Written]
    alter: Callable[[Entry, Entry, frozenset[str], Scene], Written | None] = _rebuild
    named: Callable[[ObjectRef], str] = qualified
    dies_with: Callable[[Entry], tuple[ObjectRef, ...]] = _none
    needs: Callable[[Entry, Catalog], Iterable[ObjectRef]] = _needs_nothing
    occupies: Callable[[ObjectRef], tuple[tuple[str, ...], ...]] = _nothing
    moves: Mapping[str, frozenset[str]] = field(default_factory=dict)
    grants: str = ""
    privileges: str = ""
    public: str = ""
    comment: Callable[[Entry], str] | None = None
    on: Callable[[Entry], str] | None = None

    def granted(self, entry: Entry) -> str:
        """What `grant … on` names."""
        return self.on(entry) if self.on else self.named(entry.ref)

    def commented(self, entry: Entry) -> str:
        """What `comment on` names."""
        return self.comment(entry) if self.comment else f"{self.words} {self.named(entry.ref)}"


RELATIONS = {"r": "table", "p": "table", "v": "view", "m": "materialized_view", "f": "foreign_table"}
"""The kinds of relations by `pg_class.relkind`."""


def relation_of(entry: Entry) -> ObjectRef:
    """The table, view … that an object is a part of."""
    return ObjectRef(RELATIONS[entry["_relkind"]], entry.ref.schema, entry.ref.name)


def with_relation(entry: Entry) -> tuple[ObjectRef, ...]:
    """For objects that go with the relation they are a part of."""
    return (relation_of(entry),)


def named_relation(text: str, kind: str = "table") -> ObjectRef:
    """The relation that a fact names as SQL spells it (`public."Orders"`)."""
    schema, name = parse_qualified(text)
    return ObjectRef(kind, schema, name)


def part(ref: ObjectRef) -> str:
    """The name of a part of a relation, as SQL spells it."""
    return spell_identifier(ref.part or "")


def on_relation(ref: ObjectRef) -> str:
    """`name on schema.table`, as triggers, policies and rules are named."""
    return f"{part(ref)} on {qualified(ref)}"


def relation_name(ref: ObjectRef) -> tuple[tuple[str, ...], ...]:
    """Tables, views, indexes and sequences share one room of names; tables and views are types too."""
    return (("relation", ref.schema or "", ref.name),)


def relation_and_type_name(ref: ObjectRef) -> tuple[tuple[str, ...], ...]:
    """For relations that are row types."""
    return (("relation", ref.schema or "", ref.name), ("type", ref.schema or "", ref.name))


def type_name(ref: ObjectRef) -> tuple[tuple[str, ...], ...]:
    """For types."""
    return (("type", ref.schema or "", ref.name),)


def options_text(options: Iterable[str]) -> str:
    """`fillfactor='70', autovacuum_enabled='false'` from the server's list of options."""
    pairs = (option.partition("=") for option in options)
    return ", ".join(f"{spell_identifier(name)}={_value(value)}" for name, _, value in pairs)


def _value(value: str) -> str:
    plain = value.replace(".", "", 1).lstrip("-").isalnum() and value.isascii()
    return value if plain and value else quote_literal(value)


def change_options(alter: str, old: Iterable[str] | None, new: Iterable[str] | None, prefix: str = "") -> list[str]:
    """`alter … set (…)` and `reset (…)` for what differs; `prefix` is put before each name (`toast.`)."""
    before = dict(option.split("=", 1) for option in old or ())
    after = dict(option.split("=", 1) for option in new or ())
    set_ = [f"{prefix}{spell_identifier(n)}={_value(v)}" for n, v in after.items() if before.get(n) != v]
    gone = [f"{prefix}{spell_identifier(n)}" for n in before if n not in after]
    return [f"{alter} set ({', '.join(set_)})"] * bool(set_) + [f"{alter} reset ({', '.join(gone)})"] * bool(gone)
