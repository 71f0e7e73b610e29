"""`"*": {factory: users, count: 20}`: rows that somebody else makes, as rows of the set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.shape.model import Shape, Table
from pytest_nself.data.written.cells import Cell, CellKind, GeneratedSpec, RowSpec, TableSpec
from pytest_nself.data.written.names import table_of

from .filling import Filler
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


def generate(
    maker: Maker | None,
    which: tuple[TableSpec, int],
    entries: Sequence[Entry],
    filler: Filler,
    shape: Shape,
    registry: Registry,
) -> list[Entry]:
    """Fill `entries`, the rows of a `"*"`; what comes back are the rows that must be there before them."""
    table_spec, number = which
    spec = table_spec.generated[number]
    table = table_of_shape(shape, table_spec.table, table_spec.place)
    _check_factory(shape, table, spec)
    if not entries:
        return []
    if maker is None:
        raise FixtureError(
            "Rows are to be generated, and there is nothing here that makes rows.",
            "",
            "write the rows out",
            place=spec.place,
        )
    for entry in entries:
        # A key from the label is there already; what the set says comes on top of what is made.
        keys = {name: filled for name, filled in entry.filled.items() if isinstance(filled, Chosen)}
        entry.filled.clear()
        filler.fill(entry)
        for name, filled in keys.items():
            entry.filled.setdefault(name, filled)
    start = registry.generated.get(table.ref, 0)
    registry.generated[table.ref] = start + len(entries)
    given = {name: known_text(entries[0], name) for name in entries[0].filled}
    made = maker.rows(table.ref, len(entries), start=start, given=given)
    for entry, values in zip(entries, made.rows, strict=True):
        _take(entry, made.columns, values, _server_keys(shape, table))
    return list(_parents(made, entries[0].set_name, spec.place, shape))


def _take(entry: Entry, columns: Sequence[str], values: Sequence[str | None], skipped: frozenset[str]) -> None:
    for name, value in zip(columns, values, strict=True):
        if name not in entry.filled and name not in skipped:
            entry.filled[name] = _own(name, value, entry.place)


def _server_keys(shape: Shape, table: Table) -> frozenset[str]:
    """Keys that the server gives: those of rows without labels come from their sequence, as everybody's do."""
    return frozenset(column.name for column in key_columns(shape, table) if column.sequence or column.identity)


def _own(name: str, value: str | None, place: Place) -> Own:
    kind = CellKind.NULL if value is None else CellKind.TEXT
    return Own(Cell(name, kind, value or "", place))


def _parents(made: MadeRows, set_name: str, place: Place, shape: Shape) -> Iterator[Entry]:
    for ref, rows in made.parents:
        yield from _parents(rows, set_name, place, shape)
        table = shape.tables[ref]
        for values in rows.rows:
            entry = Entry(set_name, table, RowSpec(None, (), place))
            _take(entry, rows.columns, values, frozenset())
            yield entry


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
