"""What migrations would do, statement by statement: measured on a copy, or without a database on a replay of the files.

A copy has the schema of the database that is meant, and its migrations' tables have the sizes that they have there. A
replay makes everything from the files, on an empty server, and knows no sizes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Findings
from pytest_nself.core.plan import Plan
from pytest_nself.database.database import Database
from pytest_nself.execute.migrate import migrate_up
from pytest_nself.migrations.ledger import LEDGER, LOG_SUFFIX, Ledger, LedgerTable
from pytest_nself.migrations.migration import UP, Migration, Migrations
from pytest_nself.migrations.planning.planner import NO_TIMEOUTS, plan_up, to_apply
from pytest_nself.migrations.planning.standing import read_standing
from pytest_nself.migrations.planning.transactions import cut
from pytest_nself.migrations.planning.walk import Timeouts
from pytest_nself.migrations.statements import Problem, Statement, extensions_in, place_at
from pytest_nself.sandbox.from_settings import template_of
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.sandbox.recipes import Nothing
from pytest_nself.sandbox.throwaway import throwaway_server

from .copied import describe_server
from .hazard_findings import find_hazards
from .observing import run_observed
from .rehearsal import rehearse
from .rehearsed import Observed, Rehearsal, Rehearsed
from .relations import Name
from .target import Size, read_sizes

if TYPE_CHECKING:
    import psycopg

COPY, REPLAY = "copy", "replay"
_DATABASE = "nself_lint"
_OLDEST = 15


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found; `source` is where it was measured: on a copy, or on a replay of the folder.

    The rehearsal holds the migrations that were asked about alone, with their statements. `not_tried` are those of them
    that could not run, because of an earlier one.
    """

    rehearsal: Rehearsal = field(default_factory=Rehearsal)
    source: str = COPY
    not_tried: tuple[str, ...] = ()
    findings: Findings = field(default_factory=Findings)


def lint_copy(
    target: Database,
    connection: psycopg.Connection[Any],
    migrations: Migrations,
    chosen: Collection[int] | None = None,
    *,
    project: TestProject,
    table: LedgerTable = LEDGER,
    timeouts: Timeouts = NO_TIMEOUTS,
    environment: str | None = None,
    assume_rows: int | None = None,
) -> Linted:
    """Measure what is pending in the database, to which `connection` leads; of it what `chosen` says (None: all).

    Raises as `rehearse` and `plan_up` do.
    """
    order = to_apply(migrations, read_standing(connection, migrations, table))
    asked = [one for one in order if chosen is None or one.version in chosen]
    sendable, broken = _sendable(order, asked)

    def make_plan(on: psycopg.Connection[Any]) -> Plan:
        ledger = read_standing(on, migrations, table)
        return plan_up(migrations, ledger, count=len(sendable), environment=environment, timeouts=timeouts)

    rehearsal = rehearse(target, connection, make_plan, project=project, table=table) if sendable else Rehearsal()
    return _linted(rehearsal, COPY, asked, broken, rehearsal.sizes, assume_rows)


