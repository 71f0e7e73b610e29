"""Where one test stands in the transactions it believes to make."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from psycopg import errors, pq
from psycopg._cursor_base import BaseCursor
from psycopg._preparing import Key, Prepare, PrepareManager

from pytest_nself.core.errors import IsolationError

from . import rollback_sql as sql
from .rollback_scan import Effects, scan

if TYPE_CHECKING:
    from psycopg._connection_base import BaseConnection
    from psycopg._queries import PostgresQuery
    from psycopg.pq.abc import PGconn, PGresult

    from .emulation import EmulatedCommits
    from .rollback_outer import Outer

IDLE = pq.TransactionStatus.IDLE
INERROR = pq.TransactionStatus.INERROR
OK = pq.ConnStatus.OK
GOOD_RESULTS = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})

ONE_TRANSACTION = "The test runs inside one transaction of its own, which is rolled back after it."
REMEDY = "take the fixture nself_database in this test, or mark the test with @pytest.mark.nself_rollback(False)"


def outside_rollback(asked: str, cause: str) -> IsolationError:
    """The error for what a rolled-back transaction cannot do."""
    return IsolationError(f"This test asked for {asked}.", cause, REMEDY)


def exec_(pgconn: PGconn, message: bytes) -> PGresult:
    """Send `message` and wait; the last result. Raises psycopg's error when a statement of it failed.

    Directly on the PGconn: psycopg's generators would cost more than the server's answer.
    """
    result = pgconn.exec_(message)
    if result.status not in GOOD_RESULTS:
        raise errors.error_from_result(result, encoding=pgconn._encoding)
    return result


def collect(pgconn: PGconn) -> PGresult | None:
    """Read the results of a message that was sent; the last one, or None when the connection broke."""
    last = None
    try:
        while (result := pgconn.get_result()) is not None:
            last = result
    except errors.Error:
        return None
    return last


@dataclass(frozen=True, slots=True)
class Facts:
    """What a session asked its database once.

    `modes` is the command that gives deferrable constraints their modes again, "" when the database has none.
    """

    function_settings: tuple[str, ...]
    modes: str

    @property
    def modes_name_constraints(self) -> bool:
        """Whether `modes` holds names, which a test's DDL can make stale."""
        return "," in self.modes or self.modes not in _NAMELESS


_NONE: frozenset[str] = frozenset()
_NAMELESS = frozenset({"", "set constraints all deferred", "set constraints all immediate"})


