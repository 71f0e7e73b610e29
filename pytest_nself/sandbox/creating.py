"""Rows of factories put into a database, over a connection that is given, in its transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import quote_identifier, quote_literal, quote_qualified
from pytest_nself.data.factories.given import Stand
from pytest_nself.data.factories.ground import Ground, MadeRows, Texts, standing_on
from pytest_nself.data.factories.keys import Keys, counted
from pytest_nself.data.sets.meaning import key_columns
from pytest_nself.data.shape.reading import read_shape

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.core.names import ObjectRef
    from pytest_nself.data.generate.make import Maker
    from pytest_nself.data.shape.model import Shape, Table


@contextmanager
def creating(connection: psycopg.Connection[Any], *, shape: Shape | None = None) -> Iterator[Ground]:
    """Let factories create their rows over this connection, in this block. Nothing is committed here."""
    with standing_on(Creating(connection, shape)) as ground:
        yield ground


class Creating:
    """A Ground, for one transaction: it remembers which rows it gave. `shape` is read where none is given."""

    creates = True

    def __init__(self, connection: psycopg.Connection[Any], shape: Shape | None = None, seed: int = 0) -> None:
        self._connection = connection
        self._shape = shape
        self._seed = seed
        self._maker: Maker | None = None
        self._keys: Keys | None = None
        self._stand = Stand()

    def shape(self) -> Shape:
        """The tables; read once."""
        if self._shape is None:
            self._shape = read_shape(self._connection)
        return self._shape

    def context(self) -> psycopg.Connection[Any]:
        """The connection, which knows the types that are registered with it."""
        return self._connection

    def make(self, ref: ObjectRef, count: int, *, start: int, given: Mapping[str, str | None]) -> MadeRows:
        """See Ground. Rows follow those that were made before on this ground, whatever the factory's number is."""
        if self._maker is None:
            from pytest_nself.data.generate.make import Maker

            self._maker = Maker(self._connection, self.shape(), self._seed)
        return self._maker.rows(ref, count, given=self._stand.told(self.shape().tables[ref], given))

    def insert(self, table: Table, columns: Sequence[str], row: Texts, given: Sequence[str] = ()) -> Mapping[str, Any]:
        """See Ground. FixtureError with the server's words where it refuses the row."""
        (row,) = self._ready(table, columns, [row], given)
        always = any(one.identity == "always" for one in table.columns if one.name in columns)
        places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        written = f"({_listed(columns)}){' overriding system value' if always else ''} values ({places})"
        query = f"insert into {_name(table)} {written if columns else 'default values'} returning *"
        stored = self._rows(table, query, list(row))
        if len(stored) != 1:
            raise FixtureError(
                f"{table.ref} kept a row back.", "A trigger or a rule on it drops rows.", "make rows that it keeps"
            )
        return stored[0]

    def copy(
        self, table: Table, columns: Sequence[str], rows: Sequence[Texts], given: Sequence[str] = ()
    ) -> Callable[[], list[Mapping[str, Any]]]:
        """See Ground."""
        from pytest_nself.data.generate.copying import copied

        rows = self._ready(table, columns, rows, given)
        keys = [column.name for column in key_columns(self.shape(), table)]
        if not keys or not set(keys) <= set(columns):
            stored = [self.insert(table, columns, row, columns) for row in rows]
            return lambda: stored
        query = f"copy {_name(table)} ({_listed(columns)}) from stdin"
        with self._refusing(table), self._connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
            copy.write(copied([list(one) for one in zip(*rows, strict=True)], len(rows)))
        places = [columns.index(name) for name in keys]
        return lambda: self._read_back(table, keys, [[row[at] for row in rows] for at in places])

    def _ready(self, table: Table, columns: Sequence[str], rows: Sequence[Texts], given: Sequence[str]) -> list[Texts]:
        """The rows with keys that their sequences give now: what was planned may have been taken since."""
        if self._keys is None:
            self._keys = Keys(self.shape())
        fresh = {}
        for column in counted(table, columns, given):
            query = f"select pg_catalog.nextval({quote_literal(column.sequence or '')})::text as key"
            found = self._rows(table, f"{query} from pg_catalog.generate_series(1, {len(rows)})", [])
            fresh[column.name] = [one["key"] for one in found]
        return self._keys.exchange(table, columns, rows, fresh)

    def _read_back(
        self, table: Table, keys: Sequence[str], texts: Sequence[Sequence[str | None]]
    ) -> list[Mapping[str, Any]]:
        arrays = ", ".join(f"${number}::text[]" for number in range(1, len(keys) + 1))
        names = ", ".join(f"k{number}" for number in range(len(keys)))
        columns = {column.name: column.type.written for column in table.columns}
        same = " and ".join(
            f"t.{quote_identifier(name)} = k.k{number}::{columns[name]}" for number, name in enumerate(keys)
        )
        source = f"unnest({arrays}) with ordinality as k ({names}, n)"
        query = f"select t.* from {source} join {_name(table)} as t on {same} order by k.n"
        found = self._rows(table, query, list(map(list, texts)))
        if len(found) != len(texts[0]):
            raise FixtureError(
                f"{len(texts[0]) - len(found)} of {len(texts[0])} rows of {table.ref} are not there.",
                "They were rolled back or deleted, or a trigger or a rule on the table drops rows.",
                "look at the rows before that, or create them one by one",
            )
        return found

    def _rows(self, table: Table, query: str, parameters: list[Any]) -> list[Mapping[str, Any]]:
        from psycopg import RawCursor
        from psycopg.rows import dict_row

        with self._refusing(table), RawCursor(self._connection, row_factory=dict_row) as cursor:
            return [*cursor.execute(query.encode(), parameters).fetchall()]

    @contextmanager
    def _refusing(self, table: Table) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.DatabaseError as error:
            raise FixtureError(
                f"{table.ref} refused the row of a factory.",
                str(error).strip(),
                "declare values that the table takes",
            ) from error


def _name(table: Table) -> str:
    return quote_qualified(table.ref.schema, table.ref.name)


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(quote_identifier, columns))
