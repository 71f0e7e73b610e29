"""Where factories of a Python seed stand: the rows that they create are collected for the plan, and put nowhere yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Shape, Table
from pytest_nself.data.shape.order import root_of

from .seed_file import SeedFile

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.data.generate.make import MadeRows, Maker

_TRIES = 20

Texts = Mapping[str, str | None]
"""A row by its columns, as the server's texts; None is null."""


@dataclass(slots=True)
class Grounds:
    """Gives each file its ground. All share what makes the rows, which gives none twice.

    `made` are rows that came with others, for them to refer to; those that one does become a part of the plan.
    """

    connection: psycopg.Connection[Any]
    shape: Shape
    made: dict[ObjectRef, list[Texts]] = field(default_factory=dict)
    _maker: Maker | None = None
    _taken: set[tuple[ObjectRef, str, tuple[str, ...]]] = field(default_factory=set)

    def __call__(self, file: SeedFile) -> Collecting:
        """The ground of this file."""
        return Collecting(self)

    def take(self, table: Table, row: Texts) -> None:
        """Remember the keys of a row that the plan holds already, though the database does not."""
        self._taken |= set(_keys(table, row))

    def is_taken(self, table: Table, row: Texts) -> bool:
        """Whether the plan holds a row with one of these keys."""
        return not self._taken.isdisjoint(_keys(table, row))

    @property
    def maker(self) -> Maker:
        """Made when the first row is asked for."""
        from pytest_nself.data.generate.make import Maker

        if self._maker is None:
            self._maker = Maker(self.connection, self.shape)
        return self._maker


@dataclass(slots=True)
class Collecting:
    """A Ground of factories, for one file: valid rows are made up by looking at the database, which is only read.

    `rows` are those that were created, each with its table and the columns that were given, parents before them.
    """

    grounds: Grounds
    creates: bool = True
    rows: list[tuple[ObjectRef, Texts, frozenset[str]]] = field(default_factory=list)

    def shape(self) -> Shape:
        """The tables."""
        return self.grounds.shape

    def context(self) -> psycopg.Connection[Any]:
        """Who knows how values are written."""
        return self.grounds.connection

    def build(self, table: Table, given: Texts) -> Texts:
        """A row that is put nowhere, without keys of other rows or of sequences."""
        made = self._made(table, 1, given)
        keys = {name for one in table.references for name in one.columns}
        keys |= {one.name for one in table.columns if one.sequence is not None}
        row = dict(zip(made.columns, made.rows[0], strict=True))
        return {name: None if name in keys else text for name, text in row.items()} | dict(given)

    def create(self, table: Table, given: Texts) -> Texts:
        """Collect one row, and those that it needs."""
        return self.create_many(table, [given])()[0]

    def create_many(self, table: Table, given: Sequence[Texts]) -> Callable[[], list[Texts]]:
        """Collect rows in which the same columns are given, and those that they need."""
        made = self._free(table, given)
        own = [{**dict(zip(made.columns, row, strict=True)), **one} for row, one in zip(made.rows, given, strict=True)]
        for row, one in zip(own, given, strict=True):
            self._add_parents(table, row)
            self._add(table, row, frozenset(one))
        return lambda: list(own)

    def _add(self, table: Table, row: Texts, given: frozenset[str]) -> None:
        self.grounds.take(table, row)
        self.rows.append((table.ref, row, given))

    def _add_parents(self, table: Table, row: Texts) -> None:
        """The made rows that this one refers to, and those that they do, before it; what the plan has stays."""
        shape = self.grounds.shape
        for reference in table.references:
            wanted = [row.get(name) for name in reference.columns]
            target = shape.tables.get(root_of(shape, reference.target))
            if target is None or None in wanted:
                continue
            for one in self.grounds.made.get(target.ref, ()):
                if [one.get(name) for name in reference.target_columns] == wanted:
                    if not self.grounds.is_taken(target, one):
                        self.grounds.take(target, one)
                        self._add_parents(target, one)
                        self._add(target, one, frozenset())
                    break

    def _free(self, table: Table, given: Sequence[Texts]) -> MadeRows:
        """Rows whose keys no row of the plan has; after some tries whatever comes, which the server then judges."""
        same = given[0] if len(given) == 1 else _alike(given)
        for start in range(0, _TRIES * len(given), len(given)):
            made = self._made(table, len(given), same, start)
            for ref, parents in made.parents:
                known = self.grounds.made.setdefault(ref, [])
                known += [dict(zip(parents.columns, row, strict=True)) for row in parents.rows]
            rows = [dict(zip(made.columns, row, strict=True)) for row in made.rows]
            if not any(self.grounds.is_taken(table, {**row, **one}) for row, one in zip(rows, given, strict=True)):
                break
        return made

    def _made(self, table: Table, count: int, given: Texts, start: int = 0) -> MadeRows:
        return self.grounds.maker.rows(table.ref, count, start=start, given=given)

    def collected(self) -> list[tuple[ObjectRef, Texts]]:
        """The rows; keys that a sequence gives are left to it, but where another of the rows refers to them."""
        shape = self.grounds.shape
        tables = {ref for ref, _, _ in self.rows}
        meant = {
            (root_of(shape, one.target), column)
            for ref in tables
            for one in shape.tables[ref].references
            for column in one.target_columns
        }
        found: list[tuple[ObjectRef, Texts]] = []
        for ref, row, given in self.rows:
            counted = {one.name for one in shape.tables[ref].columns if one.sequence is not None}
            left = {name for name in counted - given if (ref, name) not in meant}
            found.append((ref, {name: text for name, text in row.items() if name not in left}))
        return found


def _keys(table: Table, row: Texts) -> Iterator[tuple[ObjectRef, str, tuple[str, ...]]]:
    """The row's keys of columns, as far as it gives them and none is null."""
    for key in table.keys:
        values = [row.get(str(name)) for name in key.columns]
        if key.plain and None not in values:
            yield table.ref, key.name, tuple(map(str, values))


def _alike(given: Sequence[Texts]) -> dict[str, str | None]:
    """The columns that have one value in all rows; those that differ are put over what is made."""
    first = given[0]
    return {name: text for name, text in first.items() if all(one.get(name) == text for one in given)}
