"""A few rows at a time, with the rows that they need: the same that a whole schema's rows would begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Reference, Shape, Table
from pytest_nself.data.shape.order import root_of

from .existing import Existing
from .filled import Filled
from .plan import Generated, generate
from .wishes import TableWish, Wishes

if TYPE_CHECKING:
    import psycopg

_FEW = 64
"""Rows that are decided at once, so that the next few calls find them."""


@dataclass(frozen=True, slots=True)
class MadeRows:
    """Rows, as the server's text, and those that must be loaded before them, in that order.

    `sequences` are those that gave the keys, with the last number used: `setval` keeps them from giving it again.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    parents: tuple[tuple[ObjectRef, MadeRows], ...] = ()
    sequences: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Maker:
    """Makes rows on a connection that it only reads from.

    It remembers what it gave, parents too, and gives no row twice: use one for each transaction that is rolled back.
    """

    connection: psycopg.Connection[Any]
    shape: Shape
    seed: int = 0
    _known: dict[tuple[object, ...], Generated] = field(default_factory=dict)
    _existing: dict[ObjectRef, Existing] = field(default_factory=dict)
    _gone: dict[tuple[object, ...], set[int]] = field(default_factory=dict)

    def rows(
        self, ref: ObjectRef, count: int, *, start: int = 0, given: Mapping[str, str | None] | None = None
    ) -> MadeRows:
        """`count` rows of a table, from number `start` on, those left out that were given already.

        `given` are columns that have the same value in all rows; where they are a whole foreign key, the row that it
        names is the caller's. Raises FixtureError where there are not so many valid rows.
        """
        fixed = dict(given or {})
        table = self.shape.get(ref)
        if table is None:
            raise FixtureError(f"There is no table {ref}.", "", "make rows of one that is in the database")
        ref = root_of(self.shape, table.ref)
        gone = self._gone.setdefault(self._name(ref, fixed), set())
        generated = self._decided(ref, start + count + len(gone), fixed)
        filled = generated.tables[ref]
        free = [row for row in range(start, filled.rows.count) if row not in gone][:count]
        if len(free) < count:
            raise FixtureError(
                f"{count} rows of {ref} cannot be made: there are {len(free)}.",
                filled.short or "No more rows were found that are valid beside each other.",
                "ask for fewer, or give the columns in question values of your own",
            )
        return self._collected(generated, ref, free, fixed)

    def again(self, connection: psycopg.Connection[Any]) -> Maker:
        """One for the next transaction, in a database with the same rows: what was decided is not decided again."""
        return Maker(connection, self.shape, self.seed, _known=self._known, _existing=self._existing)

    def _name(self, ref: ObjectRef, fixed: Mapping[str, str | None]) -> tuple[object, ...]:
        return (ref, *sorted(fixed.items(), key=repr))

    def _decided(self, ref: ObjectRef, most: int, fixed: Mapping[str, str | None]) -> Generated:
        """Rows of the table and of all that it refers to, at least so many."""
        wanted = _FEW
        while wanted < most:
            wanted *= 2
        name = (*self._name(ref, fixed), wanted)
        found = self._known.get(name)
        if found is None:
            each = _given_to(self.shape, ref, fixed)
            tables = tuple(_needed(self.shape, ref, each))
            found = generate(
                self.connection,
                self.shape,
                Wishes(rows=wanted, seed=self.seed, tables=tables, each=each),
                rebuild=False,
                existing=self._existing,
            )
            self._known[name] = found
        return found

    def _collected(
        self, generated: Generated, ref: ObjectRef, free: list[int], fixed: Mapping[str, str | None]
    ) -> MadeRows:
        wanted: dict[ObjectRef, set[int]] = {ref: set(free)}
        for table_ref in reversed(generated.order.tables):
            if table_ref in wanted:
                _mark(self.shape, generated, table_ref, wanted)
        parents = []
        for table_ref in generated.order.tables:
            filled = generated.tables[table_ref]
            gone = self._gone.setdefault(self._name(table_ref, fixed if table_ref == ref else {}), set())
            rows = wanted.get(table_ref, set()) - gone - (set(free) if table_ref == ref else set())
            if rows:
                parents.append((table_ref, _made(filled, sorted(rows))))
            gone |= wanted.get(table_ref, set())
        made = _made(generated.tables[ref], free)
        return MadeRows(made.columns, made.rows, tuple(parents), made.sequences)


def _needed(shape: Shape, ref: ObjectRef, each: Mapping[ObjectRef, TableWish]) -> list[ObjectRef]:
    """The table and all that it leads to."""
    found = [ref]
    for one in found:
        given = each[one].values if one in each else {}
        for reference in shape.tables[one].references:
            target = root_of(shape, reference.target)
            if target not in found and target in shape.tables and not set(reference.columns) <= given.keys():
                found.append(target)
    return found


def _given_to(shape: Shape, ref: ObjectRef, fixed: Mapping[str, str | None]) -> dict[ObjectRef, TableWish]:
    """What is given, for the table and for those that must agree with it in a part of a key."""
    found: dict[ObjectRef, dict[str, str | None]] = {ref: dict(fixed)}
    waiting = [ref]
    while waiting:
        one = waiting.pop()
        for reference in shape.tables[one].references:
            target = root_of(shape, reference.target)
            pairs = dict(zip(reference.columns, reference.target_columns, strict=True))
            known = {pairs[column]: found[one][column] for column in pairs if found[one].get(column) is not None}
            if known and len(known) < len(pairs) and target not in found:
                found[target] = known
                waiting.append(target)
    return {one: TableWish(values={name: (value,) for name, value in values.items()}) for one, values in found.items()}


def _mark(shape: Shape, generated: Generated, ref: ObjectRef, wanted: dict[ObjectRef, set[int]]) -> None:
    """Note which rows the wanted ones of this table refer to."""
    filled = generated.tables[ref]
    for reference in filled.table.references:
        target = root_of(shape, reference.target)
        parent = generated.tables.get(target)
        if parent is None or not set(reference.columns) <= set(filled.rows.columns):
            continue
        if not set(reference.target_columns) <= set(parent.rows.columns):
            continue
        places = _places(parent, reference)
        texts = [filled.rows.texts(column) for column in reference.columns]
        waiting = list(wanted[ref])
        while waiting:
            row = waiting.pop()
            place = places.get(tuple(text(row) for text in texts))
            if place is not None and place not in wanted.setdefault(target, set()):
                wanted[target].add(place)
                if target == ref:
                    waiting.append(place)


def _places(parent: Filled, reference: Reference) -> dict[tuple[str | None, ...], int]:
    texts = [parent.rows.texts(column) for column in reference.target_columns]
    return {tuple(text(row) for text in texts): row for row in range(parent.rows.count)}


def _made(filled: Filled, rows: list[int]) -> MadeRows:
    table: Table = filled.table
    last = max((filled.rows.place(row) for row in rows), default=0)
    sequences = tuple(
        (column.sequence, filled.existing.next.get(name, 1) + last)
        for name in filled.counted
        if (column := table.column(name)) is not None and column.sequence is not None
    )
    return MadeRows(filled.rows.columns, tuple(filled.rows.row(row) for row in rows), (), sequences)