class Emulation:
    """One test on the kept connection: which emulated transaction it is in, and what that must undo.

    `begun`: the server's transaction stands. `idle`: nothing was executed since the last emulated commit, rollback or
    begin. `lost`: the server's transaction was ended behind our back. `error`: the first IsolationError raised; the
    test fails with it even if the code under test swallowed it. `doubtful`: a text may have ended the transaction.
    `intact`: the last check found the transaction standing, and nothing was sent since. `outer`: what the session's
    transaction holds for several tests; `shares`: this test stands on it. `modes`: a text may have set when constraints
    are checked. `aside`: what was sent since `last` is none of the test's.
    """

    __slots__ = (
        "answer",
        "aside",
        "asked",
        "begun",
        "cursors",
        "deferrable",
        "doubtful",
        "error",
        "faces",
        "facts",
        "identity",
        "idle",
        "intact",
        "last",
        "lost",
        "modes",
        "outer",
        "persisted",
        "pgconn",
        "shadows",
        "shares",
    )

    def __init__(self, pgconn: PGconn, facts: Facts, outer: Outer) -> None:
        self.pgconn = pgconn
        self.facts = facts
        self.outer = outer
        self.shares = False
        self.faces: list[EmulatedCommits] = []
        self.begun = False
        self.idle = True
        self.lost = False
        self.doubtful = False
        self.intact = False
        self.asked = False
        self.aside = False
        self.answer: tuple[bool, tuple[str | None, ...] | None] = (False, None)
        self.error: IsolationError | None = None
        self.identity: bytes | None = None
        self.last = b""
        self.deferrable = bool(facts.modes)
        self.modes = False
        self.cursors = False
        self.shadows: dict[str, str] = {}
        self.persisted = _NONE
        self._record(facts.function_settings)

    def begin(self) -> None:
        """Begin the server's transaction.

        At the first statement and not before, as psycopg does, so that now() is not older than the test.
        """
        capture = sql.capture(self.shadows, again=True) + b"; " if self.shadows else b""
        over = b"begin; "
        if self.outer.keys:
            over = b"rollback; begin; "
            self.outer.forget()
        result = exec_(self.pgconn, over + capture + sql.SAVEPOINT + b"; " + sql.IDENTITY)
        self.identity = result.get_value(0, 0)
        self.begun = True

    def stand(self) -> None:
        """Begin on the savepoint above the outer transaction's links."""
        self.identity = self.outer.identity
        self.begun = self.shares = self.intact = True

    @property
    def untouched(self) -> bool:
        """Whether the test has executed nothing yet."""
        return not self.begun or (self.shares and self.intact and self.idle and not self.last)

    def fresh(self) -> None:
        """A new emulated transaction starts here."""
        self.idle = True
        self.modes = self.cursors = False
        self.persisted = _NONE
        if len(self.shadows) != len(self.facts.function_settings):
            self.shadows = {}
            self._record(self.facts.function_settings)

    def ask(self, question: bytes) -> None:
        """Send `question` and go on; settle() reads the answer when the connection is needed next.

        While the test runner writes its report the server works: on a busy machine, waiting for it would be the
        greatest cost of a test.
        """
        self.pgconn.send_query(question)
        self.pgconn.flush()
        self.asked = True

    def settle(self) -> None:
        """Read the answer to what was asked; unless it could be read, everything may have happened."""
        if not self.asked:
            return
        self.asked = False
        result = collect(self.pgconn)
        if result is None or result.status not in GOOD_RESULTS:
            self.answer = (self.begun, None)
        else:
            self.read(result)

    def read(self, result: PGresult) -> None:
        """Take the answer: which transaction this is, whether it wrote, extra columns."""
        extra = (result.get_value(0, column) for column in range(2, result.nfields))
        texts = tuple(None if value is None else value.decode() for value in extra)
        self.answer = (result.get_value(0, 1) == b"t", texts)
        if not self.begun:
            return
        if result.get_value(0, 0) == self.identity:
            self.intact = True
        else:
            self.lose()

    def forget_failed(self) -> None:
        """A statement failed: what it would have set for the session it has not."""
        self.persisted = _NONE

    def refuse(self, error: IsolationError) -> IsolationError:
        """Keep the first error of its kind for the test's report; the error given."""
        self.error = self.error or error
        return error

    def lose(self) -> IsolationError:
        """The error for a transaction that the code under test ended behind our back."""
        self.lost = True
        return self.refuse(
            outside_rollback(
                "the end of its transaction",
                "A statement sent as text ended the transaction that was to be rolled back after the test.",
            )
        )

    def before(self, effects: Effects, params: Any) -> None:
        """Prepare for a statement that does what a savepoint does not undo: refuse it, or keep values.

        Raises IsolationError before anything is sent.
        """
        if effects.control:
            raise self.refuse(
                outside_rollback(
                    f"transaction control sent as text: {effects.control}",
                    "It would end the transaction that is rolled back after the test; it was not sent. "
                    "commit(), rollback() and transaction() of the connection work.",
                )
            )
        if effects.isolation:
            raise outside_rollback(f"the isolation level {effects.isolation}", ONE_TRANSACTION)
        self.doubtful = self.doubtful or effects.doubtful
        self.deferrable = self.deferrable or effects.deferrable
        self.modes = self.modes or effects.modes
        self.cursors = self.cursors or effects.cursor
        local, plain = effects.names(params)
        if local:
            self._record(local)
            self._send_ahead(sql.capture({name: self.shadows[name] for name in local}, again=False))
        self.persisted = plain & self.shadows.keys()

    def _record(self, names: Any) -> None:
        for name in sorted(names):
            self.shadows.setdefault(name, f"nself.kept_{len(self.shadows)}")

    def _send_ahead(self, message: bytes) -> None:
        for face in self.faces:
            if face._pipeline is not None:
                face._pipeline.command_queue.append(partial(self.pgconn.send_query_params, message, None))
                face._pipeline.result_queue.append(None)
                return
        if self.pgconn.transaction_status != INERROR:  # then the statement itself fails, and says why
            exec_(self.pgconn, message)


