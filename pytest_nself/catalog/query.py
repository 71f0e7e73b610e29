"""The queries about a database: their texts, the settings they are run with, and how they are sent."""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import quote_literal

if TYPE_CHECKING:
    import psycopg

QUERIES = Path(__file__).with_name("queries")

Row = tuple[Any, ...]
Header = Mapping[str, int]
"""Where each column of an answer stands."""

_SETTINGS = {
    # Every name that is not the server's own is then written with its schema.
    "search_path": "",
    "quote_all_identifiers": "off",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "jit": "off",
}
SETTINGS = "; ".join(f"set local {name} = '{value}'" for name, value in _SETTINGS.items())
"""The statements after which all queries answer alike, whatever the session has set."""


@cache
def query_text(name: str) -> str:
    """The text of a query."""
    return (QUERIES / f"{name}.sql").read_text()


@cache
def rare_kinds() -> frozenset[str]:
    """The kinds that need not be read where `present` does not name them."""
    return frozenset(re.findall(r"^        \('(\w+)'", query_text("present"), re.MULTILINE))


def without(excluded: Collection[str]) -> tuple[str, ...]:
    """Names of schemas that are left out, as `filled` takes them."""
    return tuple(sorted(set(excluded)))


@cache
def filled(name: str, excluded: tuple[str, ...], only: str = "") -> str:
    """The text of a query without these schemas.

    `only` is an array of oids, in SQL: the query is then restricted to the objects that it names with `/* only: … */`,
    and what stands in `/* in parts: … */` counts.
    """
    text = query_text(name)
    if excluded:
        names = ", ".join(quote_literal(schema) for schema in excluded)
        text = text.replace("/* excluded: n.nspname */", f"and n.nspname not in ({names})")
    if only:
        text = re.sub(r"/\* only: (.+?) \*/", lambda found: f"and {found[1]} = any ({only})", text)
        text = re.sub(r"/\* in parts: (.+?) \*/", r"\1", text)
    return text


def ask(connection: psycopg.Connection[Any], query: str) -> list[Row]:
    """The rows of one query, which is prepared where the connection prepares statements."""
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query.encode(), prepare=True).fetchall()


def value_of(connection: psycopg.Connection[Any], query: str) -> Any:
    """The first value of the first row."""
    return ask(connection, query)[0][0]


def ask_all(connection: psycopg.Connection[Any], queries: Sequence[str]) -> Generator[tuple[Header, list[Row]]]:
    """The answers of all queries in order: while one is taken up, the server works on the next.

    They are prepared like that of `ask`, so that the next reading need not plan them again.
    """
    from psycopg import Pipeline
    from psycopg.rows import tuple_row

    with connection.pipeline() if Pipeline.is_supported() else nullcontext():
        cursors = [connection.cursor(row_factory=tuple_row) for _ in queries]
        for cursor, query in zip(cursors, queries, strict=True):
            cursor.execute(query.encode(), prepare=True)
        for cursor in cursors:
            rows = cursor.fetchall()
            yield {column.name: place for place, column in enumerate(cursor.description or ())}, rows
            cursor.close()
