"""Which rows generated ones refer to, where their set does not say it: rows of sets, or none where null will do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Column, Reference, Shape
from pytest_nself.data.shape.order import root_of
from pytest_nself.data.written.cells import Cell, CellKind

from .keys import key_text
from .registry import Chosen, Entry, Own, Points, Registry, constant_default, is_null, known_text

_WANTS_ONE = re.compile(r"(?i)\bis not null\b|\bis null\)*\s*(?:<>|=)|\bnum_(?:non)?nulls\b|\bcase\b|\bcoalesce\b")
"""What a check looks like that may refuse null, as one of two keys that must be there."""


@dataclass(frozen=True, slots=True)
class Links:
    """Links generated rows of one table, which are filled with what the set says of them."""

    shape: Shape
    registry: Registry

    def link(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Fill the foreign keys of `entries`; what comes back are columns that are to have their defaults.

        A key that may be null is null, so that no more rows are made than the set asks for. Another one gets the rows
        of its table in turn, each combination once before any comes again; without such rows it stays open, as does
        one that a check speaks of: which of two keys must be there is not known here.
        """
        table = entries[0].table
        checked = {name for check in table.checks if _WANTS_ONE.search(check.expression) for name in check.columns}
        by_default: set[str] = set()
        turn = 1
        for reference in table.references:
            missing = [name for name in reference.columns if name not in entries[0].filled]
            columns = [column for name in missing if (column := table.column(name)) is not None]
            if not missing:
                continue
            if any(column.default is not None for column in columns):
                by_default.update(column.name for column in columns if column.default is not None)
            elif _may_be_null(reference, columns) and not checked.isdisjoint(missing):
                continue
            elif _may_be_null(reference, columns):
                for entry in entries:
                    for column in columns:
                        if not column.must:
                            cell = Cell(column.name, CellKind.NULL, "", entry.place)
                            entry.filled[column.name] = Own(cell)
            else:
                turn *= self._in_turn(reference, entries, missing, turn)
        return frozenset(by_default)

    def _in_turn(self, reference: Reference, entries: Sequence[Entry], missing: Sequence[str], turn: int) -> int:
        pairs = list(zip(reference.columns, reference.target_columns, strict=True))
        said = [(name, there) for name, there in pairs if name not in missing]
        # By what the rows already have of the key; mostly that is nothing.
        candidates: dict[tuple[str | None, ...], list[Entry]] = {}
        for other in self._labelled(reference):
            candidates.setdefault(tuple(known_text(other, there) for _, there in said), []).append(other)
        most = 1
        for number, entry in enumerate(entries):
            there = candidates.get(tuple(known_text(entry, name) for name, _ in said), ())
            if not there or (len(there) == 1 and there[0] is entry):
                continue
            most = max(most, len(there))
            target = there[number // turn % len(there)]
            if target is entry:
                target = there[(number // turn + 1) % len(there)]
            for name, column in pairs:
                if name in missing:
                    cell = Cell(name, CellKind.REFERENCE, f"${target.table.ref.name}.{target.label}", entry.place)
                    entry.filled[name] = Points(target, column, cell)
                    entry.links[name] = target
        return most

    def _labelled(self, reference: Reference) -> Iterator[Entry]:
        """The labelled rows that the key may lead to."""
        root = root_of(self.shape, reference.target)
        for (table, _), other in self.registry.rows.items():
            if root_of(self.shape, table) == root and all(
                known_text(other, there) is not None for there in reference.target_columns
            ):
                yield other


def _may_be_null(reference: Reference, missing: Sequence[Column]) -> bool:
    """Whether the key may lead nowhere, by columns that the set does not give."""
    if reference.match_full:
        return len(missing) == len(reference.columns) and not any(column.must for column in missing)
    return not all(column.must for column in missing)


def common_values(entries: Sequence[Entry], by_default: frozenset[str]) -> Iterator[tuple[str, str | None]]:
    """What all rows have in common, for who makes the rest. A key that differs is told as one that it could be.

    It is not told where it is a part of what must be unique: who makes the rest would see one value for all rows.
    """
    table = entries[0].table
    unique = {name for key in table.keys for name in key.columns}
    # Half of a key that is null says nothing of the other half, which other keys may need.
    shared = {name for reference in table.references if len(reference.columns) > 1 for name in reference.columns}
    foreign = {
        name for reference in table.references if unique.isdisjoint(reference.columns) for name in reference.columns
    }
    for column in table.columns:
        filled = entries[0].filled.get(column.name)
        if column.name in by_default:
            yield column.name, constant_default(column) or key_text("", table.ref, "x", column, ())
        elif filled is not None and not isinstance(filled, Chosen):
            texts = {known_text(entry, column.name) for entry in entries}
            if column.name in shared and texts == {None}:
                continue
            if len(texts) == 1 and (None not in texts or is_null(entries[0], column.name)):
                yield column.name, texts.pop()
            elif column.name in foreign:
                yield column.name, key_text("", table.ref, "x", column, ())


def referred(entries: Sequence[Entry], parents: Sequence[Entry], shape: Shape) -> list[Entry]:
    """Those of `parents` that `entries` refer to, or that such a parent refers to; in their order."""
    rows: dict[ObjectRef, list[Entry]] = {}
    for entry in parents:
        rows.setdefault(root_of(shape, entry.table.ref), []).append(entry)
    needed: set[int] = set()
    found: dict[tuple[ObjectRef, tuple[str, ...]], dict[tuple[str | None, ...], Entry]] = {}
    waiting = list(entries)
    while waiting:
        entry = waiting.pop()
        for reference in entry.table.references:
            root = root_of(shape, reference.target)
            key = (root, reference.target_columns)
            if key not in found:
                there = rows.get(root, ())
                found[key] = {tuple(known_text(one, name) for name in key[1]): one for one in there}
            parent = found[key].get(tuple(known_text(entry, name) for name in reference.columns))
            if parent is not None and id(parent) not in needed:
                needed.add(id(parent))
                waiting.append(parent)
    return [entry for entry in parents if id(entry) in needed]
