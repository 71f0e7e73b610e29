"""Several queries in one message, prepared where they come again, after which the session is as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from .query import SETTINGS, Header, Row

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGresult

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query. With a name it is prepared under that name, with as many arrays of oids as there are `oids`."""

    text: str
    name: str = ""
    oids: tuple[str, ...] = ()


_BACK = "rollback to savepoint nself_reading; release savepoint nself_reading"

# With a few oids; a plan must stay good when there is much more in the catalogs than when it was made.
_BY_INDEX = """
set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off; set local enable_hashjoin = off;
set local enable_mergejoin = off
"""

_BEGIN = Asked(
    """
    select
        pg_catalog.set_config('nself.path', pg_catalog.current_setting('search_path'), true),
        pg_catalog.set_config('nself.plans', pg_catalog.current_setting('plan_cache_mode'), true),
        pg_catalog.set_config('search_path', '', true),
        pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true)
    """,
    "begin",
)
_END = Asked(
    """
    select
        pg_catalog.set_config('search_path', pg_catalog.current_setting('nself.path'), true),
        pg_catalog.set_config('plan_cache_mode', pg_catalog.current_setting('nself.plans'), true)
    """,
    "end",
)

PLANNED_BY = frozenset({"pg_namespace", "pg_operator", "pg_amop", "pg_foreign_server", "pg_foreign_data_wrapper"})
"""Catalogs after whose changes the server makes all plans anew, whatever the settings are then."""


class Sender:
    """Sends queries over one connection in autocommit, inside of a transaction or not, as long as it has not failed."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._prefix = f"nself{next(_numbers)}_"
        self._prepared: set[str] = set()
        self._number = 0
        self._settled = False
        self._headers: dict[str, Header] = {}

    def expect(self, *, prepared: int, settled: bool, forget: bool) -> None:
        """What is known of the session: how many statements of ours are prepared, and whether its settings suit.

        `forget` tells that the plans are no longer those that were made.
        """
        if prepared < self._number or forget:
            self._forget()
        self._number = prepared
        self._settled = settled

    def _forget(self) -> None:
        """Prepare all anew, under other names: some of the old ones may be there."""
        self._prepared.clear()
        self._prefix = f"nself{next(_numbers)}_"

    def send(self, asked: Sequence[Asked]) -> list[tuple[Header, list[Row]]]:
        """The answers in order."""
        from psycopg.errors import InvalidSqlStatementName

        # Where psycopg prepares statements it also discards them now and then, and ours with its own.
        alone = self._settled and self._connection.prepare_threshold is None
        if alone and "begin" in self._prepared and all(one.name in self._prepared for one in asked):
            results = _exchange_prepared(self._connection, [self._bound(one) for one in (_BEGIN, *asked, _END)])
            return self._answers(results[1:-1], asked)
        try:
            return self._send(asked)
        except InvalidSqlStatementName:
            self._forget()
            return self._send(asked)

    def _send(self, asked: Sequence[Asked]) -> list[tuple[Header, list[Row]]]:
        from psycopg.pq import TransactionStatus

        alone = self._connection.info.transaction_status is TransactionStatus.IDLE
        statements = ["begin" if alone else "savepoint nself_reading", SETTINGS]
        new = [one for one in (*asked, _BEGIN, _END) if one.name and one.name not in self._prepared]
        if any(one.oids for one in asked):
            statements.append(_BY_INDEX)
        else:
            new = [one for one in asked if one in new]
        for one in new:
            types = f"({', '.join(['oid[]'] * len(one.oids))})" if one.oids else ""
            statements.append(f"prepare {self._prefix}{one.name}{types} as {one.text}")
        statements += [self._execute(one) if one.name else one.text for one in asked]
        try:
            results = exchange(self._connection, ";\n".join([*statements, "commit" if alone else _BACK]).encode())
        except BaseException:
            if not self._connection.closed:
                self._connection.execute(b"rollback" if alone else _BACK.encode())
            raise
        self._prepared.update(one.name for one in new)
        self._number += len(new)
        return self._answers([result for result in results if result.nfields], asked)

    def _execute(self, one: Asked) -> str:
        oids = "('" + "', '".join(one.oids) + "')" if one.oids else ""
        return f"execute {self._prefix}{one.name}{oids}"

    def _bound(self, one: Asked) -> tuple[bytes, list[bytes]]:
        return f"{self._prefix}{one.name}".encode(), [each.encode() for each in one.oids]

    def _answers(self, results: Sequence[PGresult], asked: Sequence[Asked]) -> list[tuple[Header, list[Row]]]:
        from psycopg.adapt import Transformer

        transformer = Transformer(self._connection)
        answers: list[tuple[Header, list[Row]]] = []
        for one, result in zip(asked, results, strict=True):
            transformer.set_pgresult(result)
            answers.append((self._header(one, result), transformer.load_rows(0, result.ntuples, tuple)))
        return answers

    def _header(self, one: Asked, result: PGresult) -> Header:
        header = self._headers.get(one.text)
        if header is None:
            names = [(result.fname(number) or b"").decode() for number in range(result.nfields)]
            header = self._headers[one.text] = {name: place for place, name in enumerate(names)}
        return header


def exchange(connection: psycopg.Connection[Any], message: bytes) -> list[PGresult]:
    """Send a message of several statements; the results of all. A cursor would take longer than the server does."""
    pgconn, results = connection.pgconn, []
    with connection.lock:
        pgconn.send_query(message)
        while (result := pgconn.get_result()) is not None:
            results.append(result)
    return _checked(connection, results)


def _exchange_prepared(
    connection: psycopg.Connection[Any], statements: Sequence[tuple[bytes, list[bytes]]]
) -> list[PGresult]:
    """The same for statements that are prepared, each with its parameters."""
    from psycopg.pq import ExecStatus

    pgconn, results = connection.pgconn, []
    with connection.lock:
        pgconn.enter_pipeline_mode()
        for name, parameters in statements:
            pgconn.send_query_prepared(name, parameters)
        pgconn.pipeline_sync()
        while True:
            result = pgconn.get_result()
            if result is not None:  # else one statement is done
                if result.status == ExecStatus.PIPELINE_SYNC:
                    break
                results.append(result)
        pgconn.exit_pipeline_mode()
    return _checked(connection, results)


def _checked(connection: psycopg.Connection[Any], results: list[PGresult]) -> list[PGresult]:
    from psycopg.errors import error_from_result
    from psycopg.pq import ExecStatus

    fatal = ExecStatus.FATAL_ERROR
    for result in results:
        if result.status == fatal:
            raise error_from_result(result, connection.info.encoding)
    return results


def oid_array(oids: Sequence[int]) -> str:
    """An array of oids, as the server takes it."""
    return f"{{{','.join(map(str, oids))}}}"
