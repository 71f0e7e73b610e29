"""Fixture sets over a test's own connection: compiled once, sent as one block, the rows as the server stored them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.data.sets.compiled import CompiledSet, CompiledSets
from pytest_nself.data.sets.compiling import compile_sets
from pytest_nself.data.sets.message import Message, Result
from pytest_nself.data.sets.rows import FixtureRows
from pytest_nself.data.sets.sequences import sequence_positions
from pytest_nself.data.shape.reading import read_shape

if TYPE_CHECKING:
    import psycopg
    from psycopg.abc import AdaptContext
    from psycopg.pq.abc import PGresult

    from pytest_nself.data.sets.fixture_set import FixtureSet
    from pytest_nself.data.shape.model import Shape


@dataclass(frozen=True, slots=True)
class Brought:
    """A loaded set: what it was compiled to, and what the server answered. Its rows are read from that when needed."""

    compiled: CompiledSet
    answers: tuple[PGresult, ...]


class Loader:
    """Loads sets of one project into databases that have the tables of one shape, `known` once somebody has asked."""

    def __init__(self, project: str) -> None:
        self.project = project
        self.known: Shape | None = None
        self._compiled: dict[tuple[str, ...], CompiledSets] = {}

    def shape(self, connection: psycopg.Connection[Any], *, clean: bool = True) -> Shape:
        """The tables; asked once. Unless `clean`, a test may have changed them, and what is seen is not remembered."""
        if self.known is not None:
            return self.known
        shape = read_shape(connection)
        if clean:
            self.known = shape
        return shape

    def load(
        self,
        connection: psycopg.Connection[Any],
        chain: Sequence[FixtureSet],
        done: Sequence[Brought] = (),
        *,
        clean: bool = True,
    ) -> list[Brought]:
        """Load those of `chain` that come after the ones that are `done`, in the connection's transaction.

        Unless `clean`, a test may have changed the tables: where a set does not fit those that are known, the
        connection is asked for its own. FixtureError carries file, line and column.
        """
        try:
            compiled = self._compile(connection, chain, clean)
        except FixtureError:
            if clean or self.known is None:
                raise
            return Loader(self.project).load(connection, chain, done, clean=False)
        brought = [_sent(connection, one) for one in compiled[len(done) :]]
        rows_of(connection, [*done, *brought])  # for what can be wrong with them
        return brought

    def _compile(
        self, connection: psycopg.Connection[Any], chain: Sequence[FixtureSet], clean: bool
    ) -> list[CompiledSet]:
        """Each set of `chain`, compiled behind those before it."""
        known = self._compiled if clean or self.known is not None else {}
        for number, names in enumerate(_beginnings(chain), 1):
            if names not in known:
                known[names] = compile_sets(
                    chain[:number],
                    self.shape(connection, clean=clean),
                    project=self.project,
                    sequences=sequence_positions(connection),
                    after=known.get(names[:-1]),
                )
        return [known[names].sets[-1] for names in _beginnings(chain)]


def _beginnings(chain: Sequence[FixtureSet]) -> Iterator[tuple[str, ...]]:
    names = tuple(one.name for one in chain)
    return (names[:number] for number in range(1, len(names) + 1))


def rows_of(context: AdaptContext | None, brought: Sequence[Brought]) -> FixtureRows:
    """The rows of loaded sets, new objects each time; `context` (a connection) knows how to read their types.

    FixtureError if a table kept a row back, if a label names two rows, or if a set's `expect` is not met.
    """
    results = [_result(context, answer) for one in brought for answer in one.answers]
    return Message(tuple(one.compiled for one in brought)).loaded(results).rows


def _sent(connection: psycopg.Connection[Any], compiled: CompiledSet) -> Brought:
    from psycopg import errors
    from psycopg.pq import ExecStatus

    from pytest_nself.database.message import send_message

    message = Message((compiled,))
    answers = send_message(connection, message.text) if compiled.statements else []
    if answers and answers[-1].status == ExecStatus.FATAL_ERROR:
        error = errors.error_from_result(answers[-1], connection.info.encoding)
        raise message.error(error, len(answers) - 1) from error
    return Brought(compiled, tuple(answers))


def _result(context: AdaptContext | None, answer: PGresult) -> Result:
    from psycopg.adapt import Transformer

    if not answer.nfields:
        return Result()
    columns = tuple((answer.fname(number) or b"").decode() for number in range(answer.nfields))
    transformer = Transformer(context)
    transformer.set_pgresult(answer)
    return Result(columns, transformer.load_rows(0, answer.ntuples, tuple))
