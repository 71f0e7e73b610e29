"""Several queries in one message, prepared where they come again, in a savepoint that leaves nothing behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from .query import SEARCH_PATH, SETTINGS, Header, Row

if TYPE_CHECKING:
    import psycopg

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query. With a name it is prepared under that name, with as many arrays of oids as there are `oids`."""

    text: str
    name: str = ""
    oids: tuple[str, ...] = ()


class Sender:
    """Sends queries over one connection, whatever its transaction is like, as long as it has not failed."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._prefix = f"nself{next(_numbers)}_"
        self._prepared: set[str] = set()
        self._headers: dict[str, Header] = {}

    def send(self, asked: Sequence[Asked], *, settled: bool = False) -> list[tuple[Header, list[Row]]]:
        """The answers in order; `settled` tells that the session's settings need no change but for the search path."""
        from psycopg.errors import InvalidSqlStatementName

        try:
            return self._send(asked, settled)
        except InvalidSqlStatementName:
            # Somebody has discarded all that was prepared; what this message has prepared is there nevertheless.
            self._prepared.clear()
            self._prefix = f"nself{next(_numbers)}_"
            return self._send(asked, settled)

    def _send(self, asked: Sequence[Asked], settled: bool) -> list[tuple[Header, list[Row]]]:
        from psycopg.pq import TransactionStatus

        alone = self._connection.info.transaction_status is TransactionStatus.IDLE
        begin, end = ("begin", "commit") if alone else ("savepoint nself_reading", _BACK)
        statements = [begin, SEARCH_PATH if settled else SETTINGS]
        if any(one.oids for one in asked):
            statements.append(_BY_INDEX)
        new = [one for one in asked if one.name and one.name not in self._prepared]
        for one in new:
            types = f"({', '.join(['oid[]'] * len(one.oids))})" if one.oids else ""
            statements.append(f"prepare {self._prefix}{one.name}{types} as {one.text}")
        for one in asked:
            oids = f"({', '.join(one.oids)})" if one.oids else ""
            statements.append(f"execute {self._prefix}{one.name}{oids}" if one.name else one.text)
        try:
            answers = self._answers([*statements, end], asked)
        except BaseException:
            if not self._connection.closed:
                self._connection.execute(b"rollback" if alone else _BACK.encode())
            raise
        self._prepared.update(one.name for one in new)
        return answers

    def _answers(self, statements: Sequence[str], asked: Sequence[Asked]) -> list[tuple[Header, list[Row]]]:
        from psycopg.rows import tuple_row

        answers: list[tuple[Header, list[Row]]] = []
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(";\n".join(statements).encode())
            while True:
                result = cursor.pgresult
                if result is not None and result.nfields:
                    answers.append((self._header(asked[len(answers)], result), cursor.fetchall()))
                if not cursor.nextset():
                    return answers

    def _header(self, one: Asked, result: Any) -> Header:
        header = self._headers.get(one.text)
        if header is None:
            names = [(result.fname(number) or b"").decode() for number in range(result.nfields)]
            header = self._headers[one.text] = {name: place for place, name in enumerate(names)}
        return header


# With a few oids; a plan must stay good when there is much more in the catalogs than when it was made.
_BY_INDEX = """
set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off; set local enable_hashjoin = off;
set local enable_mergejoin = off
"""

_BACK = "rollback to savepoint nself_reading; release savepoint nself_reading"


def oid_array(oids: Sequence[int]) -> str:
    """The literal of an array of oids."""
    return f"'{{{','.join(map(str, oids))}}}'"
