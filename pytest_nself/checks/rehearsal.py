"""A rehearsal: the plan runs on a throw-away copy of the database's schema, and the database itself is only read.

The copy has the schema, the roles and settings, and the rows of the ledgers. Other rows are not copied, so statements
that work on rows find none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_nself.core.plan import Plan
from pytest_nself.core.step import Statement
from pytest_nself.database.database import Database
from pytest_nself.migrations.foreign.reading import read_foreign
from pytest_nself.migrations.ledger import LEDGER, LOG_SUFFIX, LedgerTable
from pytest_nself.migrations.statements import extensions_in
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.server.server import Server

from .copied import copied_schema, describe_server
from .dangers import find_dangers
from .observing import run_observed
from .rehearsed import Rehearsal
from .target import only_reading, read_original, read_sizes

if TYPE_CHECKING:
    import psycopg

Planner = Callable[["psycopg.Connection[Any]"], Plan]


def rehearse(
    target: Database,
    connection: psycopg.Connection[Any],
    make_plan: Planner,
    *,
    project: TestProject,
    table: LedgerTable = LEDGER,
) -> Rehearsal:
    """Make a copy of `target`, to which `connection` leads (in autocommit), and run there what `make_plan` plans.

    `make_plan` is called for the target, only reading, and for the copy. `project` says where servers come from. A
    migration that fails is part of the result. Raises ToolMissing without a fitting pg_dump, NoServer without a server
    for the copy, MissingExtensions (a NoServer) or NselfError where the schema cannot be copied.
    """
    with only_reading(connection):
        plan = make_plan(connection)
        drizzle = [(one.schema, one.table) for one in read_foreign(connection, table, only=("drizzle",))]
    if not plan:
        return Rehearsal()
    began = time.perf_counter()
    ledgers = ((table.schema, table.name), *drizzle)
    original = read_original(connection, ledgers)
    wanted = frozenset(
        name for step in plan.steps if isinstance(step, Statement) for name in extensions_in(step.sql.text)
    )
    with copied_schema(project, target, original, wanted) as found:
        copy = found.copy
        copy_ms = 1000 * (time.perf_counter() - began)
        with closing(copy.database.connect(autocommit=True, prepare_threshold=None)) as work:
            hidden = (*ledgers, (table.schema, table.name + LOG_SUFFIX))
            migrations, left_out = run_observed(work, make_plan(work), hidden)
    tables = {lock.table for one in migrations for lock in one.locks}
    tables |= {name for one in migrations for name in (*one.rewrites, *(index.table for index in one.indexes))}
    rehearsal = Rehearsal(
        migrations,
        left_out,
        read_sizes(connection, sorted(tables)),
        describe_server(found.server),
        str(found.client),
        copy_ms,
        (*_differences(found.server, target.server_version // 10000), *copy.notes),
    )
    return replace(rehearsal, findings=find_dangers(rehearsal))


def _differences(server: Server, major: int) -> tuple[str, ...]:
    has = server.version // 10000
    if has == major:
        return ()
    return (f"the copy is on PostgreSQL {has}, the database on {major}: locks and rewrites may differ",)
