"""Rows for empty tables, by nothing but the types of their columns: a few each, so that migrations meet rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.names import ObjectRef, quote_identifier, quote_literal, quote_qualified
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import Statement

from .filler_tables import Column, Table, tables_of
from .filler_values import NOTHING, Taste, value

ROWS = 3
UNFILLED = "nself: no rows for "
"""How the notice begins with which the server tells that it refused all tries: then `schema.table: reason`."""

Types = Mapping[ObjectRef, Entry]


class Filler(Protocol):
    """Steps that put valid rows into the tables of a catalog."""

    def __call__(self, catalog: Catalog, *, types: Types | None = None) -> Sequence[Statement]:
        """One step for each table, those that others refer to first; a table that has rows is left as it is.

        `types` are all objects, where the catalog is a part of them: columns may be of types that it lacks. A step
        never fails: a table whose rows the server refuses stays empty and is told of in a notice, see UNFILLED.
        """


def fill_by_type(catalog: Catalog, *, types: Types | None = None) -> Sequence[Statement]:
    """A Filler that looks at types and constraints alone: enums, domains, keys, literals of checks."""
    return [_step(table) for table in tables_of(catalog, catalog.entries if types is None else types)]


def _step(table: Table) -> Statement:
    name = quote_qualified(table.ref.schema, table.ref.name)
    tries = list(dict.fromkeys(_tries(table, name)))
    told = quote_literal(f"{UNFILLED}{table.ref}: ")
    lines = [
        "do $nself_fill$",
        "declare",
        "  said text;",
        "begin",
        f"  if exists (select from {name}) then return; end if;",
    ]
    for insert in tries:
        lines += [
            "  begin",
            f"    {insert};",
            "    set constraints all immediate;",
            "    return;",
            "  exception when others then said := coalesce(said, sqlerrm);",
            "  end;",
        ]
    lines += [f"  raise notice '%', {told} || said;", "end $nself_fill$"]
    return Statement(f"fill {table.ref}", Sql("\n".join(lines)))


_TASTES = (
    Taste(),
    Taste(second=True),
    Taste(required_only=True),
    Taste(required_only=True, second=True),
    Taste(rows=1),
    Taste(rows=1, second=True),
    Taste(rows=1, required_only=True),
    Taste(rows=1, required_only=True, second=True),
)


def _tries(table: Table, name: str) -> Iterator[str]:
    """The inserts to try, one after the other: many columns first, fewer and fewer rows and columns then."""
    for taste in _TASTES:
        columns = [one for one in table.columns if one.given and (one.required or not taste.required_only)]
        rows = min(taste.rows, ROWS)
        if not columns:
            yield f"insert into {name} default values"
            continue
        names = ", ".join(quote_identifier(one.name) for one in columns)
        values = [f"({', '.join(_value(table, one, row, taste) for one in columns)})" for row in range(rows)]
        yield f"insert into {name} ({names}) values {', '.join(values)}"


def _value(table: Table, column: Column, row: int, taste: Taste) -> str:
    if column.parent is not None:
        parent = column.parent
        if parent.table == table.ref:
            own = next((one for one in table.columns if one.name == parent.column and one.given), None)
            if own is None or own.parent is not None or not column.required:
                return NOTHING
            return _value(table, own, row, taste)
        if parent.later and not column.required:
            return NOTHING
        order = ", ".join(quote_identifier(one) for one in parent.columns)
        source = quote_qualified(parent.table.schema, parent.table.name)
        return f"(select {quote_identifier(parent.column)} from {source} order by {order} limit 1 offset {row})"
    return value(column.type, column.literals, row, taste)
