"""Steps that send a table's rows: one COPY, or past a temporary table where policies look at each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pytest_nself.core.names import quote_identifier, quote_qualified
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import CopyRows, Statement, Step

from .filled import Filled

_TEMPORARY = quote_identifier("nself_rows")


def sending(filled: Filled, title: str, source: Callable[[], Iterable[bytes]], rows: int, identity: str) -> list[Step]:
    """Send rows of the table. COPY does not go where row-level security is in force; `insert … select` does."""
    ref = filled.table.ref
    name = quote_qualified(ref.schema, ref.name)
    columns = tuple(map(quote_identifier, filled.rows.columns))
    if not filled.existing.secured:
        return [CopyRows(title, name, columns, source, rows, identity)]
    listed = ", ".join(columns)
    create = f"create temporary table {_TEMPORARY} on commit drop as select {listed} from {name} with no data;"
    insert = f"insert into {name} ({listed}) overriding system value select {listed} from {_TEMPORARY};"
    return [
        Statement(f"prepare {ref}", Sql(create)),
        CopyRows(title, _TEMPORARY, columns, source, rows, identity),
        Statement(f"let the policies of {ref} judge", Sql(insert)),
        Statement(f"forget what was prepared for {ref}", Sql(f"drop table {_TEMPORARY};")),
    ]
