"""Load a fixture set over a test's own connection; the rows come back as the server stored them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_nself.data.sets.compiling import compile_sets
from pytest_nself.data.sets.fixture_set import FixtureSet
from pytest_nself.data.sets.message import Message, Result
from pytest_nself.data.sets.rows import FixtureRows
from pytest_nself.data.sets.sequences import sequence_positions
from pytest_nself.data.shape.reading import read_shape

if TYPE_CHECKING:
    import psycopg


def load_fixture_set(connection: psycopg.Connection[Any], fixture_set: FixtureSet) -> FixtureRows:
    """Load a set in the connection's transaction. FixtureError carries file, line and column."""
    from psycopg import errors
    from psycopg.adapt import Transformer
    from psycopg.generators import execute
    from psycopg.pq import ExecStatus

    shape, positions = read_shape(connection), sequence_positions(connection)
    message = Message(compile_sets((fixture_set,), shape, project="", sequences=positions).sets)
    results: list[Result] = []
    with connection.lock:
        connection.pgconn.send_query(message.text.encode())
        answers = connection.wait(execute(connection.pgconn))
    for answer in answers:
        if answer.status == ExecStatus.FATAL_ERROR:
            error = errors.error_from_result(answer, connection.info.encoding)
            raise message.error(error, len(results)) from error
        columns = tuple((answer.fname(number) or b"").decode() for number in range(answer.nfields))
        transformer = Transformer(connection)
        transformer.set_pgresult(answer)
        results.append(Result(columns, transformer.load_rows(0, answer.ntuples, tuple) if columns else ()))
    return message.loaded(results).rows
