"""What must happen to each object on the way from one state to another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef

from .ddl import Scene, named_relation, relation_of
from .deparsed import reparsable
from .fact import Catalog, Entry, changed
from .kinds import kinds

TYPES = frozenset({"enum", "domain", "composite", "range", "collation"})
"""What columns are made of."""
_KEPT = frozenset({"table", "constraint", "index", "trigger", "statistics"})
"""Kinds that keep what they depend on through every change in place."""

_DEFINED = ("constraint", "index", "statistics")
"""Kinds that the server makes anew by itself when a column of theirs gets another type: from its own text of them."""

_SAID_FOR_ALL = ("owner", "acl", "comment")
"""Attributes that are written for all kinds alike."""


@dataclass(slots=True)
class Decision:
    """`gone` and `made` hold what is dropped and created, both what is rebuilt; `altered` what is changed in place.

    `swapped` are types that are renamed out of the way, until the columns that hold them have the new ones.
    `absorbed` go by themselves, each when the object beside it is dropped. `separate` are defaults that are not said
    with their columns.
    """

    gone: set[ObjectRef] = field(default_factory=set)
    made: set[ObjectRef] = field(default_factory=set)
    altered: dict[ObjectRef, frozenset[str]] = field(default_factory=dict)
    swapped: set[ObjectRef] = field(default_factory=set)
    absorbed: dict[ObjectRef, ObjectRef] = field(default_factory=dict)
    separate: set[ObjectRef] = field(default_factory=set)

    def scene(self, a: Catalog, b: Catalog, *, online: bool = False) -> Scene:
        """What the rules may look at."""
        made, gone, separate = frozenset(self.made), frozenset(self.gone), frozenset(self.separate)
        return Scene(a, b, made, gone, self.altered, separate, online)

    def __bool__(self) -> bool:
        return bool(self.gone or self.made or self.altered)


def decide(a: Catalog, b: Catalog, *, online: bool = False) -> Decision:
    """Compare both states and follow each change to what cannot stand through it. Raises Refused."""
    return _Deciding(a, b, online).decision


def own_changes(names: Iterable[str]) -> frozenset[str]:
    """The attributes that a kind's own rule has to deal with."""
    return frozenset(name for name in names if name not in _SAID_FOR_ALL and ":" not in name)


