"""Load a fixture set over a test's own connection; the rows come back as the server stored them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_nself.data.sets.fixture_set import FixtureKind, FixtureSet
from pytest_nself.data.sets.insert import insert_error, table_inserts
from pytest_nself.data.sets.rows import FixtureRows, rows_returned
from pytest_nself.data.sets.sql import sql_set_error

if TYPE_CHECKING:
    import psycopg


def load_fixture_set(connection: psycopg.Connection[Any], fixture_set: FixtureSet) -> FixtureRows:
    """Load a set in the connection's transaction. FixtureError carries file, line and column."""
    import psycopg
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        if fixture_set.kind is FixtureKind.SQL:
            try:
                cursor.execute(fixture_set.sql.encode())
            except psycopg.Error as error:
                raise sql_set_error(fixture_set, error) from error
            return FixtureRows()
        rows = FixtureRows()
        for insert in table_inserts(fixture_set):
            try:
                cursor.execute(insert.sql.encode(), insert.params)
            except psycopg.Error as error:
                raise insert_error(insert, error) from error
            columns = [column.name for column in cursor.description or ()]
            rows |= rows_returned(insert, columns, cursor.fetchall())
        return rows
