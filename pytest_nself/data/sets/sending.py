"""Rows whose columns are filled -> the SQL that brings them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef, quote_identifier, quote_literal, quote_qualified
from pytest_nself.core.place import Place
from pytest_nself.data.shape.model import Column, Shape, Table, TypeKind
from pytest_nself.data.written.cells import Cell, CellKind
from pytest_nself.data.written.references import Condition

from .compiled import Does, Fragment, LoadedRow, LoadStatement
from .literals import container_text
from .meaning import key_columns
from .named_tables import short_name
from .registry import Chosen, Entry, Filled, Finds, Own, Points, is_null, known_text


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the statements of one set."""

    shape: Shape
    set_name: str

    def insert(
        self, table: Table, entries: Sequence[Entry], place: Place, nulls: frozenset[str]
    ) -> Iterator[LoadStatement]:
        """The rows of a table, in order. Columns `nulls` are null for now, in rows that are to be updated."""
        if not table.columns:
            for entry in entries:
                parts = [Fragment("insert into "), Fragment(self._name(table), place)]
                parts.append(Fragment(" default values\nreturning *"))
                yield self._insertion(table, [entry], place, parts)
            return
        columns = self._columns(table, entries)
        parts = [Fragment("insert into "), Fragment(self._name(table), place), *self._column_list(columns, entries)]
        system = " overriding system value" if any(column.identity == "always" for column in columns) else ""
        for position, entry in enumerate(entries):
            parts.append(Fragment(",\n  (" if position else f"{system} values\n  ("))
            for number, column in enumerate(columns):
                if number:
                    parts.append(Fragment(", "))
                parts += self._value(entry, column, null=column.name in nulls)
            parts.append(Fragment(")"))
        parts.append(Fragment("\nreturning *"))
        yield self._insertion(table, entries, place, parts)

    def update(self, entry: Entry, names: Sequence[str]) -> LoadStatement:
        """What was null for now, when the rows that it refers to are there."""
        table = entry.table
        keys = key_columns(self.shape, table)
        parts = [Fragment("update "), Fragment(self._name(table), entry.place), Fragment(" set ")]
        for number, name in enumerate(names):
            column = table.column(name)
            assert column is not None
            parts.append(Fragment(f"{', ' if number else ''}{quote_identifier(name)} = "))
            parts += self._value(entry, column, null=False)
        for number, column in enumerate(keys):
            text = known_text(entry, column.name)
            if text is None:
                raise self._without_key(entry, names)
            parts.append(Fragment(f"{' and ' if number else ' where '}{quote_identifier(column.name)} = "))
            parts.append(Fragment(quote_literal(text)))
        if not keys:
            raise self._without_key(entry, names)
        parts.append(Fragment(" returning *"))
        title = f"refer from {self._called(entry)} (fixture set {self.set_name})"
        return LoadStatement(Does.UPDATE, title, self.set_name, entry.place, tuple(parts), table.ref, (_loaded(entry),))

    def _insertion(
        self, table: Table, entries: Sequence[Entry], place: Place, parts: Sequence[Fragment]
    ) -> LoadStatement:
        count = len(entries)
        title = f"insert {count} row{'' if count == 1 else 's'} into {table.ref} (fixture set {self.set_name})"
        rows = tuple(_loaded(entry) for entry in entries)
        checks = {check.name: check.columns for check in table.checks}
        filled = (pair for entry in entries for pair in entry.filled.items())
        chosen = tuple(dict.fromkeys(name for name, one in filled if isinstance(one, Chosen)))
        return LoadStatement(
            Does.INSERT, title, self.set_name, place, tuple(parts), table.ref, rows, checks=checks, chosen=chosen
        )

    @staticmethod
    def _name(table: Table) -> str:
        return quote_qualified(table.ref.schema, table.ref.name)

    @staticmethod
    def _columns(table: Table, entries: Sequence[Entry]) -> list[Column]:
        """The columns that any row fills; where none does, one whose default can be asked for."""
        filled = {name for entry in entries for name in entry.filled}
        found = [column for column in table.columns if column.name in filled]
        return found or [next((one for one in table.columns if not one.generated), table.columns[0])]

    @staticmethod
    def _column_list(columns: Sequence[Column], entries: Sequence[Entry]) -> Iterator[Fragment]:
        for position, column in enumerate(columns):
            yield Fragment(", " if position else " (")
            first = next((entry for entry in entries if column.name in entry.filled), None)
            yield Fragment(quote_identifier(column.name), None if first is None else _place(first, column.name))
        yield Fragment(")")

    def _value(self, entry: Entry, column: Column, *, null: bool) -> Iterator[Fragment]:
        filled = entry.filled.get(column.name)
        if filled is None:
            yield Fragment("default", entry.place)
            return
        place = _place(entry, column.name)
        cell = _cell(filled)
        if null or is_null(entry, column.name):
            yield Fragment("null", place, cell, column.name)
            return
        if isinstance(filled, Own) and filled.cell.kind is CellKind.SQL:
            # The line end closes a comment that the expression may end with.
            text = "default" if filled.cell.text.lower() == "default" else f"({filled.cell.text}\n)"
        elif isinstance(filled, Own) and filled.cell.value is not None:
            found = {name: self._inner_text(entry, name, one) for name, one in filled.inside.items()}
            text = quote_literal(container_text(filled.cell.value, column.type, found))
        elif isinstance(filled, Finds):
            text = self._finding(entry, filled)
        else:
            known = known_text(entry, column.name)
            text = (
                self._taking(entry, filled)
                if known is None and isinstance(filled, Points)
                else quote_literal(known or "")
            )
        yield Fragment(text, place, cell, column.name, column.type)

    def _inner_text(self, entry: Entry, name: str, filled: Filled) -> str:
        text = known_text(filled.entry, filled.column) if isinstance(filled, Points) else None
        if text is None:
            raise FixtureError(
                f"{name} stands in a list or a mapping, and its value is not known before the rows are there.",
                "Inside of one, only keys that a row gives or has from its label can be written.",
                "give that row its key, or write the whole value with !sql",
                place=_cell(filled).place if _cell(filled) else entry.place,  # type: ignore[union-attr]
            )
        return text

    def _finding(self, entry: Entry, finds: Finds) -> str:
        """The value in the one row that fulfils the conditions."""
        known = {text: self._inner_text(entry, text, filled) for text, filled in finds.inside.items()}
        where = " and ".join(_condition(condition, known) for condition in finds.conditions)
        return self._looked_up(finds.table, finds.column, where, finds.cell.text)

    def _taking(self, entry: Entry, points: Points) -> str:
        """A value that only the other row, which is there, knows."""
        other = points.entry
        known = None if entry.table.ref == other.table.ref else known_key(self.shape, other)
        if known is None:
            name = f"{short_name(self.shape, other.table.ref)}.{other.label}"
            raise FixtureError(
                f"{points.cell.text} names a row whose {points.column} is not known before it is there.",
                f"{name} says nothing of it, and its table gives it.",
                f"give {name} its {points.column}",
                place=points.cell.place,
            )
        where = " and ".join(f"{quote_identifier(name)} = {quote_literal(text)}" for name, text in known.items())
        return self._looked_up(other.table, points.column, where, points.cell.text)

    def _looked_up(self, table: Table, name: str, where: str, said: str) -> str:
        """A value of the one row where that holds; any other number of rows fails with what the file says."""
        quoted, column = quote_identifier(name), table.column(name)
        if column is not None and column.type.plain.kind is TypeKind.ARRAY:
            # Arrays of arrays are something else; several rows fail by themselves.
            return f"(select {quoted} from {self._name(table)} where {where})"
        number = f"({quote_literal(f'nself: {said} finds ')} || pg_catalog.count(*))::pg_catalog.int4"
        # An array that is null would not look at its subscript.
        value = f"(coalesce(pg_catalog.array_agg({quoted}), '{{}}'))"
        one = f"[case when pg_catalog.count(*) = 1 then 1 else {number} end]"
        return f"(select {value}{one} from {self._name(table)} where {where})"

    @staticmethod
    def _called(entry: Entry) -> str:
        return f"{entry.table.ref}.{entry.label}" if entry.label else f"a row of {entry.table.ref}"

    def _without_key(self, entry: Entry, names: Sequence[str]) -> FixtureError:
        return FixtureError(
            f"{self._called(entry)} needs its key: {', '.join(names)} can be set only after other rows are there.",
            "Tables refer to each other in a circle.",
            "give the row its key, or make the foreign key deferrable",
            place=entry.place,
        )


