"""Running a plan of seeds where nothing of it stays: in a transaction that is rolled back, or in a sandbox."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import StepFailed
from pytest_nself.core.step import Command
from pytest_nself.data.seeds.failing import SeedFailed, told
from pytest_nself.data.seeds.plan import Part, SeedPlan
from pytest_nself.data.seeds.seed_file import SeedFile
from pytest_nself.data.shape.model import Shape
from pytest_nself.execute.send import send

from .measuring import Delta, between, changes, counts, snapshot
from .scripts import run_script

if TYPE_CHECKING:
    import psycopg

# As at the end of a file's transaction: what waits for it is checked, and nothing of the session stays.
_SETTLE = b"set constraints all immediate; reset session authorization; reset role; reset all"


@dataclass(frozen=True, slots=True)
class Tried:
    """One file as it ran: what it did to which tables, or why it failed."""

    file: SeedFile
    deltas: tuple[Delta, ...] = ()
    took_ms: float = 0.0
    failure: SeedFailed | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """Where files are tried. `dsn` is None in a transaction, in which no script can take part."""

    connection: psycopg.Connection[Any]
    shape: Shape
    root: Path
    dsn: Dsn | None = None

    def run(self, plan: SeedPlan, *, go_on: bool = False) -> tuple[Tried, ...]:
        """Run the files in their order; a failed one leaves nothing, and ends the trial unless it shall `go_on`."""
        found: list[Tried] = []
        if plan.emptying:
            with self._piece():
                send(self.connection, plan.emptying)
        for part in plan.parts:
            found.append(self._try(plan, part))
            if found[-1].failure is not None and not go_on:
                break
        return tuple(found)

    def _try(self, plan: SeedPlan, part: Part) -> Tried:
        began = time.perf_counter()
        try:
            deltas = self._script(part) if part.is_script else self._sql(part)
        except StepFailed as error:
            return Tried(part.file, failure=told(plan, part, error))
        return Tried(part.file, deltas, 1000 * (time.perf_counter() - began))

    def _sql(self, part: Part) -> tuple[Delta, ...]:
        with self._piece():
            before = counts(self.connection, self.shape)
            send(self.connection, part.steps)
            self._settle(part)
            return between(before, counts(self.connection, self.shape))

    def _settle(self, part: Part) -> None:
        import psycopg

        try:
            self.connection.execute(_SETTLE)
        except psycopg.Error as error:
            said = str(error.diag.message_primary or error)
            failed = StepFailed(f"Failed to load {part.file}.", said, "correct the seed", place=part.file.place)
            failed.__cause__ = error
            failed.step = part.steps[-1]
            raise failed from error

    def _script(self, part: Part) -> tuple[Delta, ...]:
        (step,) = part.steps
        assert isinstance(step, Command)
        assert self.dsn is not None
        before = snapshot(self.connection, self.shape.roots)
        run_script(step, self.dsn, self.root)
        return changes(before, snapshot(self.connection, self.shape.roots))

    @contextmanager
    def _piece(self) -> Iterator[None]:
        """A file's own transaction, or a savepoint where all of them share one."""
        with self.connection.transaction():
            yield


@contextmanager
def rolled_back(connection: psycopg.Connection[Any], shape: Shape, root: Path) -> Iterator[Stage]:
    """A stage in a transaction of which nothing stays; the connection is in autocommit, or in a transaction already."""
    with connection.transaction(force_rollback=True):
        yield Stage(connection, shape, root)
