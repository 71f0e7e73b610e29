"""PostgreSQL's own parser as the judge of where statements end; nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import Enum
from itertools import pairwise
from typing import Any

import psycopg

from pytest_nself.database.database import Database
from pytest_nself.migrations.statements import Scan, Statement, scan
from pytest_nself.migrations.statements.psql import ends_statement

_SEVERAL = "cannot insert multiple commands into a prepared statement"
_ABORTED = "25P02"  # what a command gets that parses, in a transaction that has failed before
_SYNTAX = "42601"
_LINE_END = re.compile(r"[\n\r]|\Z")
_PRINTING = re.compile(r"[^\n]")


class Verdict(Enum):
    """What a text is to the server's grammar."""

    ONE = "one"
    SEVERAL = "several"
    BROKEN = "broken"
    OTHER = "other"  # refused while it was parsed, though not for its syntax


class Judge:
    """A connection in a failed transaction: the server parses what it is sent, then refuses to do anything."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._pgconn = connection.pgconn
        self.version: int = connection.info.server_version
        self.said = ""
        self.position = 0  # of the error, counted from 1

    def verdict(self, text: str) -> Verdict:
        """What the text is, an empty one included in ONE; `said` is then the server's message."""
        result = self._pgconn.prepare(b"", text.encode())
        state = (result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) or b"").decode()
        self.said = (result.error_field(psycopg.pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode()
        self.position = int(result.error_field(psycopg.pq.DiagnosticField.STATEMENT_POSITION) or 0)
        if not state:
            return Verdict.ONE  # nothing at all, or the end of a transaction, which does not fail in a failed one
        if state == _SYNTAX:
            return Verdict.SEVERAL if self.said == _SEVERAL else Verdict.BROKEN
        return Verdict.ONE if state == _ABORTED else Verdict.OTHER

    def parses(self, text: str) -> bool:
        """Whether the server's grammar takes the whole text, whatever the number of its statements."""
        return self.verdict(text) in (Verdict.ONE, Verdict.SEVERAL)

    def disagreements(self, text: str) -> Iterator[str]:
        """Where the server does not agree: a piece that is not one statement, two pieces that are not two."""
        found = scan(text)
        text = sql_of(text, found)
        verdicts = []
        for statement in found.statements:
            verdicts.append(self.verdict(text[statement.start : statement.end]))
            if verdicts[-1] not in (Verdict.ONE, Verdict.OTHER):
                yield f"{verdicts[-1].value} ({self.said}): {_shown(text, statement)}"
        for number, (first, second) in enumerate(pairwise(found.statements)):
            # With what stands between them in the text.
            if verdicts[number : number + 2] == [Verdict.ONE, Verdict.ONE] and (
                self.verdict(text[first.start : second.end]) is not Verdict.SEVERAL
            ):
                yield f"not two ({self.said}): {_shown(text, first)} | {_shown(text, second)}"


def sql_of(text: str, found: Scan) -> str:
    """The text with blanks for what is not SQL: rows, and what psql reads."""
    spans = [(*one, "") for one in found.blanks]
    spans += [(one.data[0], _line_end(text, one.data[1]), "") for one in found.statements if one.data]
    for one in found.problems:
        if "command of psql" in one.message:
            end = one.offset + 2 if text[one.offset + 1] in ";:" else _line_end(text, one.offset)
            spans.append((one.offset, end, ";" if ends_statement(text[one.offset : end]) else ""))
    parts, position = [], 0
    for start, end, instead in sorted(spans):
        parts += [text[position:start], instead, _PRINTING.sub(" ", text[start + len(instead) : end])]
        position = end
    return "".join([*parts, text[position:]])


def _line_end(text: str, start: int) -> int:
    match = _LINE_END.search(text, start)
    assert match is not None  # the text's end is one
    return match.start()


@contextmanager
def judge_on(database: Database) -> Iterator[Judge]:
    """A judge that a database's server provides."""
    with closing(database.connect()) as connection:
        connection.execute("set lc_messages = 'C'")
        connection.commit()
        connection.pgconn.exec_(b"begin; select 1/0")
        yield Judge(connection)


def _shown(text: str, statement: Statement) -> str:
    piece = re.sub(r"\s+", " ", text[statement.start : statement.end])
    return piece if len(piece) < 160 else f"{piece[:90]} … {piece[-60:]}"
