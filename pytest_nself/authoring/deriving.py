"""What takes a migration back, found by looking at a database before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.changes import plan_changes
from pytest_nself.catalog.fact import Catalog
from pytest_nself.catalog.renames import Rename, rename_back_statements
from pytest_nself.checks.roundtrips.states import with_dependencies
from pytest_nself.core.errors import NselfError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import DATA_LOSS, Statement
from pytest_nself.migrations.create import plan_create
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.migration import Migrations
from pytest_nself.sandbox.kept import TestProject

from .states import travelled, workshop
from .trying import copy_with, text_of, tried, wrong_with

if TYPE_CHECKING:
    import psycopg

_HOLDING = ("table", "materialized_view", "enum", "sequence", "column")
"""Kinds with something that a new one of the same name has not."""


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
            after = with_dependencies(connection)
            back = tuple(rename_back_statements(renames_between(before, after)))
            named = _state_with(connection, back) if back else after
        if elsewhere := _moved(before, named):
            return Derived(bare, why=f"No way back is known that keeps the rows of {elsewhere}.", server=shop.server)
        try:
            rest = plan_changes(named, before)
        except NselfError as error:
            return Derived(bare, why=f"No way back is known: {error.problem} {error.cause}", server=shop.server)
        plan = replace(rest, steps=(*(Statement(text, Sql(text)) for text in back), *rest.steps))
        if not plan:
            return Derived(bare, why="It changes nothing in the schema; what it does to rows is not known.")
        down = text_of(plan)
        if DATA_LOSS in plan_changes(before, named).hazards:
            down = f"-- What the up has taken away comes back empty: rows and values are gone.\n{down}"
        files = plan_create(folder, migrations, name, sql=sql, down=down, now=now)
        problems = wrong_with(tried(shop, folder, files))
        if problems:
            return Derived(
                bare, why=f"The way back that was found does not lead back: {problems[0]}", server=shop.server
            )
        return Derived(files, down, server=shop.server)


def renames_between(before: Catalog, after: Catalog) -> tuple[Rename, ...]:
    """What has another name in the same database later: the server knows each by its number, so none is guessed."""
    there = _by_number(after)
    found: list[Rename] = []
    for number, old in _by_number(before).items():
        new = there.get(number)
        if new is None or new.schema != old.schema:
            continue
        if old.part is None and new.name != old.name:
            found.append(Rename(old, new))
        elif old.part != new.part:  # while its table still has the old name
            found.append(Rename(old, new._replace(name=old.name)))
    return tuple(found)


def _by_number(catalog: Catalog) -> dict[tuple[str, int, int], ObjectRef]:
    return {(one.ref.kind, one.oid, one.row[1]): one.ref for one in catalog.of_kind(*_HOLDING)}


def _moved(before: Catalog, after: Catalog) -> str:
    """Objects that are the same and are not called the same; the way back would make others in their place."""
    there = _by_number(after)
    moved = [old for number, old in _by_number(before).items() if there.get(number, old) != old]
    return ", ".join(
        sorted({f"{ref.kind.replace('_', ' ')} {ref}" for ref in moved if ref.part is None} or map(str, moved))
    )


def _state_with(connection: psycopg.Connection[Any], statements: Sequence[str]) -> Catalog:
    """The state after these statements; nothing of them stays. The old names may be taken: then it is as without."""
    from psycopg import Error

    connection.execute("begin")
    try:
        connection.execute(";\n".join(statements).encode())
    except Error:
        connection.execute("rollback; begin")
    try:
        return with_dependencies(connection)
    finally:
        connection.execute("rollback")