class _Deciding:
    def __init__(self, a: Catalog, b: Catalog, online: bool) -> None:
        self.a, self.b = a, b
        self.decision = Decision()
        self._dependents = _turned(a.depends)
        self._compare()
        scene = self.decision.scene(a, b, online=online)
        for ref, names in list(self.decision.altered.items()):
            own = own_changes(names)
            if own and kinds()[ref.kind].alter(a.entries[ref], b.entries[ref], own, scene) is None:
                self._rebuild(ref)
        self._part_indexes()
        self._unwrap_domains()
        for ref in list(self.decision.gone - self.decision.made):
            self._follow(ref)
        for ref, names in list(self.decision.altered.items()):
            self._disturb(ref, names)
        self._absorb()

    def _compare(self) -> None:
        mine, theirs = self.a.entries, self.b.entries
        self.decision.gone = {ref for ref in mine if ref not in theirs}
        self.decision.made = {ref for ref in theirs if ref not in mine}
        for ref, entry in mine.items():
            other = theirs.get(ref)
            if other is not None and not entry.equals(other):
                names = frozenset(name for name in changed(entry, other) if name != "position")
                if names:
                    self.decision.altered[ref] = names

    def _part_indexes(self) -> None:
        """An index of a partition can neither be dropped nor let go by itself: the one above it is made anew."""
        for link in self.a.of_kind("index_partition"):
            above, partition = list(kinds()["index_partition"].needs(link, self.a))[1:3]
            stays = partition in self.b.entries and partition not in self.decision.gone
            if link.ref in self.decision.gone and stays and above in self.b.entries:
                self._rebuild(above)

    def _unwrap_domains(self) -> None:
        """A domain that tables hold inside of something (an array, a row, a range) gets no new checks as it is."""
        domains = {
            ref._replace(kind="domain", part=None)
            for ref in {*self.decision.made, *self.decision.altered}
            if ref.kind == "domain_constraint"
        }
        domains |= {ref for ref, names in self.decision.altered.items() if ref.kind == "domain" and "not_null" in names}
        for domain in sorted(domains & self.a.entries.keys()):
            if any(self._wraps(one) for one in self._dependents.get(domain, ())):
                self._rebuild(domain)

    def _wraps(self, ref: ObjectRef) -> bool:
        entry = self.a.entries[ref]
        return ref.kind in ("composite", "range") or (
            ref.kind in ("column", "domain") and str(entry["type"]).endswith("[]")
        )

    def _rebuild(self, ref: ObjectRef) -> None:
        """Drop it and create it anew, with everything that cannot be without it."""
        if ref in self.decision.gone:
            return
        if ref.kind == "table" and ref not in self.decision.altered:
            raise Refused(
                f"The table {ref} would have to be made anew, with the loss of its rows.",
                "Something that it is built on (its type, or what its partition key is computed with) changes.",
                "change it in steps: a new table, the rows copied over, the old one dropped",
            )
        self.decision.altered.pop(ref, None)
        self.decision.gone.add(ref)
        self.decision.made.add(ref)
        self._follow(ref)

    def _follow(self, ref: ObjectRef) -> None:
        """What depends on an object that is dropped cannot stay as it is."""
        for one in self._children.get(ref, ()):
            if one in self.b.entries and ref in self._takers(self.a.entries[one]):
                self._rebuild(one)
        for one in sorted(self._dependents.get(ref, ())):
            if one in self.decision.gone and one in self.decision.made and one.kind in TYPES and ref.kind in TYPES:
                self._swap(ref)
            if one in self.decision.gone or one not in self.b.entries:
                continue
            if one.kind in ("partition", "inheritance") and ref.kind == "column":
                continue  # columns come and go on both sides at once
            if self._refers_to_another(one, ref):
                continue
            if one.kind == "column":
                self._follow_to_column(ref, one)
            elif one.kind in ("table", "sequence") and ref.kind in ("schema", "column", "table", "sequence"):
                continue
            elif not self._lets_go(one, ref):
                if one.kind in TYPES and ref.kind in TYPES:
                    self._swap(ref)
                self._rebuild(one)

    def _refers_to_another(self, one: ObjectRef, ref: ObjectRef) -> bool:
        """Whether it is a foreign key that only meets the key of a partition: it refers to the table above."""
        if one.kind != "constraint" or ref.kind not in ("constraint", "table"):
            return False
        target = self.a.entries[one]["_references"]
        return bool(target) and named_relation(target)[1:3] not in (ref[1:3], one[1:3])

    def _follow_to_column(self, ref: ObjectRef, column: ObjectRef) -> None:
        entry = self.b.entries[column]
        if ref.kind in TYPES or ref.kind in ("table", "view"):
            # Its rows are kept: they get the new type while both types are there.
            if ref in self.decision.made or self._is_replaced(ref) or not self._lets_go(column, ref):
                self._swap(ref)
                self._alter(column, "type")
        elif entry["generated"] and not self._lets_go(column, ref):
            self._rebuild(column)

    def _is_replaced(self, ref: ObjectRef) -> bool:
        """Whether something of the same name takes its place."""
        return any(room in self._new_rooms for room in kinds()[ref.kind].occupies(ref))

    @cached_property
    def _new_rooms(self) -> frozenset[tuple[str, ...]]:
        """The names of objects that are new, each as long as it is."""
        fresh = (ref for ref in self.b.entries if ref not in self.a.entries)
        return frozenset(room for ref in fresh for room in kinds()[ref.kind].occupies(ref))

    def _lets_go(self, one: ObjectRef, of: ObjectRef) -> bool:
        """Whether a change of the dependent in place frees it from the object that goes."""
        names = own_changes(self.decision.altered.get(one, ()))
        if not names or one.kind in _KEPT or of in self.decision.made or of in self.b.depends.get(one, frozenset()):
            return False
        # What takes its place can only come when it is gone; and beside an overload a call may mean either.
        return not self._is_replaced(of)

    def _swap(self, ref: ObjectRef) -> None:
        if ref.kind in TYPES or (ref.kind == "table" and self._is_replaced(ref)):
            self.decision.swapped.add(ref)

    def _alter(self, ref: ObjectRef, attribute: str) -> None:
        before = self.decision.altered.get(ref, frozenset())
        if ref not in self.decision.gone and attribute not in before:
            self.decision.altered[ref] = before | {attribute}
            self._disturb(ref, (attribute,))

    def _disturb(self, ref: ObjectRef, names: Iterable[str]) -> None:
        """A change in place that some dependents do not let happen."""
        moves = kinds()[ref.kind].moves
        for name in names:
            bound = moves.get(name, frozenset())
            if not bound or ref not in self.decision.altered:
                continue
            for one in sorted(self._dependents.get(ref, ())):
                if one not in self.b.entries or one in self.decision.gone:
                    continue
                if one.kind == "column" and one.part == ref.part:
                    continue  # the column of a child, which follows
                entry = self.a.entries[one]
                # What the server writes and reads back in another way is left to our own text of it.
                drifts = one.kind in _DEFINED and any(reparsable(text) != text for text in _texts(entry))
                if bound & _labels(entry) or drifts:
                    self._rebuild(one)

    @cached_property
    def _children(self) -> Mapping[ObjectRef, list[ObjectRef]]:
        """By object those that go with it."""
        found: defaultdict[ObjectRef, list[ObjectRef]] = defaultdict(list)
        for ref, entry in self.a.entries.items():
            for taker in kinds()[ref.kind].dies_with(entry):
                found[taker].append(ref)
        for ref, (above, _) in self._attached.items():
            found[above].append(ref)
        return found

    def _takers(self, entry: Entry) -> Iterator[ObjectRef]:
        yield from kinds()[entry.ref.kind].dies_with(entry)
        above, partition = self._attached.get(entry.ref, (None, None))
        if above is not None and partition not in self.decision.gone:
            yield above

    @cached_property
    def _attached(self) -> Mapping[ObjectRef, tuple[ObjectRef, ObjectRef]]:
        """By index of a partition what it is a part of, as long as the partition is one."""
        found = {}
        for entry in self.a.of_kind("index_partition"):
            own, above, partition = list(kinds()["index_partition"].needs(entry, self.a))[:3]
            found[own] = above, partition
        return found

    def _is_referred_to(self, ref: ObjectRef) -> bool:
        """Whether it is a partition of a table that stays and that foreign keys refer to: it must be let go first."""
        if ref.kind != "partition":
            return False
        above = named_relation(self.a.entries[ref]["of_table"])
        return above not in self.decision.gone and above in self._referred

    @cached_property
    def _referred(self) -> frozenset[ObjectRef]:
        """Tables that foreign keys refer to, and the partitions of those."""
        found = {named_relation(key["_references"]) for key in self.a.of_kind("constraint") if key["_references"]}
        links = [(named_relation(link["of_table"]), relation_of(link)) for link in self.a.of_kind("partition")]
        while below := {part for above, part in links if above in found} - found:
            found |= below
        return frozenset(found)

    def _absorb(self) -> None:
        gone = self.decision.gone
        for ref in gone:
            taker = next((one for one in self._takers(self.a.entries[ref]) if one in gone), None)
            if taker is not None and not self._is_referred_to(ref):
                self.decision.absorbed[ref] = taker
        for link in self.a.of_kind("sequence_owner"):
            sequence, column = list(kinds()["sequence_owner"].needs(link, self.a))[:2]
            if sequence in gone and column in gone and sequence not in self.b.entries:
                self.decision.absorbed |= {sequence: column, link.ref: column}


def _texts(entry: Entry) -> Iterable[str]:
    """What the server has written of it."""
    return entry["expressions"] or () if entry.ref.kind == "statistics" else (entry["definition"],)


def _labels(entry: Entry) -> frozenset[str]:
    """What a column's `moves` call an object."""
    labels = {entry.ref.kind}
    if entry.ref.kind == "column" and entry["generated"]:
        labels = {"generated"}
    if entry.ref.kind == "constraint" and entry["type"] == "foreign key":
        labels.add("key")
    return frozenset(labels)


def _turned(depends: Mapping[ObjectRef, frozenset[ObjectRef]]) -> Mapping[ObjectRef, set[ObjectRef]]:
    found: defaultdict[ObjectRef, set[ObjectRef]] = defaultdict(set)
    for one, needs in depends.items():
        for need in needs:
            found[need].add(one)
    return found
