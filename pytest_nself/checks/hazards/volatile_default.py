"""A new column whose default is another one in each row."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, alter, column_ref, new_columns, rewrote, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import quote_identifier

from .serial_column import is_serial


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for table, column in new_columns(seen):
        if column.default is None or column.generated or is_serial(column) or not rewrote(seen, table):
            continue
        message = (
            f"The default of the new column {column.name} is computed for each row, for which {sized(table)} is "
            "written anew; nobody can read or write it until that is done."
        )
        remedy = (
            f"add the column without a default, then {alter(table)} alter column {quote_identifier(column.name)} set "
            f"default {column.default}, which is for new rows alone, and fill the others in batches"
        )
        yield Sighting(column_ref(table, column.name), message, remedy, (table,))


HAZARD = Hazard(
    id="volatile-default",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="a column is added with a default that differs from row to row",
    why=(
        "A default that is the same for all rows is stored once. One that is volatile (`gen_random_uuid()`, "
        "`clock_timestamp()`) is computed for each row: the table is written anew, and nobody can even read meanwhile."
    ),
    safe="Add the column, then set its default, then fill the rows that are there in batches.",
    find=_find,
    given="create table orders (id int primary key);",
    bad="alter table orders add column token uuid default gen_random_uuid();",
    good=(
        "alter table orders add column token uuid;\nalter table orders alter column token set default "
        "gen_random_uuid();",
        "update orders set token = gen_random_uuid() where token is null;",
    ),
    blocks=True,
    squawk=("adding-field-with-default",),
)