def lint_replay(
    migrations: Migrations,
    chosen: Collection[int] | None = None,
    *,
    project: TestProject,
    timeouts: Timeouts = NO_TIMEOUTS,
    sizes_in: psycopg.Connection[Any] | None = None,
    assume_rows: int | None = None,
) -> Linted:
    """Measure migrations on a database that is made of all that come before them; `chosen` are versions (None: all).

    For each the tables of earlier ones are there already. `sizes_in` leads to the database whose tables' sizes count.
    Raises NoServer without a server, MigrationError where an earlier migration fails.
    """
    migrations.raise_errors()
    order = to_apply(migrations, Ledger())
    asked = [one for one in order if chosen is None or one.version in chosen]
    sendable, broken = _sendable(order, asked)
    first = order.index(asked[0]) if asked else 0
    wanted = frozenset(name for one in sendable for name in extensions_in(one.up))
    settings = {name: value for name, value in project.table.items() if name != "recipe"}
    template = replace(
        template_of(project.settings, project.root, settings),
        recipe=Nothing(extensions=wanted),
        name=_DATABASE,
        premade=None,
    )
    if len(sendable) <= first:
        return _linted(Rehearsal(), REPLAY, asked, broken, {}, assume_rows)
    extensions = wanted | frozenset(template.extensions)
    with throwaway_server(project, major=_major(project), extensions=extensions) as server:
        template.build(server)
        database = template.database(server)
        earlier = replace(migrations, migrations=tuple(order[:first]))
        migrate_up(earlier, database)
        with closing(database.connect(autocommit=True, prepare_threshold=None)) as work:
            ledger = read_standing(work, migrations)
            plan = plan_up(migrations, ledger, count=len(sendable) - first, timeouts=timeouts)
            hidden = ((LEDGER.schema, LEDGER.name), (LEDGER.schema, LEDGER.name + LOG_SUFFIX))
            done, left = run_observed(work, plan, hidden, each_anew=True)
        rehearsal = Rehearsal(done, left, server=describe_server(server))
    sizes = {} if sizes_in is None else read_sizes(sizes_in, sorted({lock.table for one in done for lock in one.locks}))
    return _linted(rehearsal, REPLAY, asked, broken, sizes, assume_rows)


def _linted(
    rehearsal: Rehearsal,
    source: str,
    asked: Sequence[Migration],
    broken: Sequence[Rehearsed],
    sizes: Mapping[Name, Size],
    assume_rows: int | None,
) -> Linted:
    labels = [one.label for one in asked]
    ran = {one.label: one for one in (*broken, *rehearsal.migrations)}
    # An earlier one that fails is told, too: it is why the others were not tried.
    failed = rehearsal.failed
    told = [ran[label] for label in labels if label in ran]
    if failed is not None and failed.label not in labels:
        told.insert(0, failed)
    if assume_rows is not None:
        tables = {lock.table for one in told for seen in one.observed for lock in seen.locks}
        sizes = dict.fromkeys(tables, Size(assume_rows, 0))
    kept = replace(rehearsal, migrations=tuple(told), sizes=sizes, findings=Findings())
    not_tried = tuple(label for label in labels if label not in ran)
    return Linted(kept, source, not_tried, find_hazards(told, sizes))


def _sendable(order: Sequence[Migration], asked: Sequence[Migration]) -> tuple[list[Migration], list[Rehearsed]]:
    """Those that can run, up to the last that was asked about; and what of these cannot be sent at all."""
    last = order.index(asked[-1]) if asked else -1
    sendable: list[Migration] = []
    broken: list[Rehearsed] = []
    for one in order[: last + 1]:
        wrong = unsendable(one)
        if wrong is None and not broken:
            sendable.append(one)
        elif wrong is not None and (one in asked or not broken):
            broken.append(wrong)
    return sendable, broken


def unsendable(migration: Migration) -> Rehearsed | None:
    """What of the migration's file cannot be sent to a server, as statements that did not run; None where all can."""
    way = migration.way(UP)
    problems = cut(way.text, no_transaction=way.no_transaction).problems
    seen = tuple(_unsent(migration, problem) for problem in problems)
    return Rehearsed(migration.label, seen[0].place, 0.0, 0, observed=seen) if seen else None


def _unsent(migration: Migration, problem: Problem) -> Observed:
    from pytest_nself.migrations.statements import split

    text = migration.up
    inside = [one for one in split(text) if one.start <= problem.offset < one.end]
    one = inside[0] if inside else Statement(problem.offset, len(text), ())
    place = place_at(text, problem.offset, migration.place)
    return Observed(text[one.start : one.end], one.words, place, problem=problem)


def _major(project: TestProject) -> int:
    said = project.settings["postgres_version"]
    if said is None:
        return _OLDEST
    try:
        return int(said)
    except ValueError:
        raise ConfigError(
            f"{said!r} is no major version of PostgreSQL.", "It is what postgres_version says.", "write 15, 16 …"
        ) from None
