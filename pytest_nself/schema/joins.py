"""Tables in between: what a many-to-many reference (`<>`) stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pytest_nself.core.names import fold

from .model import Column, ColumnType, Endpoint, Key, Ref, Relation, Schema, Table, key_of
from .types import SERIAL, is_serial

ColumnTypes = Mapping[tuple[Key, str], str]
"""Types of columns of tables that are elsewhere, as SQL."""


def join_tables(schema: Schema, elsewhere: ColumnTypes) -> tuple[list[Table], list[Ref]]:
    """One table per many-to-many reference, named `<a>_<b>` after its ends, and the two references out of it.

    Its columns are `<table>_<column>`, all of them its primary key. It stands in the schema of the first end; an inline
    reference has its target as the first, as the language's own tools have it. A name that is there already gets a
    number behind it.
    """
    tables: list[Table] = []
    refs: list[Ref] = []
    taken = {table.key for table in schema.tables} | {enum.key for enum in schema.enums}
    by_key = schema.tables_by_key()
    for ref in schema.refs:
        if ref.relation is not Relation.MANY_TO_MANY or ref.inactive:
            continue
        ends = (ref.right, ref.left) if ref.inline else (ref.left, ref.right)
        name = _free(f"{ends[0].table}_{ends[1].table}", ends[0].schema, taken)
        taken.add(key_of(ends[0].schema, name))
        columns: list[Column] = []
        for end in ends:
            own = []
            for one in end.columns:
                column = _column(by_key.get(end.key), end, one, elsewhere, {column.name for column in columns})
                columns.append(replace(column, place=ref.place, type=replace(column.type, place=ref.place)))
                own.append(column.name)
            left = Endpoint(name, tuple(own), ends[0].schema, ref.place)
            refs.append(
                Ref(
                    left,
                    Relation.MANY_TO_ONE,
                    end,
                    on_delete=ref.on_delete,
                    on_update=ref.on_update,
                    note=None,
                    place=ref.place,
                )
            )
        tables.append(Table(name, ends[0].schema, columns=tuple(columns), note=ref.note, place=ref.place))
    return tables, refs


def _free(name: str, schema: str | None, taken: set[Key]) -> str:
    number, free = 1, name
    while key_of(schema, free) in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _column(table: Table | None, end: Endpoint, name: str, elsewhere: ColumnTypes, taken: set[str]) -> Column:
    target = table.column(name) if table is not None else None
    if target is not None:
        kind = target.type
        if is_serial(kind):
            kind = ColumnType(SERIAL[fold(kind.name.strip())])
    else:
        # Of a column that nobody knows the reference itself is what will be refused.
        kind = ColumnType(elsewhere.get((end.key, name), "uuid"), quoted=True)
    number, own = 1, f"{end.table}_{name}"
    free = own
    while free in taken:
        number += 1
        free = f"{own}_{number}"
    return Column(free, kind, pk=True)
