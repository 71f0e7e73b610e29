"""The cells of a row -> its columns, each with where its value comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest
from pytest_nself.data.shape.model import Reference, Shape, Table
from pytest_nself.data.written.cells import Cell, CellKind, Value
from pytest_nself.data.written.references import Condition, Written, is_reference, read_reference

from .meaning import TypedKey, key_column, leads_to, references_called, type_value, typed_key, words_of
from .named_tables import short_name, table_of_shape
from .registry import Entry, Filled, Finds, Own, Points, Registry
from .templates import with_label


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference names: a row of a set, or the row of a table that fulfils conditions; and maybe a column."""

    table: Table
    entry: Entry | None
    conditions: tuple[Condition, ...]
    column: str | None
    inside: Mapping[str, Filled] = field(default_factory=dict)

    def value(self, column: str, cell: Cell) -> Filled:
        """The value of a column there."""
        if self.entry is not None:
            return Points(self.entry, column, cell)
        return Finds(self.table, column, self.conditions, cell, self.inside)


@dataclass(frozen=True, slots=True)
class Filler:
    """Fills rows from their cells, with the tables of `shape` and the rows of `registry`."""

    shape: Shape
    registry: Registry

    def fill(self, entry: Entry) -> None:
        """Give `entry` its columns. FixtureError with the place of a key or a reference that means nothing."""
        for number, layer in enumerate(self._layers(entry, ())):
            before = dict(entry.filled)
            self._fill_layer(entry, layer, before, own=number == 0)

    def _fill_layer(self, entry: Entry, layer: Iterable[Cell], before: dict[str, Filled], *, own: bool) -> None:
        given: dict[str, Place] = {}
        # A value for a column counts more than what a key of several columns brings along.
        meanings = [(cell, list(self.columns(entry, cell))) for cell in layer]
        for cell, pairs in sorted(meanings, key=lambda found: len(found[1]) > 1):
            for column, filled in pairs:
                if column in given and len(pairs) == 1 and own:
                    raise FixtureError(
                        f"{cell.column} and another key of this row both say what {column} is.",
                        f"The other one is at {given[column]}.",
                        "remove one of them",
                        place=cell.place,
                    )
                if column not in before and column not in given:
                    entry.filled[column] = filled
                    given[column] = cell.place
                    self._link(entry, cell, column, filled)

    def _link(self, entry: Entry, cell: Cell, column: str, filled: Filled) -> None:
        if isinstance(filled, Points):
            entry.links[cell.column] = entry.links[column] = filled.entry
            for reference in references_called(self.shape, entry.table, column):
                entry.links.setdefault(reference.name, filled.entry)

    def _layers(self, entry: Entry, above: tuple[Entry, ...]) -> Iterator[tuple[Cell, ...]]:
        spec = entry.spec
        yield spec.cells
        yield spec.merged
        if spec.like is not None:
            key = (entry.table.ref, spec.like.label)
            other = self.registry.rows.get(key)
            if other is None:
                raise self._no_row(entry.table, spec.like.label, spec.like.place, "_like")
            if other is entry or other in above:
                raise FixtureError(
                    "Rows are like each other in a circle.",
                    f"{spec.like.label} leads back to this row.",
                    "let one of them stand for itself",
                    place=spec.like.place,
                )
            # Two rows cannot have one key.
            only = key_column(self.shape, entry.table)
            for layer in self._layers(other, (*above, entry)):
                yield tuple(cell for cell in layer if not self._says(other, cell, only.name if only else None))
        yield spec.defaults

    def _says(self, entry: Entry, cell: Cell, column: str | None) -> bool:
        if column is None:
            return False
        if cell.column == column:
            return True
        called = references_called(self.shape, entry.table, cell.column)
        return entry.table.column(cell.column) is None and any(one.columns == (column,) for one in called)

    def columns(self, entry: Entry, cell: Cell) -> Iterator[tuple[str, Filled]]:
        """The columns that a cell fills."""
        table = entry.table
        cell = with_label(cell, entry.label, entry.number)
        if cell.kind is CellKind.REFERENCE:
            yield from self._referring(table, cell, self.target(read_reference(cell.text, cell.place)))
            return
        column = table.column(cell.column)
        if column is not None:
            if column.generated:
                raise FixtureError(
                    f"{table.ref.name}.{column.name} is generated: PostgreSQL computes it.",
                    f"It is {column.computed}." if column.computed else "",
                    "take it out of the row",
                    place=cell.place,
                )
            yield column.name, Own(cell, self._inside(cell.value) if cell.value is not None else {})
            return
        called = references_called(self.shape, table, cell.column)
        single = [one for one in called if len(one.columns) == 1]
        if cell.kind is CellKind.NULL and called:
            yield from ((name, Own(cell)) for name in called[0].columns)
        elif single:
            yield single[0].columns[0], Own(cell)
        elif called:
            raise FixtureError(
                f"{cell.column} has the columns {', '.join(called[0].columns)}.",
                "One value cannot fill them.",
                f"refer to a row (${called[0].target.name}.label), or give each column",
                place=cell.place,
            )
        elif cell.kind is CellKind.NULL and (typed := self._typed(table, cell.column)) is not None:
            yield from ((name, Own(cell)) for name in (typed.type_column, typed.key_column))
        else:
            raise self._no_column(table, cell)

    def _typed(self, table: Table, key: str) -> TypedKey | None:
        return typed_key(self.shape, table, key, self.registry.polymorphic)

    def _referring(self, table: Table, cell: Cell, target: Target) -> Iterator[tuple[str, Filled]]:
        called = references_called(self.shape, table, cell.column, target.table.ref)
        column = table.column(cell.column)
        if column is not None:
            # A column counts more than another one's stem.
            called = [one for one in called if cell.column in one.columns]
        if target.column is not None:
            single = next((one.columns[0] for one in called if len(one.columns) == 1), None)
            name = cell.column if column is not None else single
            if name is None:
                raise self._no_column(table, cell)
            yield name, target.value(target.column, cell)
            return
        fitting = next((one for one in called if leads_to(self.shape, one, target.table.ref)), None)
        if fitting is not None:
            yield from (
                (name, target.value(there, cell))
                for name, there in zip(fitting.columns, fitting.target_columns, strict=True)
            )
            return
        # A column that is only a part of a key may have a value from anywhere.
        alone = [one for one in called if len(one.columns) == 1]
        if alone or (called and column is None):
            raise self._elsewhere(table, cell, (alone or called)[0], target.table)
        typed = self._typed(table, cell.column)
        if column is not None:
            yield column.name, target.value(self._key_of(target.table, cell.place), cell)
        elif typed is not None:
            kind = table.column(typed.type_column)
            value = None if kind is None else type_value(self.shape, typed, kind, target.table.ref)
            if value is None:
                raise FixtureError(
                    f"What {table.ref.name}.{typed.type_column} holds for {target.table.ref.name} is not known.",
                    "It is no column, or its enum has no such value.",
                    f"write polymorphic: {{{table.ref.name}.{cell.column}: {{{target.table.ref.name}: …}}}} in the set",
                    place=cell.place,
                )
            yield typed.key_column, target.value(self._key_of(target.table, cell.place), cell)
            yield typed.type_column, Own(replace(cell, column=typed.type_column, kind=CellKind.TEXT, text=value))
        else:
            raise self._no_column(table, cell)

    def _inside(self, value: Value) -> dict[str, Filled]:
        found: dict[str, Filled] = {}
        for one in value.references():
            target = self.target(read_reference(one.text, one.place))
            column = target.column or self._key_of(target.table, one.place)
            found[one.text] = target.value(column, Cell(column, CellKind.REFERENCE, one.text, one.place))
        return found

    def target(self, written: Written) -> Target:
        """What a reference names; FixtureError, with did-you-mean, for a table, row or column that there is not."""
        if written.conditions:
            path = written.path
            table = table_of_shape(
                self.shape, ObjectRef("table", path[0] if len(path) == 2 else None, path[-1]), written.place
            )
            return self._checked(self._looked_up(table, written), written.place)
        found = list(self._readings(written.path))
        rows = [one for one in found if one.entry is not None]
        if len(rows) > 1:
            raise FixtureError(
                f"{written.text} names two rows.",
                "It can be read as schema.table.label and as table.label.column.",
                "write the schema and the column: $schema.table.label.column",
                place=written.place,
            )
        if rows:
            return self._checked(rows[0], written.place)
        if not found:
            path = written.path
            # Nobody has such a table: this says so.
            table_of_shape(
                self.shape,
                ObjectRef("table", path[0] if len(path) == 4 else None, path[-3 if len(path) == 4 else 0]),
                written.place,
            )
        table, label = self._meant(written.path, found)
        raise self._no_row(table, label, written.place, written.text)

    def _looked_up(self, table: Table, written: Written) -> Target:
        """A row by its values, which may be other rows: `$memberships[user=$users.bob]`."""
        conditions: list[Condition] = []
        inside: dict[str, Filled] = {}
        for one in written.conditions:
            column = one.column
            if table.column(column) is None:
                called = references_called(self.shape, table, column)
                column = next((found.columns[0] for found in called if len(found.columns) == 1), column)
            self._check_column(table, column, written.place)
            conditions.append(Condition(column, one.value))
            if one.value is not None and is_reference(one.value):
                other = self.target(read_reference(one.value, written.place))
                there = other.column or self._key_of(other.table, written.place)
                inside[one.value] = other.value(there, Cell(there, CellKind.REFERENCE, one.value, written.place))
        return Target(table, None, tuple(conditions), written.column, inside)

    def _readings(self, path: Sequence[str]) -> Iterator[Target]:
        """All ways to read a path whose table there is."""
        forms: list[tuple[str | None, str, str, str | None]] = []
        if len(path) == 2:
            forms = [(None, path[0], path[1], None)]
        elif len(path) == 3:
            forms = [(path[0], path[1], path[2], None), (None, path[0], path[1], path[2])]
        else:
            forms = [(path[0], path[1], path[2], path[3])]
        for schema, name, label, column in forms:
            for table in self.shape.named(schema, name):
                yield Target(table, self.registry.rows.get((table.ref, label)), (), column)

    @staticmethod
    def _meant(path: Sequence[str], found: Sequence[Target]) -> tuple[Table, str]:
        first = found[0]
        return first.table, path[-1] if first.column is None else path[-2]

    def _checked(self, target: Target, place: Place) -> Target:
        if target.column is not None:
            self._check_column(target.table, target.column, place)
        return target

    def _check_column(self, table: Table, name: str, place: Place) -> None:
        if table.column(name) is None:
            raise FixtureError(
                f'{short_name(self.shape, table.ref)} has no column "{name}".',
                nearest(name, [column.name for column in table.columns]),
                "correct the name",
                place=place,
            )

    def _key_of(self, table: Table, place: Place) -> str:
        column = key_column(self.shape, table)
        if column is None:
            raise FixtureError(
                f"{short_name(self.shape, table.ref)} has no key of one column.",
                "So it is not clear which value is meant.",
                f"name the column: ${short_name(self.shape, table.ref)}.label.column",
                place=place,
            )
        return column.name

    def _no_column(self, table: Table, cell: Cell) -> FixtureError:
        name = short_name(self.shape, table.ref)
        kind = "column or foreign key" if cell.kind is CellKind.REFERENCE else "column"
        return FixtureError(
            f'{name} has no {kind} "{cell.column}".',
            nearest(cell.column, words_of(table)),
            "correct the name",
            place=cell.place,
        )

    def _no_row(self, table: Table, label: str, place: Place, text: str) -> FixtureError:
        name = short_name(self.shape, table.ref)
        labels = self.registry.labels(table.ref)
        # By the labels alone: what they have in common before the point says nothing.
        known = [f"{name}.{one}" for one in get_close_matches(label, labels, n=2) or labels]
        remedy = "correct the label, or extend the set that has it"
        if text.startswith("$"):
            remedy += f"; if the text is meant as it stands, write ${text}"
        return FixtureError(
            f'There is no row "{name}.{label}".',
            nearest(f"{name}.{label}", known) if known else f"No row of {name} has a label.",
            remedy,
            place=place,
        )

    def _elsewhere(self, table: Table, cell: Cell, reference: Reference, target: Table) -> FixtureError:
        name, there = short_name(self.shape, table.ref), short_name(self.shape, reference.target)
        return FixtureError(
            f"{name}.{cell.column} refers to {there}, not to {short_name(self.shape, target.ref)}.",
            f"So says the foreign key {reference.name}.",
            f"name a row of {there}",
            place=cell.place,
        )