class Watch(PrepareManager):
    """psycopg's cache of prepared statements, which sees each statement just before it is sent and just after.

    All of psycopg's cursors ask it, so they can stay psycopg's own classes; only client-side binding cursors
    do not before they send: `attentive` makes them.
    """

    def __init__(self, emulation: Emulation) -> None:
        super().__init__()
        self.emulation = emulation
        self._unseen = False

    def get(self, query: PostgresQuery, prepare: bool | None = None) -> tuple[Prepare, bytes]:
        """Before a statement: psycopg's answer whether to prepare it."""
        emulation = self.emulation
        emulation.last = query.query
        emulation.forget_failed()
        effects = scan(query.query)
        if effects is not None:
            emulation.before(effects, query.params)
        return super().get(query, prepare)

    def maybe_add_to_cache(self, query: PostgresQuery, prep: Prepare, name: bytes) -> Key | None:
        """When a statement has been sent, and its answer is not read yet."""
        if self.emulation.last is not query.query:
            self.emulation.last = query.query
            effects = scan(query.query)
            self._unseen = effects is not None and effects.names(query.params) != (frozenset(), frozenset())
        return super().maybe_add_to_cache(query, prep, name)

    def maintain_gen(self, conn: BaseConnection[Any]) -> Generator[Any, Any, None]:
        """After a statement."""
        emulation = self.emulation
        if emulation.begun and emulation.pgconn.transaction_status == IDLE and conn._pipeline is None:
            raise emulation.lose()
        if self._unseen:
            self._unseen = False
            raise emulation.refuse(_unseen())
        if emulation.persisted:
            names, emulation.persisted = emulation.persisted, _NONE
            kept = {name: emulation.shadows[name] for name in names}
            yield from conn._exec_command(sql.capture(kept, again=True))
        if self._to_flush:
            yield from super().maintain_gen(conn)


def attentive(factory: Any) -> Any:
    """A cursor class that shows each statement to the Watch before it is sent: `factory` itself where it does.

    Client-side binding cursors never prepare, so psycopg does not ask for them; a subclass of them does.
    """
    return _attentive(factory)


@lru_cache(maxsize=64)
def _attentive(factory: Any) -> Any:
    if not isinstance(factory, type) or getattr(factory, "_get_prepared", None) is BaseCursor._get_prepared:
        return factory
    if not issubclass(factory, BaseCursor):
        return factory

    def _get_prepared(self: Any, pgq: PostgresQuery, prepare: bool | None = None) -> tuple[Prepare, bytes]:
        self._conn._prepared.get(pgq, False)
        return factory._get_prepared(self, pgq, prepare)

    body = {"__slots__": (), "__module__": factory.__module__, "_get_prepared": _get_prepared}
    return type(factory.__name__, (factory,), body)


def _unseen() -> IsolationError:
    return IsolationError(
        "A setting was changed through a client-side binding cursor that the test's connection did not make.",
        "Such a statement is seen only after it was sent: too late to know what a commit must put back.",
        "set connection.cursor_factory = psycopg.ClientCursor and use connection.cursor()",
    )
