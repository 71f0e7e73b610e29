"""A user's project: its folder of migrations, `nself` in processes of its own, and the judge of what they left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from pytest_nself.core.dsn import Dsn
from pytest_nself.server.server import connect

from .scripts import Script, traces

LONGEST_S = 240.0
# What the run around this one set, and what a developer may have set for himself.
FOREIGN = ("PG", "DATABASE_URL", "POSTGRES_", "NSELF_", "DB_", "PYTEST_", "COV_", "ENV", "NODE_ENV")
NSELF = str(Path(sys.executable).with_name("nself"))


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that is over: its exit code and all that it said."""

    code: int
    said: str


class Running:
    """`nself …` in a process of its own."""

    def __init__(self, command: Sequence[str], folder: Path, environ: dict[str, str]) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe would fill up while nobody reads
        self.process = subprocess.Popen(
            command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=self._said, stderr=self._said
        )

    def kill(self) -> Ended:
        """SIGKILL: nothing of ours gets to run any more."""
        self.process.send_signal(signal.SIGKILL)
        return self.end()

    def end(self, timeout_s: float = LONGEST_S) -> Ended:
        """Wait for its end; one that hangs is killed, and the test fails."""
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still running after {timeout_s:g} s; it said:\n{self._text()}") from None
        finally:
            said = self._text()
            self._said.close()
        return Ended(code, said)

    def close(self) -> None:
        """Kill it if it still runs, whatever it said."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._said.close()

    def _text(self) -> str:
        self._said.seek(0)
        return self._said.read().decode(errors="replace")


@dataclass(slots=True)
class Project:
    """A project in `root` on the database `dsn`; `environ` is what its user has set."""

    root: Path
    dsn: Dsn
    scripts: Sequence[Script]
    environ: dict[str, str] = field(default_factory=dict)

    def write(self) -> Project:
        """Write the project's files."""
        folder = self.root / "migrations"
        folder.mkdir(parents=True)
        (self.root / "pyproject.toml").touch()
        for script in self.scripts:
            (folder / script.name).write_text(script.text, encoding="utf-8")
        return self

    def start(self, *arguments: str, **environ: str) -> Running:
        """Start `nself db migrate up`, or what `arguments` say."""
        command = [NSELF, *(arguments or ("db", "migrate", "up"))]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        kept |= {"DATABASE_URL": self.dsn.url()}
        return Running(command, self.root, kept | self.environ | environ)

    def up(self, *flags: str, **environ: str) -> Ended:
        """Run `nself db migrate up` to its end."""
        return self.start("db", "migrate", "up", *flags, **environ).end()

    def succeeds(self, *flags: str, **environ: str) -> str:
        """Run it, see that it ends well, and give what it said."""
        ended = self.up(*flags, **environ)
        assert ended.code == 0, ended.said
        return ended.said

    @contextmanager
    def running(self, *flags: str, **environ: str) -> Iterator[Running]:
        """`nself db migrate up` beside the block; killed at its end if it still runs."""
        with self.crowd(1, *flags, **environ) as (run,):
            yield run

    @contextmanager
    def crowd(self, count: int, *flags: str, **environ: str) -> Iterator[list[Running]]:
        """So many of them at once."""
        runs: list[Running] = []
        try:
            runs += [self.start("db", "migrate", "up", *flags, **environ) for _ in range(count)]
            yield runs
        finally:
            for run in runs:
                run.close()

    def all_succeed(self, runs: Sequence[Running]) -> None:
        """Wait for all of them, and see that each ended well."""
        failed = [ended for run in runs if (ended := run.end()).code != 0]
        assert not failed, f"{len(failed)} of {len(runs)} failed, the first:\n{failed[0].said}"


def one(connection: psycopg.Connection[Any], query: str) -> Any:
    """The first column of the first row."""
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row is not None else None


def until(condition: Callable[[], Any], timeout_s: float = 60.0) -> Any:
    """Wait for something that is true, and give it."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return found


WORKING = (
    "select pid from pg_stat_activity where datname = current_database() and application_name ~ '^nself -?[0-9]+$'"
)
"""The server processes that do a run's work."""

_LEDGER = "hdb_catalog.schema_migrations"
LEDGER_EXISTS = f"select to_regclass('{_LEDGER}') is not null"
HALF_WAY = f"select version from {_LEDGER} where dirty"
INVALID = "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid where not i.indisvalid"
VALID = "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid where i.indisvalid and i.indisready"


def judge(dsn: Dsn, scripts: Sequence[Script], *, done: bool = True) -> None:
    """Nothing is lost, nothing done twice, no invalid index recorded as applied; with `done` all is applied.

    One snapshot, so it can be asked at any moment.
    """
    with connect(dsn, autocommit=False) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        rows: dict[int, bool] = {}
        if one(connection, LEDGER_EXISTS):
            rows = dict(connection.execute(f"select version, dirty from {_LEDGER}".encode()).fetchall())
        there = one(connection, "select to_regclass('public.trace') is not null")
        found = Counter(row[0] for row in connection.execute("select n from trace")) if there else Counter()
        invalid = {row[0] for row in connection.execute(INVALID.encode())}
        valid = {row[0] for row in connection.execute(VALID.encode())}
    assert max(found.values(), default=1) == 1, f"done twice: {[n for n, times in found.items() if times > 1]}"
    for script in scripts:
        left = [number for number in script.traces if number in found]
        if script.version not in rows:
            assert left == [], f"{script.name} is not in the ledger, but left {left}"
        elif rows[script.version]:
            assert left == list(script.traces[: len(left)]), f"{script.name} is half-way, and left {left}"
        else:
            assert left == list(script.traces), f"{script.name} is applied, but left only {left}"
            assert set(script.indexes) <= valid, f"{script.name} is applied, and not all of its indexes are valid"
    if done:
        assert rows == {script.version: False for script in scripts}, "the ledger holds what the folder holds"
        assert sorted(found.elements()) == traces(scripts)
        assert invalid == set()
