"""The project as checks see it, in one process of a run: its migrations, its tables, what rules find, its baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import ConfigError, NselfError
from pytest_nself.core.finding import Finding, Findings
from pytest_nself.core.place import Place
from pytest_nself.plugin.failure import LOOK

if TYPE_CHECKING:
    import psycopg
    import pytest

    from pytest_nself.checks.baseline import Baseline
    from pytest_nself.migrations.migration import Migrations
    from pytest_nself.plugin.run import Run
    from pytest_nself.plugin.worker import Worker

    from .tables import TableList


class Checked:
    """Nothing is read before it is asked for, and nothing twice."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._collected: tuple[str, ...] | None = None
        self._audited: dict[str, tuple[tuple[str, ...], Findings]] = {}

    @cached_property
    def folder(self) -> Path:
        """The folder of the migrations. ConfigError when there is none, or more than one could be it."""
        from pytest_nself.project.folders import MIGRATIONS, find_migrations_folder

        folder = find_migrations_folder(self.run.root, self.run.settings["migrations"])
        if folder is None:
            raise ConfigError(
                "There is no folder of migrations to check.",
                f"Looked in {', '.join(MIGRATIONS)} below {self.run.root}.",
                "name it with nself_migrations, or take the check out of nself_checks",
            )
        return folder

    @cached_property
    def migrations(self) -> Migrations:
        """What the folder holds. MigrationError when a file cannot be used."""
        from pytest_nself.migrations.layouts import read_migrations

        migrations = read_migrations(self.folder)
        migrations.raise_errors()
        return migrations

    def counting(self, findings: Findings) -> Findings:
        """Those that the project's baseline does not accept, those about tables with the place that makes the table."""
        return Findings(self._placed(one) for one in self._not_accepted(findings))

    def _placed(self, finding: Finding) -> Finding:
        subject = finding.subject
        if finding.place is not None or subject.schema is None:
            return finding
        place = self._table_places.get(f"{subject.schema}.{subject.name}")
        return finding if place is None else replace(finding, place=place)

    @cached_property
    def _table_places(self) -> Mapping[str, Place]:
        from .places import table_places

        if "recipe" in self.run.table:
            return {}  # it makes the tables from what we cannot read
        try:
            return table_places(self.migrations)
        except NselfError:
            return {}  # the template says what is wrong with them

    def _not_accepted(self, findings: Findings) -> Findings:
        if self._baseline is None:
            return findings
        # An item sees its own part of what there is: which entries nobody needs does not show from here.
        return self._baseline.apply(findings, datetime.now().astimezone().date(), rules=())

    @cached_property
    def _baseline(self) -> Baseline | None:
        path = self.run.root / self.run.settings["baseline"]
        if not path.exists() and not self.run.settings.given("baseline"):
            return None
        from pytest_nself.checks.baseline import read_baseline

        return read_baseline(path)

    @property
    def starts_nothing(self) -> bool:
        """Whether this run only shows what there is."""
        option = self.run.config.option
        return bool(option.collectonly or getattr(option, "setupplan", False))

    def tables(self) -> tuple[str, ...] | None:
        """The names of the tables, as `schema.table`: those of the last template like ours, else of ours.

        None where that would need a server and the run is to start none.
        """
        if self._collected is None:
            known = self._list.read()
            if known is None and not self.starts_nothing:
                known = self._look()
            self._collected = known
        return self._collected

    def audited(self, group: str, test: pytest.Item | None) -> tuple[tuple[str, ...], Findings]:
        """The tables, and what the rules of a group find: where the test works, else in the migrated database.

        The rules are asked once for all tests that have not touched the schema.
        """
        worker = self.run.worker
        place = where(worker, test)
        if place is None or place != worker.rollback.database.dsn.dbname:
            return self._audit(group, worker, place)
        if group not in self._audited:
            self._audited[group] = self._audit(group, worker, place)
        if test is None:
            self._compare(self._audited[group][0])
        return self._audited[group]

    def _audit(self, group: str, worker: Worker, place: str | None) -> tuple[tuple[str, ...], Findings]:
        from pytest_nself.checks.audit import audit, audited_tables

        with full_view(worker, place) as connection:
            tables = tuple(str(table) for table in audited_tables(connection))
            return tables, audit(connection, groups=[group])

    def _look(self) -> tuple[str, ...]:
        from pytest_nself.checks.audit import audited_tables

        try:
            worker = self.run.worker
        except NselfError:
            # The first test that asks shall tell it as the first.
            self.run.forget_failure()
            raise
        with full_view(worker, worker.rollback.database.dsn.dbname) as connection:
            names = tuple(str(table) for table in audited_tables(connection))
        self._list.write(names)
        return names

    @cached_property
    def _list(self) -> TableList:
        from .tables import TableList

        return TableList(self.run)

    def _compare(self, tables: tuple[str, ...]) -> None:
        """The items were named by a list of an earlier run: a table that it did not know must not go unseen."""
        if self._collected is None or self._collected == tables:
            return
        self._list.write(tables)
        new, gone = set(tables) - set(self._collected), set(self._collected) - set(tables)
        changes = [f"new: {name}" for name in sorted(new)] + [f"gone: {name}" for name in sorted(gone)]
        raise NselfError(
            "The tables are not those that the checks were collected for.",
            f"{'; '.join(changes)}. The same recipe made other tables in an earlier run.",
            "run again: the list of tables is renewed; for a recipe of your own, name all that it reads in `inputs`",
        )


def where(worker: Worker, test: pytest.Item | None) -> str | None:
    """The database that a test works on, by its name; None is the test's own transaction, which alone shows its DDL."""
    if test is not None:
        if worker.rolled_back.node is test:
            return None
        for name in ("nself_clone", "nself_database"):
            if (database := getattr(test, "funcargs", {}).get(name)) is not None:
                return str(database.dsn.dbname)
    return worker.rollback.database.dsn.dbname


@contextmanager
def full_view(worker: Worker, place: str | None) -> Iterator[psycopg.Connection[Any]]:
    """A connection from which nothing is hidden, never the tested role's: to a database, or into the transaction."""
    sandbox = worker.sandbox
    # Of a test that has switched to some role itself, too.
    stop_acting = (sandbox.stop_acting or "set role none").encode()
    if place is not None:
        worker.rollback.let_go()  # a look may try rows, which would wait for those that tests have in common
        with sandbox.superuser(place).connect(autocommit=True) as connection:
            connection.execute(stop_acting)
            yield connection
        return
    connection = worker.rolled_back.plain
    worker.rolled_back.looked = True
    with connection.transaction(force_rollback=True):
        connection.execute(stop_acting)
        yield connection
        connection.execute(LOOK.encode())
