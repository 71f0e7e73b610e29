"""From the rows of the queries to entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pytest_nself.core.names import ObjectRef

from .acl import parse_acl
from .ddl import Kind
from .fact import Entry
from .privileges import own_privileges
from .query import Header, Row

Notes = dict[int, dict[tuple[int, int], dict[str, str]]]
"""What is said of objects beyond their own rows, by class, then by oid and number of the column."""

NOTES: Mapping[str, Callable[[str], tuple[str, str]]] = {
    "comments": lambda text: ("comment", text),
    "labels": lambda text: (f"label:{text.partition(':')[0]}", text),
    "bound": lambda extension: (f"bound:{extension}", extension),
}
"""The queries for notes, with the attribute that each text becomes."""


def add_notes(notes: Notes, query: str, rows: Iterable[Row]) -> None:
    """Take up the rows of one of the queries for notes: class, oid, number of the column, text."""
    spelled = NOTES[query]
    for classid, oid, sub, text in rows:
        name, value = spelled(text)
        notes.setdefault(classid, {}).setdefault((oid, sub), {})[name] = value


def entries_of(kind: Kind, header: Header, rows: list[Row], notes: Notes, version: int) -> list[Entry]:
    """One entry for each row of the kind's query; `version` is the server's number."""
    if kind.name == "column":
        rows = _ranked(rows, header["position"])
    name, new = kind.name, tuple.__new__
    entries = [Entry(new(ObjectRef, (name, row[2], row[3], row[4])), header, row) for row in rows]
    said = notes.get(kind.catalog) if kind.catalog else None
    if said:
        for entry in entries:
            entry.extra = said.get(entry.row[:2])
    acl = header.get("acl")
    if acl is not None:
        entries = [entry if entry.row[acl] is None else _settled(entry, version) for entry in entries]
    return entries


def _ranked(rows: list[Row], place: int) -> list[Row]:
    """Columns with their rank among those that live: a number that a dropped column has had is no fact."""
    table, rank = None, 0
    for number, row in enumerate(rows):
        rank = rank + 1 if row[0] == table else 1
        table = row[0]
        if row[place] != rank:
            rows[number] = (*row[:place], rank, *row[place + 1 :])
    return rows


def _settled(entry: Entry, version: int) -> Entry:
    """An ACL in order; one that says what holds without one is none."""
    start = own_privileges(entry, version)
    acl = entry["acl"]
    if parse_acl(acl, **start) == parse_acl(None, **start):
        return entry.replaced(acl=None)
    return entry.replaced(acl=sorted(acl))