def known_key(shape: Shape, entry: Entry) -> dict[str, str] | None:
    """Values that tell which row it is, known before it is there: of its key, of anything unique, of a part of its key.

    A part is enough for a lookup, which fails for several rows: most keys of partitioned tables are an id and a time.
    """
    keys = [tuple(column.name for column in key_columns(shape, entry.table))]
    keys += [tuple(name for name in key.columns if name) for key in entry.table.keys if key.plain]
    for names in keys:
        found = {name: text for name in names if (text := known_text(entry, name)) is not None}
        if names and len(found) == len(names):
            return found
    part = {name: text for name in keys[0] if (text := known_text(entry, name)) is not None}
    return part or None


def count_rows(table: ObjectRef, place: Place, set_name: str) -> LoadStatement:
    """How many rows the table has."""
    name = quote_qualified(table.schema, table.name)
    parts = (Fragment(f"select pg_catalog.count(*) from {name}", place),)
    return LoadStatement(Does.COUNT, f"count the rows of {table}", set_name, place, parts, table)


def set_constraints(names: Sequence[tuple[str | None, str]], when: str, place: Place, set_name: str) -> LoadStatement:
    """Check these constraints (schema and name) `deferred` or `immediate`."""
    listed = ", ".join(quote_qualified(schema, name) for schema, name in names)
    parts = (Fragment(f"set constraints {listed} {when}", place),)
    return LoadStatement(Does.CONSTRAINTS, f"check {len(names)} constraints {when}", set_name, place, parts)


def _condition(condition: Condition, known: Mapping[str, str]) -> str:
    name, value = quote_identifier(condition.column), condition.value
    return f"{name} is null" if value is None else f"{name} = {quote_literal(known.get(value, value))}"


def _loaded(entry: Entry) -> LoadedRow:
    values = {name: known_text(entry, name) for name in entry.filled}
    places = {name: _place(entry, name) for name in entry.filled}
    return LoadedRow(entry.label, entry.place, entry.position, values, places)


def _cell(filled: Filled | None) -> Cell | None:
    return None if filled is None or isinstance(filled, Chosen) else filled.cell


def _place(entry: Entry, column: str) -> Place:
    cell = _cell(entry.filled.get(column))
    return entry.place if cell is None else cell.place
