"""Fixture sets loaded for a test, and their rows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from psycopg.pq import TransactionStatus

from pytest_nself.core.errors import FixtureError, NselfError
from pytest_nself.data.sets.rows import FixtureRows, Row, UnknownRow
from pytest_nself.database.rollback_outer import Link
from pytest_nself.sandbox.following import Ref, follow, reread
from pytest_nself.sandbox.loading import Brought, rows_of

from .notices import NselfWarning
from .sets import MARKER, check_marker, marked
from .state import run_of, worker_of

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.data.sets.fixture_set import FixtureSet
    from pytest_nself.sandbox.sandbox import Sandbox

    from .sets import Sets
    from .worker import Worker

WORKS_ELSEWHERE = frozenset({"nself_database", "nself_dsn", "nself_clone"})


def loaded_sets(request: pytest.FixtureRequest, *, rolls_back: bool) -> LoadedSets:
    """The sets that the test's markers name, loaded where the test works; outermost marker first.

    That is its rolled-back transaction; without one the committed database, else its clone.
    """
    run = run_of(request.config)
    worker = worker_of(run)
    place = place_of(request, rolls_back=rolls_back)
    try:
        for marker in request.node.iter_markers(MARKER):
            check_marker(marker)
        names, share = marked(request.node)
        sets = LoadedSets(worker, run.sets, place, share=share)
        if names:
            sets.load(*names)
        sets._clean = False
        return sets
    except NselfError as error:
        message = str(error)
    # Three lines, and none of our own frames.
    pytest.fail(message, pytrace=False)


def place_of(request: pytest.FixtureRequest, *, rolls_back: bool) -> str | None:
    """The name of the database in which a test works; None is its rolled-back transaction, which it has then."""
    names = request.fixturenames
    if rolls_back and "nself_async_db" in names:
        request.getfixturevalue("nself_async_db")
    elif rolls_back and ("nself_db" in names or WORKS_ELSEWHERE.isdisjoint(names)):
        request.getfixturevalue("nself_db")
    elif {"nself_database", "nself_dsn"} & set(names) or not rolls_back:
        return str(request.getfixturevalue("nself_database").dsn.dbname)
    else:
        return str(request.getfixturevalue("nself_clone").dsn.dbname)
    return None


class LoadedSets:
    """`sets["users.alice"].id`, `sets["users"]`, `sets.load("more-users")`, `sets.ref("posts.hello").author`."""

    def __init__(self, worker: Worker, sets: Sets, place: str | None, *, share: bool = True) -> None:
        self._worker = worker
        self._sets = sets
        self._place = place  # the database's name; None is the test's rolled-back transaction
        self._share = share
        self.names: tuple[str, ...] = ()
        self._brought: list[Brought] = []  # one for each set of the chain
        self._rows: FixtureRows | None = FixtureRows()  # None: not read yet
        self._clean = True  # the test has not had its turn

    def load(self, *names: str) -> LoadedSets:
        """Load these sets now, and those that they extend; none twice. With the rights to write rows of every tenant.

        FixtureError carries the file, line and column of what PostgreSQL refused.
        """
        asked = (*self.names, *names)
        chain = self._sets.chain(asked)
        before = {one.compiled.name for one in self._brought}
        shared = self._stand_on(chain) if self._place is None and self._share else None
        if shared is not None:
            self._brought = shared
        else:
            with self._connection() as connection:
                self._brought += self._worker.loader.load(connection, chain, self._brought, clean=self._clean)
        self.names, self._rows = asked, None
        for one in self._brought:
            if one.compiled.name not in before:
                _tell_unmet(one)
        return self

    def _all(self) -> FixtureRows:
        """The rows. Read from the server's answer at the first look: a test that looks at none pays nothing."""
        if self._rows is None:
            here = self._worker.rollback.beside() if self._place is None else None
            self._rows = rows_of(here, self._brought)
        return self._rows

    def __getitem__(self, key: str) -> Any:
        __tracebackhide__ = True
        try:
            return self._all()[key]
        except FixtureError as error:
            raise error.with_traceback(None) from None  # it is about the words in the test

    def __contains__(self, key: object) -> bool:
        return key in self._all()

    def ref(self, key: str | Row) -> Ref:
        """A row whose keys can be followed: `ref("posts.hello").author.email`; also one that nself_make has made.

        UnknownRow as for `[]`, also where a row that is referred to is gone; UnknownColumn for a key that is none.
        """
        __tracebackhide__ = True
        row = key if isinstance(key, Row) else self[key]
        if not isinstance(row, Row):
            raise UnknownRow(f'"{key}" is a table.', "A reference starts at one row.", f'write "{key}.label"')
        return Ref(row, self._follow)

    def refresh(self) -> LoadedSets:
        """Read all rows again, as they are now; those that are gone are left out."""
        if self._brought:
            with self._connection(reads=True) as connection:
                self._rows = reread(connection, self._brought[-1].shape, self._all())
        return self

    def _follow(self, row: Row, name: str) -> Any:
        __tracebackhide__ = True
        shape = self._brought[-1].shape if self._brought else self._worker.tables()
        if shape is None:
            with self._connection(reads=True) as connection:
                shape = self._worker.loader.shape(connection, clean=False)
        try:
            found = follow(partial(self._connection, reads=True), shape, self._brought, self._all(), row, name)
        except FixtureError as error:
            raise error.with_traceback(None) from None
        return Ref(found, self._follow) if isinstance(found, Row) else found

    def __repr__(self) -> str:
        return f"<nself_fixtures {self._all()!r}>"

    def _stand_on(self, chain: tuple[FixtureSet, ...]) -> list[Brought] | None:
        """Begin on rows that tests share; None where the test has executed something already."""
        links = [Link(one.name, partial(_load, self._worker, chain[:n])) for n, one in enumerate(chain, 1)]
        return self._worker.rolled_back.stand_on(links)

    @contextmanager
    def _connection(self, *, reads: bool = False) -> Iterator[psycopg.Connection[Any]]:
        with connection_at(self._worker, self._place, reads=reads) as connection:
            yield connection


