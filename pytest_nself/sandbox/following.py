"""Loaded rows and the database that they are in: what their keys lead to, and how they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import quote_identifier, quote_qualified
from pytest_nself.data.nearest import nearest
from pytest_nself.data.sets.meaning import key_columns, references_called, stems, words_of
from pytest_nself.data.sets.named_tables import short_name, table_names
from pytest_nself.data.sets.rows import FixtureRows, Row, UnknownColumn, UnknownRow
from pytest_nself.data.written.names import table_of

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.data.shape.model import Reference, Shape, Table

    from .loading import Brought

_AT_ONCE = 1000  # rows that are asked for in one statement

Followed = Callable[[Row, str], Any]


class Ref:
    """A row whose foreign keys can be followed: `ref.author` is the user's row, `ref.title` a value.

    A key goes by its name, its column or the column's stem. Where the column has one (`author_id`), the column is the
    value and the stem the row; where it has none (`author`), the column is the row and `ref["author"]` the value. None
    where the key is null. What comes back can be followed too.
    """

    __slots__ = ("_follow", "_row")

    _row: Row
    _follow: Followed

    def __init__(self, row: Row, follow: Followed) -> None:
        object.__setattr__(self, "_row", row)
        object.__setattr__(self, "_follow", follow)

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True  # an error is about the name in the test
        if name.startswith("__") or name in Ref.__slots__:
            raise AttributeError(name)
        return self._follow(self._row, name)

    def __getitem__(self, column: str) -> Any:
        return self._row[column]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self._row)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Ref):
            other = other._row
        return self._row == other

    __hash__ = None  # type: ignore[assignment]  # as of a row

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{self._row._name()} is read-only: it shows what was loaded")

    def __repr__(self) -> str:
        return f"<ref {self._row!r}>"


def follow(
    connection: Callable[[], Any], shape: Shape, brought: Sequence[Brought], rows: FixtureRows, row: Row, name: str
) -> Row | Any:
    """The row that the key `name` of `row` leads to, None where the key is null; else the column's value.

    A labelled row is taken from `rows`, others are asked of the database (`connection` opens a context for that).
    UnknownColumn for a name that means nothing, UnknownRow where the row that is meant is gone.
    """
    table = table_here(shape, row._table)
    references = references_called(shape, table, name)
    if name in row and (not references or any(name in one.columns and list(stems(one)) for one in references)):
        return row[name]
    linked = _linked(brought, table, row, name)
    if linked is not None and linked in rows:
        return rows[linked]
    if not references:
        raise UnknownColumn(
            f'{row._name()} has no column or key "{name}".', nearest(name, words_of(table)), "correct the name"
        )
    with connection() as here:
        return _asked(here, shape, references[0], row)


def _linked(brought: Sequence[Brought], table: Table, row: Row, name: str) -> str | None:
    """How the row is called that a label stood for."""
    if row._label is None:
        return None
    for one in brought:
        found = one.compiled.links.get((table.ref, row._label), {}).get(name)
        if found is not None:
            names = {ref: called for other in brought for ref, called in other.compiled.names.items()}
            return f"{names[found[0]]}.{found[1]}" if found[0] in names else None
    return None


def _asked(connection: psycopg.Connection[Any], shape: Shape, reference: Reference, row: Row) -> Row | None:
    values = [row[column] for column in reference.columns]
    if None in values:
        return None
    target = shape.tables[reference.target]
    found = _select(connection, target, reference.target_columns, [values])
    called = short_name(shape, target.ref)
    if not found:
        key = ", ".join(map(str, values))
        raise UnknownRow(
            f"{row._name()} refers to a row of {called} that is not there.",
            f"Its key would be {key}.",
            "look at what the test has deleted",
        )
    return Row(called, None, found[0])


def reread(connection: psycopg.Connection[Any], shape: Shape, rows: FixtureRows) -> FixtureRows:
    """The rows as they are now, found by their keys; those that are gone are left out.

    Rows of a table without a key cannot be found again, and stay as they were loaded.
    """
    tables: dict[tuple[str | None, str], Sequence[Row]] = {}
    for name in rows:
        before: tuple[Row, ...] = rows[name]
        table = table_here(shape, name)
        keys = [column.name for column in key_columns(shape, table)]
        now: Sequence[Row] = _again(connection, table, keys, before) if keys else before
        tables[table.ref.schema, table.ref.name] = now
    return FixtureRows(tables)


def _again(
    connection: psycopg.Connection[Any], table: Table, keys: Sequence[str], before: Sequence[Row]
) -> Sequence[Row]:
    found = {}
    for start in range(0, len(before), _AT_ONCE):
        wanted = [[row[key] for key in keys] for row in before[start : start + _AT_ONCE]]
        for values in _select(connection, table, keys, wanted):
            found[tuple(values[key] for key in keys)] = values
    pairs = ((row, found.get(tuple(row[key] for key in keys))) for row in before)
    return [Row(row._table, row._label, values) for row, values in pairs if values is not None]


def _select(
    connection: psycopg.Connection[Any], table: Table, columns: Sequence[str], wanted: Sequence[Sequence[Any]]
) -> list[dict[str, Any]]:
    from psycopg.rows import dict_row

    key = ", ".join(quote_identifier(column) for column in columns)
    one = f"({', '.join(['%s'] * len(columns))})"
    name = quote_qualified(table.ref.schema, table.ref.name).replace("%", "%%")
    query = f"select * from {name} where ({key.replace('%', '%%')}) in ({', '.join([one] * len(wanted))})"
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), [value for values in wanted for value in values]).fetchall()


def table_here(shape: Shape, name: str) -> Table:
    """The table that tests call so: `users`, or `app.users`. FixtureError with the nearest for none, or for several."""
    ref = table_of(name)
    found = () if ref is None else shape.named(ref.schema, ref.name)
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(str(table.ref) for table in found)
        raise FixtureError(f'Several tables are called "{name}".', f"They are {listed}.", "write the schema too")
    raise FixtureError(
        f'There is no table "{name}".', nearest(name, table_names(shape)), "correct the name of the table"
    )
