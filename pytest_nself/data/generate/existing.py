"""What is in the tables already: how many rows, where numbers go on, which keys are taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import quote_identifier, quote_literal, quote_qualified
from pytest_nself.data.shape.model import Column, Key, Table

from .parents import There

if TYPE_CHECKING:
    import psycopg

_PARENTS = 10_000
_TAKEN = 500_000
WHOLE = frozenset({"int2", "int4", "int8", "numeric", "oid"})
_HALVES = {"int2": 1 << 14, "int4": 1 << 30, "oid": 1 << 31}


@dataclass(frozen=True, slots=True)
class Existing:
    """`rows` are those in the table; `next` is, by column, the first whole number that nothing uses yet.

    `secured`: row-level security is in force for the one who asks.
    """

    rows: int = 0
    next: Mapping[str, int] = field(default_factory=dict)
    secured: bool = False


def read_existing(connection: psycopg.Connection[Any], table: Table) -> Existing:
    """Count the table's rows and find where its numbers go on: behind the greatest one, and behind the sequence."""
    name = quote_qualified(table.ref.schema, table.ref.name)
    keyed = {column for key in table.keys for column in key.columns}
    numbers = [one for one in table.columns if _is_number(one) and (one.name in keyed or one.sequence or one.identity)]
    greatest = "".join(f", {_greatest(one)}::pg_catalog.numeric::pg_catalog.text" for one in numbers)
    secured = f"pg_catalog.row_security_active({quote_literal(name)}::pg_catalog.regclass::pg_catalog.oid)"
    row = connection.execute(f"select {secured}, count(*){greatest} from {name}".encode()).fetchone()
    assert row is not None  # an aggregate always gives one
    found = {}
    for column, text in zip(numbers, row[2:], strict=True):
        following = int(float(text)) + 1 if text is not None else 1
        if column.sequence is not None:
            following = max(following, _next_of(connection, column.sequence))
        found[column.name] = max(1, following)
    return Existing(row[1], found, row[0])


def _greatest(column: Column) -> str:
    """The greatest number, as SQL: of the lower half that the type holds, for keys from labels are in the upper one."""
    name = quote_identifier(column.name)
    return f"max({name}) filter (where {name} < {_HALVES.get(column.type.plain.name, 1 << 62)})"


def _is_number(column: Column) -> bool:
    plain = column.type.plain
    return plain.schema == "pg_catalog" and plain.name in WHOLE


def _next_of(connection: psycopg.Connection[Any], sequence: str) -> int:
    """What the sequence gives next; 1 where it may not be read."""
    import psycopg

    try:
        with connection.transaction():
            row = connection.execute(f"select last_value, is_called from {sequence}".encode()).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return 1
    return 1 if row is None else row[0] + bool(row[1])


def read_parents(
    connection: psycopg.Connection[Any], table: Table, columns: Sequence[str], *, most: int = _PARENTS
) -> There:
    """Rows of a table that is not filled: the first ten thousand, in the order of these columns, none of them null."""
    names = [quote_identifier(column) for column in columns]
    texts = ", ".join(f"{name}::pg_catalog.text" for name in names)
    present = " and ".join(f"{name} is not null" for name in names)
    table_name = quote_qualified(table.ref.schema, table.ref.name)
    query = f"select {texts} from {table_name} where {present} order by {', '.join(names)} limit {most}"
    rows = connection.execute(query.encode()).fetchall()
    return There(len(rows), {column: [row[at] for row in rows] for at, column in enumerate(columns)})


def read_taken(connection: psycopg.Connection[Any], table: Table, key: Key) -> list[tuple[str | None, ...]]:
    """The values of a key that rows of the table have; of those that it is about."""
    wanted = ", ".join(f"({one})::pg_catalog.text" for one in key.expressions)
    where = f" where {key.predicate}" if key.predicate else ""
    name = quote_qualified(table.ref.schema, table.ref.name)
    return connection.execute(f"select {wanted} from {name}{where} limit {_TAKEN}".encode()).fetchall()
