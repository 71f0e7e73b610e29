"""Rows that are made for a test: `nself_make`, and where factories stand while a test runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, overload

from pytest_nself.core.errors import FixtureError, NselfError
from pytest_nself.data.factories.given import Stand
from pytest_nself.data.factories.rows import declared_texts
from pytest_nself.data.generate.make import Maker
from pytest_nself.data.nearest import nearest
from pytest_nself.data.sets.meaning import references_called, words_of
from pytest_nself.data.sets.named_tables import short_name
from pytest_nself.data.sets.rows import Row
from pytest_nself.data.shape.reading import read_shape
from pytest_nself.sandbox.creating import Creating
from pytest_nself.sandbox.following import Ref, table_here

from .loaded_sets import LoadedSets, acting_for_all, place_of
from .state import run_of, worker_of

if TYPE_CHECKING:
    import psycopg
    import pytest

    from pytest_nself.data.factories.ground import Given
    from pytest_nself.data.shape.model import Shape, Table

    from .worker import Worker

_NAME = "correct the name"
_MOST = 64  # decisions of the generator that are remembered for later tests


class Remembered:
    """What the generator decided in a test, for tests that begin with the same rows: to decide again takes longest."""

    def __init__(self) -> None:
        self.decided: dict[Any, Any] = {}
        self.stand = Stand()

    def maker(self, connection: psycopg.Connection[Any], shape: Shape) -> Maker:
        """One that has given no row yet."""
        if len(self.decided) > _MOST:
            self.decided.clear()
        return Maker(connection, shape, 0, self.decided)


class _Creating(Creating):
    """Creates rows in one test, with what was decided in others."""

    def __init__(self, connection: psycopg.Connection[Any], shape: Shape, remembered: Remembered) -> None:
        super().__init__(connection, shape)
        self._stand = remembered.stand
        self._maker = remembered.maker(connection, shape)


class Making:
    """Where one test works, as a ground for factories: its transaction, the committed database or its clone.

    Rows are made with the rights to write those of every tenant. In the rolled-back transaction they belong to what the
    test has begun; before it has begun anything, its own rollback() does not take them away.
    """

    creates = True

    def __init__(self, worker: Worker, item: pytest.Item, place: str | None) -> None:
        self.item = item
        self._worker = worker
        self._place = place
        self._connection: psycopg.Connection[Any] | None = None
        self._creating: _Creating | None = None
        self._shape: Shape | None = None
        self._inside = False  # in a block of ours

    @overload
    def __call__(self, table: str, /, **given: Any) -> Row: ...
    @overload
    def __call__(self, table: str, count: int, /, **given: Any) -> list[Row]: ...
    def __call__(self, table: str, count: int | None = None, /, **given: Any) -> Row | list[Row]:
        """One valid row of a table, or `count` of them, with the rows that they need, as they are stored.

        `given` are values for columns; for a foreign key, by its column or its stem, a row or a key: `author=alice`.
        Columns that are not given get values that the table takes; a foreign key that is not given leads to a row that
        is there, or to one that is made. FixtureError with did-you-mean for an unknown table or column.
        """
        __tracebackhide__ = True
        try:
            rows = self._made(table, 1 if count is None else count, given)
        except NselfError as error:
            raise error.with_traceback(None) from None  # it is about the words in the test
        return rows[0] if count is None else rows

    def _made(self, name: str, count: int, given: Mapping[str, Any]) -> list[Row]:
        self.shape()  # looked at before the block, where the test may have begun nothing yet
        try:
            with self._acting():
                return self._made_once(name, count, given)
        except FixtureError:
            if not self._tables_changed():
                raise
        with self._acting():
            return self._made_once(name, count, given)

    def _made_once(self, name: str, count: int, given: Mapping[str, Any]) -> list[Row]:
        shape = self.shape()
        table = table_here(shape, name)
        called = short_name(shape, table.ref)
        for word in given:
            if table.column(word) is None and not references_called(shape, table, word):
                raise FixtureError(f'{called} has no column "{word}".', nearest(word, words_of(table)), _NAME)
        plain = {word: value._row if isinstance(value, Ref) else value for word, value in given.items()}
        texts = declared_texts(self, table, plain, "nself_make")
        stored = self.create_many(table, [texts] * count)() if count else []
        return [Row(called, None, values) for values in stored]

    def _tables_changed(self) -> bool:
        """Whether the test has changed the tables since they were looked at; from then on they are as they are now."""
        with self._block() as connection:
            now = read_shape(connection)
        if now.fingerprint == self.shape().fingerprint:
            return False
        self._shape, self._creating = now, None
        return True

    def __repr__(self) -> str:
        return f"<nself_make in {self._place or 'the rolled-back transaction'}>"

    def shape(self) -> Shape:
        """See Ground."""
        if self._shape is None:
            self._shape = self._worker.tables()
        if self._shape is None:
            with self._block() as connection:
                self._shape = read_shape(connection)
        return self._shape

    def context(self) -> Any:
        """See Ground."""
        return self._open()

    def build(self, table: Table, given: Given) -> Given:
        """See Ground."""
        with self._acting() as creating:
            return creating.build(table, given)

    def create(self, table: Table, given: Given) -> Mapping[str, Any]:
        """See Ground."""
        with self._acting() as creating:
            return creating.create(table, given)

    def create_many(self, table: Table, given: Sequence[Given]) -> Callable[[], list[Mapping[str, Any]]]:
        """See Ground."""
        with self._acting() as creating:
            read = creating.create_many(table, given)

        def read_back() -> list[Mapping[str, Any]]:
            with self._acting():
                return read()

        return read_back

    def close(self) -> None:
        """The test is over."""
        connection, self._connection, self._creating = self._connection, None, None
        if connection is not None and self._place is not None:
            connection.close()

    @contextmanager
    def _acting(self) -> Iterator[_Creating]:
        with self._block() as connection:
            if self._creating is None:
                shape = self.shape()
                usual = shape is self._worker.loader.known
                known = self._worker.remembered(self._sets()) if usual else Remembered()
                self._creating = _Creating(connection, shape, known)
            yield self._creating

    @contextmanager
    def _block(self) -> Iterator[psycopg.Connection[Any]]:
        """All or nothing of what is done in this block; a refused row leaves the test's transaction usable."""
        connection = self._open()
        if self._inside:
            yield connection
            return
        aside = self._worker.rollback.aside() if self._place is None else nullcontext()
        with aside, connection.transaction(), acting_for_all(self._worker.sandbox, connection):
            self._inside = True
            try:
                yield connection
            finally:
                self._inside = False

    def _open(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            if self._place is None:
                self._connection = self._worker.rollback.beside()
            else:
                self._connection = self._worker.sandbox.superuser(self._place).connect()
        return self._connection

    def _sets(self) -> tuple[str, ...]:
        """The sets that the test began with: other tests with them have the same rows."""
        sets = getattr(self.item, "funcargs", {}).get("nself_fixtures")
        return sets.names if isinstance(sets, LoadedSets) else ()


def making_of(worker: Worker) -> Making | None:
    """Where the factories of the running test stand; None where it has no database."""
    item = worker.run.item
    if item is None or (worker.making is not None and worker.making.item is item):
        return worker.making
    worker.end_making()
    if worker.rolled_back.node is item:
        place = None
    else:
        had = getattr(item, "funcargs", {})
        database = next((had[name] for name in ("nself_clone", "nself_database") if name in had), None)
        if database is None:
            return None
        place = str(database.dsn.dbname)
    worker.making = Making(worker, item, place)
    return worker.making


def making_here(request: pytest.FixtureRequest, *, rolls_back: bool) -> Making:
    """The same for a test that takes nself_make: it has a place to make rows in."""
    worker = worker_of(run_of(request.config))
    place = place_of(request, rolls_back=rolls_back)
    if worker.making is None or worker.making.item is not request.node:
        worker.end_making()
        worker.making = Making(worker, request.node, place)
    return worker.making
