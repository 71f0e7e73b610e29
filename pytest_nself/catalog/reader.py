"""Reading whole kinds, or the parts of some units, into a state in the making."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import ObjectRef

from .assemble import NOTES, Notes, add_notes, entries_of
from .fact import Entry
from .kinds import kinds
from .known import Change, Known
from .query import Header, Row, filled, query_text, rare_kinds, without
from .reach import Address
from .restricted import Unit, restricted
from .sending import Asked, Sender, oid_array

if TYPE_CHECKING:
    import psycopg

_FAMILY = frozenset({"partition", "inheritance", "index_partition"})


class Reader:
    """Reads on one connection. `owners` tells of what each object that was ever read is a part; no oid comes twice."""

    def __init__(
        self, connection: psycopg.Connection[Any], excluded: Collection[str], hidden: Collection[tuple[str, str]]
    ) -> None:
        self.owners: dict[Address, Unit] = {}
        self.family = False
        self.sender = Sender(connection)
        self._texts: dict[str, str] = {}
        self._excluded = without(excluded)
        self._hidden = frozenset(hidden)
        self._version = connection.info.server_version

    def whole(self) -> tuple[Known, tuple[ObjectRef, ...]]:
        """All entries, and what is not modelled."""
        ((_, present),) = self.sender.send([Asked(query_text("present"))])
        there = {kind for (kind,) in present}
        names = [name for name in kinds() if name in there or name not in rare_kinds()]
        texts = [filled(query, self._excluded) for query in NOTES]
        texts += [restricted()[name].text(self._excluded) for name in names]
        answers = self.sender.send([Asked(text) for text in (*texts, filled("unmodelled", self._excluded))])
        notes: Notes = {}
        for query, (_, rows) in zip(NOTES, answers, strict=False):
            add_notes(notes, query, rows)
        change = Change(Known({}, {}))
        for name, (header, rows) in zip(names, answers[len(NOTES) :], strict=False):
            self._add(change, name, header, rows, notes)
        return change.after, _unmodelled(answers[-1][1])

    def unmodelled(self) -> tuple[ObjectRef, ...]:
        """What is not modelled."""
        ((_, rows),) = self.sender.send([Asked(filled("unmodelled", self._excluded), "unmodelled")])
        return _unmodelled(rows)

    def parts(
        self,
        change: Change,
        wanted: Mapping[str, Sequence[int]],
        wholes: Collection[str],
        *,
        noted: bool,
    ) -> None:
        """Read the parts of these units again, by kind, and these kinds as a whole; the old ones must be out by now.

        `noted` tells that comments and the like may have changed, too; else they are those of before.
        """
        asked = [self._asked(name, oids) for name, oids in wanted.items()]
        asked += [Asked(restricted()[name].text(self._excluded), name) for name in wholes]
        if not asked:
            return
        answers = list(zip((*wanted, *wholes), self.sender.send(asked), strict=True))
        notes = self._notes(answers) if noted else _old_notes(change)
        for name, (header, rows) in answers:
            self._add(change, name, header, rows, notes)

    def _asked(self, name: str, oids: Sequence[int]) -> Asked:
        text = self._texts.get(name)
        if text is None:
            text = self._texts[name] = restricted()[name].text(self._excluded, "$1")
        return Asked(text, name, (oid_array(oids),))

    def _notes(self, answers: Iterable[tuple[str, tuple[Header, list[Row]]]]) -> Notes:
        """What is said of the objects in these rows."""
        own = oid_array(sorted({row[0] for _, (_, rows) in answers for row in rows}))
        asked = [Asked(filled(query, (), "$1"), query, (own,)) for query in NOTES]
        notes: Notes = {}
        for query, (_, rows) in zip(NOTES, self.sender.send(asked), strict=True):
            add_notes(notes, query, rows)
        return notes

    def _add(self, change: Change, name: str, header: Header, rows: list[Row], notes: Notes) -> None:
        kind, classid = kinds()[name], restricted()[name].unit
        if not classid:
            change.add((kind.catalog, 0), self._shown(entries_of(kind, header, rows, notes, self._version)))
            return
        if not rows:
            return
        units = [row[-1] for row in rows]
        entries = entries_of(kind, header, [row[:-1] for row in rows], notes, self._version)
        if kind.catalog:
            owners, catalog = self.owners, kind.catalog
            for oid, row in zip(units, rows, strict=True):
                owners[catalog, row[0]] = (classid, oid)
        if units.count(units[0]) == len(units):
            change.add((classid, units[0]), self._shown(entries))
        else:
            by_unit: defaultdict[int, list[Entry]] = defaultdict(list)
            for oid, entry in zip(units, entries, strict=True):
                by_unit[oid].append(entry)
            for oid, mine in by_unit.items():
                change.add((classid, oid), self._shown(mine))
        self.family = self.family or name in _FAMILY

    def _shown(self, entries: list[Entry]) -> list[Entry]:
        if not self._hidden:
            return entries
        return [entry for entry in entries if (entry.ref.schema, entry.ref.name) not in self._hidden]

    # Asking for addresses.

    def units_of(self, addresses: Iterable[Address]) -> list[Address]:
        """Of what these objects are parts, with what stands above and below that."""
        return self._addresses("touched_units", addresses)

    def dependents(self, addresses: Iterable[Address]) -> list[Address]:
        """What depends on these objects."""
        return self._addresses("touched_dependents", addresses)

    def queries_on(self, relations: Iterable[Address]) -> list[Address]:
        """Rules, functions and policies that read these relations."""
        oids = (oid_array(sorted(oid for _, oid in relations)),)
        text = query_text("touched_queries").replace("/* oids */", "$1")
        ((_, rows),) = self.sender.send([Asked(text, "touched_queries", oids)])
        return [(row[0], row[1]) for row in rows]

    def newer_than(self, transaction: str) -> list[Address]:
        """Relations, types and functions of which a row was written since this transaction began."""
        text = query_text("touched_rows").replace("/* since */", f"'{transaction}'::xid")
        ((_, rows),) = self.sender.send([Asked(text)])
        return [(row[0], row[1]) for row in rows]

    def _addresses(self, name: str, addresses: Iterable[Address]) -> list[Address]:
        pairs = sorted(addresses)
        text = query_text(name).replace("/* classes */", "$1").replace("/* oids */", "$2")
        oids = oid_array([one for one, _ in pairs]), oid_array([one for _, one in pairs])
        ((_, rows),) = self.sender.send([Asked(text, name, oids)])
        return [(row[0], row[1]) for row in rows]


def _old_notes(change: Change) -> Notes:
    """What was said of the objects that were taken out."""
    notes: Notes = {}
    for entry in change.removed:
        if entry.extra:
            catalog = kinds()[entry.ref.kind].catalog
            notes.setdefault(catalog, {})[entry.row[0], entry.row[1]] = entry.extra
    return notes


def _unmodelled(rows: Iterable[Row]) -> tuple[ObjectRef, ...]:
    return tuple(ObjectRef(*row) for row in rows)
