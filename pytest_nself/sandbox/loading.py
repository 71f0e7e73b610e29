"""Fixture sets over a test's own connection: compiled once, sent as one block, the rows as the server stored them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.data.sets.compiled import CompiledSet, CompiledSets
from pytest_nself.data.sets.compiling import compile_sets
from pytest_nself.data.sets.message import Loaded, Message, Result, Unmet
from pytest_nself.data.sets.rows import FixtureRows
from pytest_nself.data.sets.sequences import sequence_positions
from pytest_nself.data.shape.reading import read_shape

if TYPE_CHECKING:
    import psycopg
    from psycopg.abc import AdaptContext
    from psycopg.pq.abc import PGresult

    from pytest_nself.data.generate.make import Maker
    from pytest_nself.data.sets.fixture_set import FixtureSet
    from pytest_nself.data.shape.model import Shape


@dataclass(frozen=True, slots=True)
class Brought:
    """A loaded set: what it was compiled to, with what sets behind it see, the server's answers, its tables,
    and what of its `expect:` is otherwise."""

    sets: CompiledSets
    answers: tuple[PGresult, ...]
    shape: Shape
    unmet: tuple[Unmet, ...] = ()

    @property
    def compiled(self) -> CompiledSet:
        """The set itself."""
        return self.sets.sets[-1]


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

        Unless `clean`, a test may have changed the tables, and a `.sql` set before may have: where a set does not fit
        those that are known, the connection is asked for its own. FixtureError carries file, line and column.
        """
        shape = self.shape(connection, clean=clean)
        brought = list(done)
        for number in range(len(done) + 1, len(chain) + 1):
            after = brought[-1].sets if brought else None
            try:
                compiled = self._compiled_last(connection, chain[:number], after, shape)
            except FixtureError:
                changed = not clean or any(one.parts for one in chain[: number - 1])  # SQL may have made tables
                now = read_shape(connection) if changed else shape
                if now.fingerprint == shape.fingerprint:
                    raise
                shape = now
                compiled = self._compiled_last(connection, chain[:number], after, shape)
            brought.append(Brought(compiled, tuple(_sent(connection, compiled)), shape))
        unmet = _loaded(connection, brought).unmet
        return [
            replace(one, unmet=tuple(found for found in unmet if found.set_name == one.compiled.name))
            for one in brought[len(done) :]
        ]

    def _compiled_last(
        self, connection: psycopg.Connection[Any], chain: Sequence[FixtureSet], after: CompiledSets | None, shape: Shape
    ) -> CompiledSets:
        """The last set of `chain`, behind the others, which `after` is."""
        names = tuple(one.name for one in chain)
        found = self._compiled.get(names) if shape is self.known else None
        if found is not None:
            return found
        makes = any(spec.generated for one in chain for spec in one.tables)
        found = compile_sets(
            chain,
            shape,
            project=self.project,
            maker=_maker(connection, shape) if makes else None,
            sequences=sequence_positions(connection),
            after=after,
        )
        # Rows are made to go with those that are there now; and what is not known may be the shape of one test.
        if not makes and shape is self.known:
            self._compiled[names] = found
        return found


def _maker(connection: psycopg.Connection[Any], shape: Shape) -> Maker:
    from pytest_nself.data.generate.make import Maker  # only where rows are made

    return Maker(connection, shape)


def rows_of(context: AdaptContext | None, brought: Sequence[Brought]) -> FixtureRows:
    """The rows of loaded sets, new objects each time; `context` (a connection) knows how to read their types.

    FixtureError if a table kept a row back, or if a label names two rows.
    """
    return _loaded(context, brought).rows


def _loaded(context: AdaptContext | None, brought: Sequence[Brought]) -> Loaded:
    results = [_result(context, answer) for one in brought for answer in one.answers]
    return Message(tuple(one.compiled for one in brought)).loaded(results)


def _sent(connection: psycopg.Connection[Any], sets: CompiledSets) -> list[PGresult]:
    from psycopg import errors
    from psycopg.pq import ExecStatus

    from pytest_nself.database.message import send_message

    message = Message(sets.sets[-1:])
    answers = send_message(connection, message.text) if message.statements else []
    if answers and answers[-1].status == ExecStatus.FATAL_ERROR:
        error = errors.error_from_result(answers[-1], connection.info.encoding)
        raise message.error(error, len(answers) - 1) from error
    return answers


def _result(context: AdaptContext | None, answer: PGresult) -> Result:
    from psycopg.adapt import Transformer

    if not answer.nfields:
        return Result()
    columns = tuple((answer.fname(number) or b"").decode() for number in range(answer.nfields))
    transformer = Transformer(context)
    transformer.set_pgresult(answer)
    return Result(columns, transformer.load_rows(0, answer.ntuples, tuple))
