"""What takes a migration back, found by looking at a database before and after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pytest_nself.catalog.changes import plan_changes
from pytest_nself.core.errors import NselfError
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import DATA_LOSS
from pytest_nself.migrations.create import plan_create
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.migration import Migrations
from pytest_nself.sandbox.kept import TestProject

from .states import read_state, travelled, workshop
from .trying import copy_with, text_of, tried, wrong_with


@dataclass(frozen=True, slots=True)
class Derived:
    """A new migration with its down, or why there is none: `why` is a sentence. `files` writes it in either case."""

    files: Plan
    down: str | None = None
    why: str = ""
    server: str = ""


def derive_down(
    project: TestProject, migrations: Migrations, *, folder: Path, name: str, sql: str, now: datetime
) -> Derived:
    """Run `sql` behind all migrations on a throwaway server, and find the way back; it is tried before it is believed.

    Raises ConfigError for SQL that cannot be an up, MigrationError where it or an earlier migration fails, NoServer.
    """
    bare = plan_create(folder, migrations, name, sql=sql, now=now)
    migrations.raise_errors()
    with workshop(project, migrations) as shop:
        with shop.replayed(migrations) as (_, connection, before):
            with copy_with(folder, bare) as copy:
                new = read_migrations(copy).migrations[-1]
            travelled(connection, new)
            after = read_state(connection)
        try:
            plan = plan_changes(after, before)
        except NselfError as error:
            return Derived(bare, why=f"No way back is known: {error.problem} {error.cause}", server=shop.server)
        if not plan:
            return Derived(bare, why="It changes nothing in the schema; what it does to rows is not known.")
        down = text_of(plan)
        if DATA_LOSS in plan_changes(before, after).hazards:
            down = f"-- What the up has taken away comes back empty: rows and values are gone.\n{down}"
        files = plan_create(folder, migrations, name, sql=sql, down=down, now=now)
        problems = wrong_with(tried(shop, folder, files))
        if problems:
            return Derived(
                bare, why=f"The way back that was found does not lead back: {problems[0]}", server=shop.server
            )
        return Derived(files, down, server=shop.server)
