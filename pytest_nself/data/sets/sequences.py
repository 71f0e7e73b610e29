"""Where the sequences of tables stand, so that keys from labels keep away from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .keys import Position

if TYPE_CHECKING:
    import psycopg

_QUERY = """
select pg_catalog.format('%I.%I', s.schemaname, s.sequencename),
    coalesce(s.last_value + s.increment_by, s.start_value)::pg_catalog.numeric, s.increment_by
from pg_catalog.pg_sequences as s
"""


def sequence_positions(connection: psycopg.Connection[Any]) -> Mapping[str, Position]:
    """The next number of every sequence that the role may read, by its name as `Column.sequence` has it."""
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_QUERY).fetchall()
    return {name: Position(int(following), int(increment)) for name, following, increment in rows}
