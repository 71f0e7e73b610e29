"""A stage for fixture sets: files in a folder, compiled and sent to a database as one message."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.generators import execute
from psycopg.pq import ExecStatus

from pytest_nself.core.errors import FixtureError
from pytest_nself.data.sets.chain import read_chain
from pytest_nself.data.sets.compiled import CompiledSets
from pytest_nself.data.sets.compiling import compile_sets
from pytest_nself.data.sets.generating import Maker
from pytest_nself.data.sets.message import Loaded, Message, Result
from pytest_nself.data.sets.rows import FixtureRows
from pytest_nself.data.sets.sequences import sequence_positions
from pytest_nself.data.shape.reading import read_shape


class Stage:
    """A folder for set files, and a connection whose transaction is rolled back after the test."""

    def __init__(self, connection: psycopg.Connection[Any], folder: Path) -> None:
        self.connection = connection
        self.folder = folder
        self.maker: Maker | None = None

    def write(self, text: str, name: str = "basic.yml") -> None:
        """A file of the fixtures folder."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")

    def compile(self, *names: str, after: CompiledSets | None = None) -> CompiledSets:
        """These sets, with what they extend."""
        positions = sequence_positions(self.connection)
        return compile_sets(
            read_chain(self.folder, names),
            read_shape(self.connection),
            project="shop",
            maker=self.maker,
            sequences=positions,
            after=after,
        )

    def send(self, compiled: CompiledSets, before: Loaded | None = None) -> Loaded:
        """Load compiled sets in the open transaction."""
        message = Message(compiled.sets)
        self.connection.execute("select")
        results: list[Result] = []
        self.connection.pgconn.send_query(message.text.encode())
        for answer in self.connection.wait(execute(self.connection.pgconn)):
            if answer.status == ExecStatus.FATAL_ERROR:
                raise message.error(errors.error_from_result(answer), len(results))
            columns = tuple((answer.fname(number) or b"").decode() for number in range(answer.nfields))
            transformer = Transformer(self.connection)
            transformer.set_pgresult(answer)
            results.append(Result(columns, transformer.load_rows(0, answer.ntuples, tuple) if columns else ()))
        return message.loaded(results, before)

    def load(self, text: str, name: str = "basic.yml") -> FixtureRows:
        """Write a set, and load it with what it extends."""
        self.write(text, name)
        return self.send(self.compile(name.split("/")[0].split(".")[0])).rows

    def value(self, column: str, written: str) -> Any:
        """What `column` of `kinds` holds after loading a row that writes it so."""
        return self.load(f"tables:\n  kinds:\n    one: {{{column}: {written}}}\n")["kinds.one"][column]

    def refuses(self, text: str, name: str = "basic.yml") -> FixtureError:
        """The error of a set that does not fit, its place relative to the folder."""
        with pytest.raises(FixtureError) as caught:
            self.load(text, name)
        self.connection.rollback()
        return caught.value

    def place(self, error: FixtureError) -> str:
        """Where an error is, without the folder."""
        return str(error.place).removeprefix(f"{self.folder}/")

    def one(self, query: str) -> Any:
        """The only value of a query."""
        row = self.connection.execute(query.encode()).fetchone()
        return None if row is None else row[0]
