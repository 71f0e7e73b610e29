"""Rows of factories put into a database, over a connection that is given, in its transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import quote_identifier, quote_literal, quote_qualified
from pytest_nself.data.factories.given import Stand
from pytest_nself.data.factories.ground import Given, Ground, standing_on
from pytest_nself.data.factories.keys import Keys, Texts, counted
from pytest_nself.data.factories.referring import (
    Wanted,
    checked_at_once,
    decided_together,
    leads_back,
    left_null,
    undeclared,
    wanted,
)
from pytest_nself.data.sets.meaning import key_columns
from pytest_nself.data.shape.reading import read_shape

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.data.generate.make import MadeRows, Maker
    from pytest_nself.data.shape.model import Shape, Table

Row = Mapping[str, Any]
_TRIES = 12
_RAISED = ("P0001", "23514", "23000")
"""SQLSTATE of what triggers refuse mostly."""
_TAKEN = ("23505", "23P01")
"""SQLSTATE of what unique keys and exclusion constraints refuse."""


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
        self._stand = Stand()

    def shape(self) -> Shape:
        """The tables; read once."""
        if self._shape is None:
            self._shape = read_shape(self._connection)
        return self._shape

    def context(self) -> psycopg.Connection[Any]:
        """The connection, which knows the types that are registered with it."""
        return self._connection

    def build(self, table: Table, given: Given) -> Given:
        """See Ground."""
        made = self._made(table, 1, given)
        spoken = {name for one in table.references for name in one.columns}
        spoken |= {column.name for column in counted(table, made.columns)}
        row = dict(zip(made.columns, made.rows[0], strict=True))
        return {name: None if name in spoken else text for name, text in row.items()} | dict(given)

    def create(self, table: Table, given: Given) -> Row:
        """See Ground. FixtureError with the server's words where it refuses the row."""
        return self._created(table, [given])()[0]

    def create_many(self, table: Table, given: Sequence[Given]) -> Callable[[], list[Row]]:
        """See Ground."""
        return self._created(table, given)

    def _created(self, table: Table, given: Sequence[Given]) -> Callable[[], list[Row]]:
        together = decided_together(table, given[0])
        circle = False
        referring: dict[str, str | None] = {}
        for reference in undeclared(table, given[0]):
            decided = {**given[0], **referring}
            need = wanted(self.shape(), table, reference, decided)
            if need is None:
                referring |= {} if together else left_null(table, reference, decided)
                continue
            row = None if need.fresh else self._some_row(need)
            if row is None and leads_back(self.shape(), table, need.target):
                circle = True
            elif row is None and need.fresh and len(given) > 1:
                together = True
            else:
                row = row or self._new_row(need)
                pairs = zip(reference.columns, reference.target_columns, strict=True)
                referring |= {name: row[other] for name, other in pairs}
        with self._checked_at_the_end(circle):
            return self._tried(table, given, referring, together=together or circle)

    def _tried(
        self, table: Table, given: Sequence[Given], referring: Given, *, together: bool
    ) -> Callable[[], list[Row]]:
        """Put the rows there; others, where a value is taken meanwhile or a trigger minds."""
        fresh = together
        for number in range(_TRIES):
            try:
                with self._connection.transaction():
                    return self._put(table, given, referring, start=number if fresh else 0, fresh=fresh)
            except FixtureError as error:
                state = getattr(error.__cause__, "sqlstate", None)
                ours = state in _TAKEN or (state in _RAISED and _is_ours(error, table, given[0]))
                if number == _TRIES - 1 or not ours:
                    raise
                if state in _TAKEN:
                    fresh = True
                elif len(given) > 1:
                    break
        rows = [row for one in given for row in self._tried(table, [one], referring, together=together)()]
        return lambda: rows

    @contextmanager
    def _checked_at_the_end(self, circle: bool) -> Iterator[None]:
        """Let rows refer to each other in a circle, in this block."""
        names = ", ".join(checked_at_once(self.shape())) if circle else ""
        if names:
            self._connection.execute(f"set constraints {names} deferred".encode())
        yield
        if names:
            self._connection.execute(f"set constraints {names} immediate".encode())

    def _new_row(self, need: Wanted) -> Row:
        names = need.reference.target_columns
        created = self._created(need.target, [need.known])()[0]
        known = " and ".join(f"t.{quote_identifier(name)} = ${n}" for n, name in enumerate(names, 1))
        texts = ", ".join(f"t.{quote_identifier(name)}::text as {quote_identifier(name)}" for name in names)
        query = f"select {texts} from {_name(need.target)} as t where {known}"
        (found,) = self._rows(need.target, query, [created[name] for name in names])
        return found

    def _some_row(self, need: Wanted) -> Row | None:
        names = need.reference.target_columns
        texts = ", ".join(f"t.{quote_identifier(name)}::text as {quote_identifier(name)}" for name in names)
        known = [f"t.{quote_identifier(name)} = ${n}" for n, name in enumerate(need.known, 1)]
        known += [f"t.{quote_identifier(name)} is not null" for name in names if name not in need.known]
        order = ", ".join(f"t.{quote_identifier(name)}" for name in names)
        query = f"select {texts} from {_name(need.target)} as t where {' and '.join(known)} order by {order} limit 1"
        return next(iter(self._rows(need.target, query, list(need.known.values()))), None)

    def _made(self, table: Table, count: int, given: Given, *, start: int = 0, fresh: bool = False) -> MadeRows:
        from pytest_nself.data.generate.make import Maker

        if self._maker is None or fresh:
            self._maker = Maker(self._connection, self.shape(), self._seed)
        return self._maker.rows(table.ref, count, start=start, given=self._stand.told(table, given))

    def _put(
        self, table: Table, given: Sequence[Given], referring: Given, *, start: int, fresh: bool
    ) -> Callable[[], list[Row]]:
        made = self._made(table, len(given), {**referring, **given[0]}, start=start, fresh=fresh)
        keys = Keys(self.shape())
        for ref, parents in made.parents:
            target = self.shape().tables[ref]
            self._insert_all(target, parents.columns, self._ready(keys, target, parents.columns, parents.rows, ()))
        rows = [dict(zip(made.columns, row, strict=True)) for row in made.rows]
        rows = [{**row, **referring, **own} for row, own in zip(rows, given, strict=True)]
        columns = tuple(rows[0])
        texts = self._ready(keys, table, columns, [tuple(row.values()) for row in rows], tuple(given[0]))
        return self._copy(table, columns, texts) if len(texts) > 1 else self._insert_all(table, columns, texts)

    def _ready(
        self, keys: Keys, table: Table, columns: Sequence[str], rows: Sequence[Texts], given: Sequence[str]
    ) -> list[Texts]:
        """The rows with keys that their sequences give now: what was planned may have been taken since."""
        fresh = {}
        for column in counted(table, columns, given):
            query = f"select pg_catalog.nextval({quote_literal(column.sequence or '')})::text as key"
            found = self._rows(table, f"{query} from pg_catalog.generate_series(1, {len(rows)})", [])
            fresh[column.name] = [one["key"] for one in found]
        return keys.exchange(table, columns, rows, fresh)

    def _insert_all(self, table: Table, columns: Sequence[str], rows: Sequence[Texts]) -> Callable[[], list[Row]]:
        always = any(one.identity == "always" for one in table.columns if one.name in columns)
        places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        names = ", ".join(map(quote_identifier, columns))
        written = f"({names}){' overriding system value' if always else ''} values ({places})"
        query = f"insert into {_name(table)} {written if columns else 'default values'} returning *"
        stored = [row for texts in rows for row in self._rows(table, query, list(texts))]
        if len(stored) != len(rows):
            raise FixtureError(
                f"{table.ref} kept a row back.", "A trigger or a rule on it drops rows.", "make rows that it keeps"
            )
        return lambda: stored

    def _copy(self, table: Table, columns: Sequence[str], rows: Sequence[Texts]) -> Callable[[], list[Row]]:
        from pytest_nself.data.generate.copying import copied

        keys = [column.name for column in key_columns(self.shape(), table)]
        if not keys or not set(keys) <= set(columns):
            return self._insert_all(table, columns, rows)
        query = f"copy {_name(table)} ({', '.join(map(quote_identifier, columns))}) from stdin"
        with self._refusing(table), self._connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
            copy.write(copied([list(one) for one in zip(*rows, strict=True)], len(rows)))
        places = [columns.index(name) for name in keys]
        return lambda: self._read_back(table, keys, [[row[at] for row in rows] for at in places])

    def _read_back(self, table: Table, keys: Sequence[str], texts: Sequence[Sequence[str | None]]) -> list[Row]:
        arrays = ", ".join(f"${number}::text[]" for number in range(1, len(keys) + 1))
        names = ", ".join(f"k{number}" for number in range(len(keys)))
        types = {column.name: column.type.written for column in table.columns}
        same = " and ".join(f"t.{quote_identifier(name)} = k.k{n}::{types[name]}" for n, name in enumerate(keys))
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

    def _rows(self, table: Table, query: str, parameters: list[Any]) -> list[Row]:
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
            said = str(error).strip()
            raise FixtureError(f"{table.ref} refused a row.", said, "declare values that the table takes") from error


def _is_ours(error: FixtureError, table: Table, given: Given) -> bool:
    """Whether another row may be taken: a trigger minds, or a check that speaks of nothing that was declared."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    check = next((one for one in table.checks if one.name == name), None)
    return bool(table.insert_triggers) if check is None else not set(check.columns) & given.keys()


def _name(table: Table) -> str:
    return quote_qualified(table.ref.schema, table.ref.name)
