"""What shall be in a database, where a schema file speaks of its tables and enums, and of nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef, parse_qualified

_OF_TABLES = frozenset({"column", "constraint", "default", "identity_sequence"})
"""Kinds whose objects have their table's schema and name, and that a file speaks of."""

_RELATION_PARTS = _OF_TABLES | {"trigger", "policy", "rule", "partition", "inheritance", "publication_table"}
"""Kinds whose objects go with their table."""

_FROM_FILE = {
    "table": ("comment",),
    "column": ("type", "not_null", "identity", "comment"),
    "enum": ("labels", "comment"),
    "constraint": ("comment",),
    "index": ("comment",),
    "identity_sequence": (),
    "sequence": (),
    "sequence_owner": (),
    "schema": (),
    "extension": (),
}
"""Of objects that are on both sides, what the file decides; all else stays as it is."""

_GOES_WITH = {
    "type": ("collation", "storage", "compression", "_type_storage"),
    "not_null": ("not_null_as", "not_null_comment", "_not_null_name"),
    "identity": ("identity_sequence",),
}
"""What a column takes over from the file with another of its attributes."""

_BOUNDS = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
"""How far the types go that can count up."""

_NEEDED = ("table", "enum", "column")
_HARD_TO_SAY = re.compile(r" INCLUDE \(| NULLS NOT DISTINCT|_ops\b| COLLATE | WHERE ")
"""In the definition of an index: what no file can say, so that it is kept where the file does not have it."""
_OF_KEYS = re.compile(r"(?<=^UNIQUE) NULLS NOT DISTINCT| INCLUDE \([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Merged:
    """The state that shall be; `kept` are schemas of which the file does not speak, and which stay as they are.

    `orphans` are sentences: what stays, and what it needs that goes.
    """

    catalog: Catalog
    kept: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()

    def raise_orphans(self) -> None:
        """Raise Refused where something of which the file cannot speak needs what it no longer has."""
        if self.orphans:
            raise Refused(
                "The schema file no longer has something that others need, of which it cannot speak.",
                f"{'; '.join(self.orphans)}.",
                "take that back in a migration of your own first (nself db migrate create), or leave it in the file",
            )


def merged(
    now: Catalog,
    file: Catalog,
    *,
    named: Collection[str] = (),
    elsewhere: Collection[tuple[str | None, str]] = (),
) -> Merged:
    """The state `now` with all that a file speaks of as the file has it.

    `file` was read where nothing but the file's schema is (and what that needs). `named` are the names of constraints
    and indexes that the file gives: one it does not name may be called otherwise, and stays. `elsewhere` are tables, by
    schema and name, to which the file refers and which it leaves to others: they stay.
    """
    return _Merging(now, file, frozenset(named), frozenset(elsewhere)).merged()


@dataclass(slots=True)
class _Merging:
    now: Catalog
    file: Catalog
    named: frozenset[str]
    elsewhere: frozenset[tuple[str | None, str]]
    entries: dict[ObjectRef, Entry] = field(default_factory=dict)
    other: dict[ObjectRef, ObjectRef] = field(default_factory=dict)
    """Objects of the file that are there under another name."""
    spoken: set[str] = field(default_factory=set)

    def merged(self) -> Merged:
        self.spoken = {"public", *(ref.schema or "" for ref in self.file.entries if ref.kind in ("table", "enum"))}
        self._match_names()
        gone = {ref for ref in self.now.entries if self._is_gone(ref)}
        gone |= self._going_with(gone)
        gone |= self._indexes_below(gone)
        self.entries = {ref: entry for ref, entry in self.now.entries.items() if ref not in gone}
        for ref, entry in self.file.entries.items():
            there = self.other.get(ref, ref)
            if there.kind == ref.kind:
                self._take(there, ref, entry)
        self._place_columns()
        depends = dict(self._depends())
        tables = (ref for ref in self.now.entries if ref.kind == "table")
        kept = sorted({ref.schema or "" for ref in tables} - self.spoken)
        now = self.now
        catalog = Catalog(self.entries, depends, now.unmodelled, now.role, now.version)
        return Merged(catalog, tuple(kept), tuple(self._orphans(gone)))

    # What is the same under another name.

    def _match_names(self) -> None:
        for kind, of_table, says in (("constraint", _own_table, _constraint), ("index", _indexed_table, _index)):
            free: dict[tuple[object, ...], list[ObjectRef]] = {}
            for ref, entry in self.now.entries.items():
                if ref.kind == kind and ref not in self.file.entries:
                    free.setdefault((of_table(entry), says(entry)), []).append(ref)
            for ref, entry in self.file.entries.items():
                if ref.kind != kind or ref in self.now.entries or _name(ref) in self.named:
                    continue
                if same := free.get((of_table(entry), says(entry))):
                    self.other[ref] = same.pop(0)
        self._match_uniques()

    def _match_uniques(self) -> None:
        """What is unique by a constraint on one side, and by an index on the other."""
        taken = {*self.other, *self.other.values()}
        free = {
            unique: ref
            for ref, entry in self.now.entries.items()
            if ref not in self.file.entries and ref not in taken and (unique := _unique(entry)) is not None
        }
        for ref, entry in self.file.entries.items():
            if ref not in self.now.entries and ref not in taken and _name(ref) not in self.named:
                same = free.pop(unique, None) if (unique := _unique(entry)) is not None else None
                if same is not None:
                    self.other[ref] = same

    # What goes.

    def _is_gone(self, ref: ObjectRef) -> bool:
        """Whether the file speaks of such objects, and not of this one."""
        if ref.schema not in self.spoken or ref in self.file.entries or ref in self.other.values():
            return False
        entry = self.now.entries[ref]
        match ref.kind:
            case "enum":
                return True
            case "table":
                return not (entry["_is_partition"] or entry["_parents"] or ref[1:3] in self.elsewhere)
            case "column" | "default" | "identity_sequence":
                return self._table_of(ref) and not self._stays(ref)
            case "constraint":
                return self._table_of(ref) and entry["type"] != "exclude" and entry["_relkind"] in ("r", "p")
            case "index":
                table = _indexed_table(entry)
                return ObjectRef("table", *table) in self.file.entries and not _HARD_TO_SAY.search(entry["definition"])
        return False

    def _table_of(self, ref: ObjectRef) -> bool:
        return ObjectRef("table", ref.schema, ref.name) in self.file.entries

    def _stays(self, ref: ObjectRef) -> bool:
        """A column that counts up stays as it does that, and one that is computed stays so."""
        column = ObjectRef("column", ref.schema, ref.name, ref.part)
        if ref.kind == "column" or column not in self.file.entries:
            return False
        return self._counts(self.now, column) and self._counts(self.file, column)

    def _counts(self, catalog: Catalog, column: ObjectRef) -> bool:
        """Whether a column gets its values from a sequence of its own."""
        entry = catalog.entries.get(column)
        if entry is None or entry["identity"]:
            return entry is not None
        default = catalog.entries.get(ObjectRef("default", *column[1:]))
        owned = (one["owned_by"] for one in catalog.of_kind("sequence_owner"))
        mine = (column.schema or "", column.name, column.part or "")
        return default is not None and "nextval(" in default["expression"] and mine in map(parse_qualified, owned)

    def _going_with(self, gone: Collection[ObjectRef]) -> set[ObjectRef]:
        """What goes with its table or column: parts, indexes, sequences."""
        tables = {(ref.schema, ref.name) for ref in gone if ref.kind == "table"}
        columns = {ref[1:4] for ref in gone if ref.kind == "column"}
        found = set()
        for ref, entry in self.now.entries.items():
            if ref.kind in _RELATION_PARTS:
                goes = (ref.schema, ref.name) in tables or (ref.kind in _OF_TABLES and ref[1:4] in columns)
            elif ref.kind in ("index", "index_partition", "statistics"):
                goes = (entry["_table_schema"] or ref.schema, entry["_table"]) in tables
            elif ref.kind == "sequence_owner":
                owner = parse_qualified(entry["owned_by"])
                goes = owner[:2] in tables or owner in columns
            else:
                continue
            if goes:
                found.add(ref)
                if ref.kind == "sequence_owner":
                    found.add(ObjectRef("sequence", ref.schema, ref.name))
        return found & set(self.now.entries)

    def _indexes_below(self, gone: Collection[ObjectRef]) -> set[ObjectRef]:
        """What partitions have of indexes and keys that go."""
        found: set[ObjectRef] = set()
        below = list(self.now.of_kind("index_partition"))
        for _ in below:  # a level of partitions each time, at most
            more: set[ObjectRef] = set()
            for one in below:
                above, name = one["_of_constraint"], one["_constraint"]
                over = (
                    ObjectRef("constraint", one["_of_schema"], one["_of_table"], above)
                    if above
                    else ObjectRef("index", *parse_qualified(one["of_index"]))
                )
                if over in gone or over in found:
                    mine = ObjectRef("constraint", one.ref.schema, one["_table"], name) if name else one.ref
                    more |= {one.ref, mine._replace(kind="constraint" if name else "index")}
            if more <= found:
                break
            found |= more
        return found & set(self.now.entries)

    # What comes.

    def _take(self, ref: ObjectRef, of_file: ObjectRef, entry: Entry) -> None:
        before = self.entries.get(ref)
        column = ObjectRef("column", *ref[1:])
        counting = ref.kind in ("default", "identity_sequence") and self._both_count(column)
        if counting or self._is_sequence_of_known(of_file):
            return
        if before is None:
            self.entries[ref] = entry
            return
        values = {name: entry[name] for name in _FROM_FILE.get(ref.kind, ())}
        if ref.kind == "column":
            for name, more in _GOES_WITH.items():
                if before[name] != entry[name]:
                    values.update((one, entry[one]) for one in more)
            if self._both_count(ref):
                values["identity"], values["identity_sequence"] = before["identity"], before["identity_sequence"]
                self._follow(values, before, entry)
        elif ref.kind not in _FROM_FILE:
            self.entries[ref] = entry
            return
        if ref.kind in ("constraint", "index") and not _same(before, entry):
            self.entries[ref] = entry
            return
        changed = {name: value for name, value in values.items() if before[name] != value}
        self.entries[ref] = before.replaced(**changed) if changed else before

    def _both_count(self, column: ObjectRef) -> bool:
        return self._counts(self.now, column) and self._counts(self.file, column)

    def _follow(self, values: dict[str, Any], before: Entry, entry: Entry) -> None:
        """A sequence that goes as far as its column's type did goes as far as the new one does."""
        if before["type"] not in _BOUNDS or entry["type"] not in _BOUNDS or before["type"] == entry["type"]:
            return
        old, new = _BOUNDS[before["type"]], _BOUNDS[entry["type"]]
        if before["identity_sequence"]:
            name, options = before["identity_sequence"]
            options = options.replace(f" maxvalue {old} ", f" maxvalue {new} ")
            values["identity_sequence"] = [name, options.replace(f" minvalue {-old - 1} ", f" minvalue {-new - 1} ")]
            return
        column = (before.ref.schema or "", before.ref.name, before.ref.part or "")
        for owner in self.now.of_kind("sequence_owner"):
            sequence = self.entries.get(owner.ref._replace(kind="sequence"))
            if sequence is None or parse_qualified(owner["owned_by"]) != column or sequence["type"] != before["type"]:
                continue
            ends = {"maxvalue": (old, new), "minvalue": (-old - 1, -new - 1)}
            moved = {end: far for end, (near, far) in ends.items() if sequence[end] == near}
            self.entries[sequence.ref] = sequence.replaced(type=entry["type"], **moved)

    def _is_sequence_of_known(self, ref: ObjectRef) -> bool:
        """Whether it is the sequence of a column that counts up already."""
        if ref.kind not in ("sequence", "sequence_owner"):
            return False
        owner = self.file.get(ObjectRef("sequence_owner", ref.schema, ref.name))
        return owner is not None and self._both_count(ObjectRef("column", *parse_qualified(owner["owned_by"])))

    def _place_columns(self) -> None:
        """New columns stand behind those that are there, in the order of the file."""
        tables: dict[tuple[str | None, str], list[ObjectRef]] = {}
        for ref in self.entries:
            if ref.kind == "column":
                tables.setdefault((ref.schema, ref.name), []).append(ref)
        for refs in tables.values():
            old = sorted((ref for ref in refs if ref in self.now.entries), key=lambda ref: _rank(self.now, ref))
            new = sorted((ref for ref in refs if ref not in self.now.entries), key=lambda ref: _rank(self.file, ref))
            for place, ref in enumerate((*old, *new), 1):
                if self.entries[ref]["position"] != place:
                    self.entries[ref] = self.entries[ref].replaced(position=place)

    # What needs what.

    def _depends(self) -> Iterator[tuple[ObjectRef, frozenset[ObjectRef]]]:
        there = self.entries
        of_file = {self.other.get(ref, ref): ref for ref in self.file.entries}
        for ref in there:
            needs: set[ObjectRef] = set(self.now.depends.get(ref, ()))
            if ref in of_file:
                mine = self.file.depends.get(of_file[ref], ())
                needs = {self.other.get(one, one) for one in mine} | (
                    needs if there[ref] is self.now.get(ref) else set()
                )
            yield ref, frozenset(one for one in needs if one in there)

    def _orphans(self, gone: Collection[ObjectRef]) -> Iterator[str]:
        """What stays and needs what goes: of a view the file says neither that it stays nor that it goes."""
        known = {*self.file.entries, *self.other.values()}
        for ref in sorted(self.entries, key=str):
            if ref in self.now.entries and ref not in known:
                needed = ("table", "enum") if self._follows_table(ref) else _NEEDED
                needs = [one for one in self.now.depends.get(ref, ()) if one in gone and one.kind in needed]
                if needs:
                    yield f"{_named(ref)} needs {', '.join(sorted(map(_named, needs)))}"

    def _follows_table(self, ref: ObjectRef) -> bool:
        """Whether it has no column that the table above it has not: a partition, an heir, and what these inherit."""
        if ref.kind in ("partition", "inheritance", "index_partition"):
            return True
        table = self.now.get(ObjectRef("table", *_own_or_indexed(self.now.entries[ref])))
        heir = table is not None and (table["_is_partition"] or table["_parents"])
        return bool(heir) and ref.kind in (*_OF_TABLES, "index")


def _own_or_indexed(entry: Entry) -> tuple[str, ...]:
    return _indexed_table(entry) if entry.ref.kind == "index" else _own_table(entry)


def _named(ref: ObjectRef) -> str:
    return f"{ref.kind.replace('_', ' ')} {ref}"


def _name(ref: ObjectRef) -> str:
    return ref.part or ref.name


def _own_table(entry: Entry) -> tuple[str, ...]:
    return (entry.ref.schema or "", entry.ref.name)


def _indexed_table(entry: Entry) -> tuple[str, ...]:
    return parse_qualified(entry["table"])


def _constraint(entry: Entry) -> object:
    """The definition without what no file can say of a key."""
    return entry["type"], _OF_KEYS.sub("", entry["definition"]) if entry["type"] != "check" else entry["definition"]


def _index(entry: Entry) -> object:
    """The definition without the index's name, and without saying that partitions have their own."""
    unique, _, rest = entry["definition"].replace(" ON ONLY ", " ON ", 1).partition(" INDEX ")
    return unique, rest[rest.index(" ON ") :] if " ON " in rest else rest


def _unique(entry: Entry) -> tuple[tuple[str, ...], str] | None:
    """The table and columns of a constraint, or of an index like one, that makes them unique; else None."""
    if entry.ref.kind == "constraint" and (found := _UNIQUE_KEY.fullmatch(entry["definition"])):
        return _own_table(entry), found[1]
    if entry.ref.kind == "index" and (found := _UNIQUE_INDEX.fullmatch(entry["definition"])):
        return _indexed_table(entry), found[1]
    return None


_UNIQUE_KEY = re.compile(r"UNIQUE \(([^()]+)\)")
_UNIQUE_INDEX = re.compile(r"CREATE UNIQUE INDEX .+ USING btree \(((?:(?! DESC| NULLS | COLLATE |_ops)[^()])+)\)")


def _same(a: Entry, b: Entry) -> bool:
    says = _constraint if a.ref.kind == "constraint" else _index
    return says(a) == says(b)


def _rank(catalog: Catalog, ref: ObjectRef) -> int:
    return int(catalog.entries[ref]["position"])