@contextmanager
def connection_at(worker: Worker, place: str | None, *, reads: bool = False) -> Iterator[psycopg.Connection[Any]]:
    """A connection to where a test works (None: its transaction) that sees and writes rows of every tenant.

    What is written is committed, in the rolled-back transaction if the test has not begun its own.
    """
    sandbox = worker.sandbox
    if place is not None:
        with sandbox.superuser(place).connect() as connection:
            if not sandbox.server.ours and sandbox.stop_acting:
                connection.execute(sandbox.stop_acting.encode())
            yield connection
        return
    connection = worker.rollback.beside()
    fresh = connection.info.transaction_status == TransactionStatus.IDLE
    with worker.rollback.aside():
        with acting_for_all(sandbox, connection):
            yield connection
        if fresh and reads:
            connection.rollback()
        elif fresh:
            # What was there before the test began survives its rollback().
            connection.commit()


@contextmanager
def acting_for_all(sandbox: Sandbox, connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Rows of every tenant can be seen and written meanwhile, whatever the tests' role may."""
    if sandbox.stop_acting:
        connection.execute(sandbox.stop_acting.encode())
    try:
        yield
    finally:
        # In an aborted transaction the coming rollback undoes it.
        if sandbox.act_again and connection.info.transaction_status != TransactionStatus.INERROR:
            connection.execute(sandbox.act_again.encode())


def _tell_unmet(brought: Brought) -> None:
    """A warning, as in `nself db fixtures verify`; it stands at the line of the set that says `expect`."""
    for one in brought.unmet:
        warnings.warn_explicit(NselfWarning(str(one)), NselfWarning, one.place.path, one.place.line or 1)


def _load(
    worker: Worker, chain: tuple[FixtureSet, ...], connection: psycopg.Connection[Any], before: Sequence[Brought]
) -> Brought:
    with acting_for_all(worker.sandbox, connection):
        return worker.loader.load(connection, chain, before)[-1]
