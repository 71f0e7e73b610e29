"""Facts about a database: what objects it has, and each of their attributes that can change alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from pytest_nself.core.names import ObjectRef

Address = tuple[int, int, int]
"""Where an object stands in the system catalogs: class, oid, number of the column (0: the object as a whole)."""

HEAD = 5
"""How many leading columns of each query say which object a row is about: oid, sub, schema, name, part."""


class Entry:
    """One object: its attributes by name.

    Attributes whose names begin with `_` help to write statements and are not compared: they follow from others.
    """

    __slots__ = ("extra", "header", "ref", "row")

    def __init__(
        self, ref: ObjectRef, header: Mapping[str, int], row: tuple[Any, ...], extra: dict[str, Any] | None = None
    ) -> None:
        self.ref = ref
        self.header = header
        self.row = row
        self.extra = extra

    def __getitem__(self, attribute: str) -> Any:
        place = self.header.get(attribute)
        if place is not None:
            return self.row[place]
        return self.extra.get(attribute) if self.extra else None

    @property
    def oid(self) -> int:
        """The object's oid in its own database; no part of what is compared."""
        return int(self.row[0])

    def attributes(self) -> Iterator[tuple[str, Any]]:
        """What is compared, by name."""
        for name, place in self.header.items():
            if place >= HEAD and name[0] != "_":
                yield name, self.row[place]
        if self.extra:
            yield from self.extra.items()

    def equals(self, other: Entry) -> bool:
        """Whether both say the same of their object."""
        if self.row[HEAD:] == other.row[HEAD:] and self.extra == other.extra:
            return True
        return not changed(self, other)

    def replaced(self, **values: Any) -> Entry:
        """The same object with some attributes said otherwise."""
        row, extra = list(self.row), dict(self.extra or {})
        for name, value in values.items():
            place = self.header.get(name)
            if place is None:
                extra[name] = value
            else:
                row[place] = value
        return Entry(self.ref, self.header, tuple(row), extra or None)


class Fact(NamedTuple):
    """One attribute of one object."""

    subject: ObjectRef
    attribute: str
    value: Any

    @property
    def hash(self) -> str:
        """sha256 of the value."""
        return sha256(repr(self.value).encode()).hexdigest()


def changed(a: Entry, b: Entry) -> tuple[str, ...]:
    """The names of the attributes in which two entries differ."""
    mine, theirs = dict(a.attributes()), dict(b.attributes())
    return tuple(name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name))


@dataclass(frozen=True, slots=True)
class Catalog:
    """What is in a database.

    `depends` holds for each object those that it cannot be without, as the server knows it (empty when dependencies
    were not read). `unmodelled` are objects of kinds whose facts are not read. `role` is who read it, `version` the
    server's number (150018).
    """

    entries: Mapping[ObjectRef, Entry]
    depends: Mapping[ObjectRef, frozenset[ObjectRef]] = field(default_factory=dict)
    unmodelled: tuple[ObjectRef, ...] = ()
    role: str = ""
    version: int = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, ref: ObjectRef) -> Entry | None:
        """The entry of this object, if it is there."""
        return self.entries.get(ref)

    def of_kind(self, *kinds: str) -> Iterator[Entry]:
        """All objects of these kinds."""
        return (entry for entry in self.entries.values() if entry.ref.kind in kinds)

    def facts(self) -> Iterator[Fact]:
        """All facts, one per object and attribute that says something."""
        for entry in self.entries.values():
            yield Fact(entry.ref, "", True)
            for name, value in entry.attributes():
                if value is not None:
                    yield Fact(entry.ref, name, value)

    @property
    def fingerprint(self) -> str:
        """sha256 over all facts: equal for databases that hold the same."""
        digest = sha256()
        for ref in sorted(self.entries, key=_sort_key):
            digest.update(repr((tuple(ref), sorted(_said(self.entries[ref]), key=lambda pair: pair[0]))).encode())
        return digest.hexdigest()


def _said(entry: Entry) -> Iterable[tuple[str, Any]]:
    return ((name, value) for name, value in entry.attributes() if value is not None)


def _sort_key(ref: ObjectRef) -> tuple[str, ...]:
    return tuple(part or "" for part in ref)
