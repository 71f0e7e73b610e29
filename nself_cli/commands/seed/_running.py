"""Running a plan of seeds: as any plan, or in pieces where programs outside stand between its transactions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    from nself_cli.session import Session
    from pytest_nself.core.plan import Plan
    from pytest_nself.core.step import Step
    from pytest_nself.data.seeds.plan import SeedPlan
    from pytest_nself.execute.report import Report

    MakeSeedPlan = Callable[[psycopg.Connection[Any]], SeedPlan]

Took = dict[str, float]
"""Milliseconds of each file that was loaded, in their order."""


def run_seeds(session: Session, make: MakeSeedPlan, *, scripts: bool) -> tuple[SeedPlan, Took | None]:
    """Show, ask, run. Without times nothing was run (--dry-run, or there was nothing to do)."""
    from nself_cli.run import connected, run_plan
    from pytest_nself.data.seeds.failing import naming_seeds
    from pytest_nself.migrations.planning.losses import read_losses

    if scripts and not session.options.dry_run:
        with connected(session) as (_, connection):
            whole = make(connection)
        return whole, _in_pieces(session, whole) if whole.parts else None
    planned: list[SeedPlan] = []

    def make_plan(connection: psycopg.Connection[Any]) -> Plan:
        planned.append(make(connection))
        return planned[-1].plan

    plan, report = run_plan(session, make_plan, around=lambda _: naming_seeds(planned[-1]), losses=read_losses)
    return planned[-1], None if report is None else _took(plan.steps, report)


def _took(steps: tuple[Step, ...], report: Report) -> Took:
    from pytest_nself.data.seeds.ledger import recorded

    rows, took_ms = {}, 0.0
    for step, result in zip(steps, report.results, strict=True):
        took_ms += result.took_ms or 0.0
        if name := recorded(step):
            rows[name], took_ms = took_ms, 0.0
        elif not step.title.startswith("load "):
            took_ms = 0.0  # the ledger's, and the emptying
    return rows


def _in_pieces(session: Session, planned: SeedPlan) -> Took:
    """A plan for the SQL before a script, the script, a plan for what follows: shown as one, asked for once."""
    from nself_cli.guard import Loss, confirm
    from nself_cli.run import connected
    from nself_cli.watching import watching
    from pytest_nself.checks.seeds.scripts import run_script
    from pytest_nself.core.plan import Plan
    from pytest_nself.core.step import DATA_LOSS, PRODUCTION, Command
    from pytest_nself.data.seeds.failing import naming_seeds
    from pytest_nself.execute.executor import execute
    from pytest_nself.migrations.planning.losses import read_losses

    whole = planned.plan
    took: Took = {}
    with connected(session) as (database, connection):
        lost = read_losses(connection, Plan(whole.title, tuple(_sql_of(whole))))
        notes = [*lost.notes, "Scripts commit by themselves: what they did before an error stays."]
        destructive = DATA_LOSS in whole.hazards or lost.destroys
        confirm(session, whole.title, destructive=destructive, losses=[Loss(*one) for one in lost.tables], notes=notes)
    seen = whole.seen
    script_ms = 0.0
    with naming_seeds(planned):
        for is_script, group in groupby(whole.steps, lambda step: isinstance(step, Command)):
            steps = tuple(group)
            if is_script:
                began = time.perf_counter()
                for step in steps:
                    assert isinstance(step, Command)
                    run_script(step, session.target.dsn, session.root)
                script_ms = 1000 * (time.perf_counter() - began)
                continue
            piece = Plan(whole.title, steps, seen, whole.lock)
            watch = watching(session.invocation, piece)
            accept = piece.hazards | {PRODUCTION}
            report = execute(piece, database, accept=accept, watch=watch, lock_wait_s=session.settings.lock_wait_s)
            found = _took(steps, report)
            if script_ms and found:
                first = next(iter(found))
                found[first], script_ms = found[first] + script_ms, 0.0
            took |= found
            seen = ()  # what this piece has written is the next one's start
    return took


def _sql_of(plan: Plan) -> Iterator[Step]:
    from pytest_nself.core.step import Command

    return (step for step in plan.steps if not isinstance(step, Command))
