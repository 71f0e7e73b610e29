"""One worker's databases: the rolled-back one, the committed one, and clones for single tests."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_nself.core.errors import IsolationError
from pytest_nself.data.factories.finders import finders
from pytest_nself.database.database import Database, EphemeralDatabase
from pytest_nself.database.rollback import RollbackSession

from .clones import Clones
from .committed import Committed
from .notices import NselfWarning
from .rolled_back import RolledBack
from .state import failed

if TYPE_CHECKING:
    import pytest

    from pytest_nself.data.shape.model import Shape
    from pytest_nself.sandbox.loading import Loader
    from pytest_nself.sandbox.sandbox import Sandbox

    from .making import Making, Remembered
    from .run import Run


LOG_BYTES = 1_000_000  # of one test's log, at most


@dataclass(slots=True)
class Kept:
    """A failed test's database that stays: where it is."""

    test: str
    database: Database


class Worker:
    """Made when the first test of this process asks for a database."""

    def __init__(self, run: Run, sandbox: Sandbox) -> None:
        self.run = run
        self.sandbox = sandbox
        self.leak_guard: str = run.settings["leak_guard"]
        self.keep_failed: bool = run.settings["keep_failed"]
        self.outer_max_age_s: float = run.settings["outer_max_age"]
        self.kept: list[Kept] = []
        log = sandbox.server.log
        # Kept open: the end of the log is asked for before each test.
        self._log = os.open(log, os.O_RDONLY) if log else -1
        self._log_mark = self._log_size()
        self._spent = 0
        with sandbox.admin() as admin:
            if not sandbox.take_premade(admin, run.committed_dsn.dbname, self._rollback_name):
                sandbox.clone_with(admin, run.committed_dsn.dbname)
                sandbox.clone_with(admin, self._rollback_name, read_only=True)
            self.committed = Committed(self, admin)
        self.rollback = self._session()
        self.rolled_back = RolledBack(self)
        self.making: Making | None = None  # there once the running test has made rows
        self._remembered: dict[tuple[str, ...], Remembered] = {}
        finders.insert(0, self._ground)
        self.clones = Clones(
            sandbox, f"{run.prefix}{run.name}_clone_", ahead=run.workers < (os.cpu_count() or 1), alone=run.workers == 1
        )

    @property
    def _rollback_name(self) -> str:
        return f"{self.run.prefix}{self.run.name}_rollback" + (f"_{self._spent}" if self._spent else "")

    def _session(self) -> RollbackSession:
        names = tuple(name for (name,) in self.sandbox.facts.get("function_settings", ()))
        database = self.sandbox.acting(self._rollback_name)
        return RollbackSession(database, function_settings=names, extra_columns=self.committed.visit_columns)

    @cached_property
    def loader(self) -> Loader:
        """Loads fixture sets into the databases of this worker."""
        from pytest_nself.project.pyproject import project_name
        from pytest_nself.sandbox.loading import Loader

        return Loader(project_name(self.run.root))

    def tables(self) -> Shape | None:
        """The tables of the template, as far as they can be looked at now: not once a test may have changed them."""
        if self.loader.known is None and self.rolled_back.node is None:
            self.rollback.let_go()
            with self.rollback.database.connect() as connection:
                if self.sandbox.stop_acting:
                    connection.execute(self.sandbox.stop_acting.encode())
                self.loader.shape(connection)
        elif self.loader.known is None and self.rollback.untouched:
            from .loaded_sets import connection_at

            with connection_at(self, None, reads=True) as connection:
                self.loader.shape(connection)
        return self.loader.known

    def remembered(self, sets: tuple[str, ...]) -> Remembered:
        """What is known of making rows beside those of these sets."""
        if sets not in self._remembered:
            from .making import Remembered

            self._remembered[sets] = Remembered()
        return self._remembered[sets]

    def _ground(self) -> Making | None:
        """Asked by factories."""
        from .making import making_of

        return making_of(self)

    def end_making(self) -> None:
        """The test that made rows is over."""
        making, self.making = self.making, None
        if making is not None:
            making.close()

    def fresh_rollback(self) -> None:
        """Take a new rollback database: the old one holds what a test committed."""
        self.rollback.close()
        old = self._rollback_name
        self._spent += 1
        self.sandbox.clone(self._rollback_name, read_only=True)
        self.rollback = self._session()
        if not any(kept.database.dsn.dbname == old for kept in self.kept):
            self.sandbox.drop(self.sandbox.superuser(old))

    def end_clone(self, database: EphemeralDatabase, node: pytest.Item) -> None:
        """Drop a test's clone, or keep it if the test failed and databases of failed tests are kept."""
        if self.keep_failed and failed(node):
            self.keep(node.nodeid, database)
        else:
            self.clones.drop(database)

    def keep(self, test: str, database: Database) -> None:
        """Remember that a failed test's database stays after the run."""
        self.kept.append(Kept(test, database))
        self.sandbox.keep(database.dsn.dbname)
        self.run.folder.keep(f"{test}\t{database.dsn.dbname}\t{self.run.root}")

    def after_rollback_test(self, *, wrote: bool, failed: bool) -> None:
        """The app was at the committed database meanwhile: put back what it wrote, and say so if the test wrote too."""
        if self.committed.put_back() and wrote and not failed:
            self._guard(
                "This test wrote through nself_db while the app wrote to the committed database: neither sees the "
                "other's rows. Take nself_database for the set-up, or hand the app the connection nself_db."
            )

    def _guard(self, message: str) -> None:
        if self.leak_guard == "error":
            raise IsolationError(message)
        if self.leak_guard == "warn":
            warnings.warn(NselfWarning(message), stacklevel=2)

    def uses(self, item: pytest.Item) -> bool:
        """Whether the test has one of our databases."""
        return any(name.startswith("nself_") for name in getattr(item, "fixturenames", ()))

    def mark_log(self) -> None:
        """A test begins: what the server logs from here on is its own."""
        self._log_mark = self._log_size()

    def _log_size(self) -> int:
        """Where the server's log ends now, in bytes; 0 where we have no log."""
        return os.lseek(self._log, 0, os.SEEK_END) if self._log >= 0 else 0

    def log_since_mark(self) -> str:
        """What the server logged since the test began."""
        if self._log < 0:
            return ""
        os.lseek(self._log, self._log_mark, os.SEEK_SET)
        return os.read(self._log, LOG_BYTES).decode(errors="replace")

    def close(self) -> None:
        """Close this process's connections; the databases end with the run."""
        if self._log >= 0:
            os.close(self._log)
            self._log = -1
        finders.remove(self._ground)
        self.end_making()
        self.clones.close()
        self.rollback.close()
        self.committed.close()
