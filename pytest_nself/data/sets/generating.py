"""`"*": {factory: users, count: 20}`: rows that somebody else makes, as rows of the set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.shape.model import Shape, Table
from pytest_nself.data.shape.order import root_of
from pytest_nself.data.written.cells import Cell, CellKind, GeneratedSpec, RowSpec, TableSpec
from pytest_nself.data.written.names import table_of

from .filling import Filler
from .linking import Links, common_values, referred
from .meaning import key_columns
from .named_tables import short_name, table_of_shape
from .registry import Chosen, Entry, Own, Registry, known_text


class MadeRows(Protocol):
    """Rows as texts of the server, and the rows that must be there before them."""

    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def rows(self) -> tuple[tuple[str | None, ...], ...]: ...
    @property
    def parents(self) -> Sequence[tuple[ObjectRef, MadeRows]]: ...


class Maker(Protocol):
    """Makes valid rows of a table: row i is the same for the same i. `given` are columns that are not to be made."""

    def rows(
        self, ref: ObjectRef, count: int, *, start: int = 0, given: Mapping[str, str | None] = ...
    ) -> MadeRows: ...


def generated_labels(spec: GeneratedSpec) -> Iterator[str | None]:
    """The label of each row to be made."""
    for number in range(1, spec.count + 1):
        yield None if spec.label is None else spec.label.replace("{n}", str(number))


@dataclass(frozen=True, slots=True)
class _Made:
    """A row that is being taken over: where it goes, and what was made for it."""

    entry: Entry
    columns: tuple[str, ...]
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Generator:
    """Takes the rows that a maker makes into a set. `choose_key` gives a row a key from a word."""

    maker: Maker | None
    filler: Filler
    shape: Shape
    registry: Registry
    choose_key: Callable[[Entry, str], None]

    def generate(self, table_spec: TableSpec, spec: GeneratedSpec, entries: Sequence[Entry]) -> list[Entry]:
        """Fill `entries`, the rows of a `"*"`; what comes back are the rows that must be there before them."""
        table = table_of_shape(self.shape, table_spec.table, table_spec.place)
        _check_factory(self.shape, table, spec)
        if not entries:
            return []
        if self.maker is None:
            raise FixtureError(
                "Rows are to be generated, and there is nothing here that makes rows.",
                "",
                "write the rows out",
                place=spec.place,
            )
        for entry in entries:
            self._say(entry)
        by_default = Links(self.shape, self.registry).link(entries)
        start = self.registry.generated.get(table.ref, 0)
        self.registry.generated[table.ref] = start + len(entries)
        given = dict(common_values(entries, by_default))
        made = self.maker.rows(table.ref, len(entries), start=start, given=given)
        rows = list(self._parents(made, entries[0].set_name, spec.place))
        parents = [one.entry for one in rows]
        rows += [_Made(entry, made.columns, values) for entry, values in zip(entries, made.rows, strict=True)]
        for one in rows:
            self._rename(one)
        for one in rows:
            self._take(one, by_default if one.entry.table.ref == table.ref else frozenset())
        return referred(entries, parents, self.shape)

    def _say(self, entry: Entry) -> None:
        """What the set says of a row comes on top of what is made, and its label's key above all."""
        keys = {name: filled for name, filled in entry.filled.items() if isinstance(filled, Chosen)}
        entry.filled.clear()
        self.filler.fill(entry)
        for name, filled in keys.items():
            entry.filled.setdefault(name, filled)

    def _rename(self, made: _Made) -> None:
        """Numbers that a sequence would give next become keys of our own, in what refers to them, too."""
        entry = made.entry
        root = root_of(self.shape, entry.table.ref)
        number = self.registry.numbered.get(root, 0)
        self.registry.numbered[root] = number + 1
        for column in key_columns(self.shape, entry.table):
            if column.name not in made.columns:
                continue
            if column.name not in entry.filled and (column.sequence or column.identity):
                self.choose_key(entry, f"~{number}")
            new = known_text(entry, column.name)
            old = made.values[made.columns.index(column.name)]
            if new is not None and old is not None and new != old:
                self.registry.renamed.setdefault((root, column.name), {})[old] = new

    def _take(self, made: _Made, by_default: frozenset[str]) -> None:
        entry = made.entry
        for name, value in zip(made.columns, made.values, strict=True):
            if name not in entry.filled and name not in by_default:
                text = self._renamed(entry, name, value)
                kind = CellKind.NULL if text is None else CellKind.TEXT
                entry.filled[name] = Own(Cell(name, kind, text or "", entry.place))

    def _renamed(self, entry: Entry, name: str, value: str | None) -> str | None:
        for reference in entry.table.references:
            if name in reference.columns and value is not None:
                there = reference.target_columns[reference.columns.index(name)]
                names = self.registry.renamed.get((root_of(self.shape, reference.target), there), {})
                if value in names:
                    return names[value]
        return value

    def _parents(self, made: MadeRows, set_name: str, place: Place) -> Iterator[_Made]:
        for ref, rows in made.parents:
            yield from self._parents(rows, set_name, place)
            for values in rows.rows:
                yield _Made(Entry(set_name, self.shape.tables[ref], RowSpec(None, (), place)), rows.columns, values)


def _check_factory(shape: Shape, table: Table, spec: GeneratedSpec) -> None:
    if spec.factory is None:
        return
    ref = table_of(spec.factory)
    if ref is not None and any(one.ref == table.ref for one in shape.named(ref.schema, ref.name)):
        return
    name = short_name(shape, table.ref)
    raise FixtureError(
        f"factory: {spec.factory} does not make rows of {name}.",
        "A factory is called like its table.",
        f"write factory: {name}, or leave it out",
        place=spec.place,
    )
