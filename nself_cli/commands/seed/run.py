"""`nself db seed run`, and `nself db seed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    from nself_cli.session import Session
    from pytest_nself.data.seeds.plan import SeedPlan

_STOP = "\\set ON_ERROR_STOP on"


@click.command("run")
@click.option("--file", metavar="FILE", help="Load this seed alone, also when it was loaded before.")
@click.option("--tables", metavar="A,B", help="Load only what fills these tables.")
@click.option("--fresh", is_flag=True, help="Empty the tables that the seeds fill first; never in production.")
@click.option("--again", is_flag=True, help="Load SQL files, too, that were loaded as they are.")
@click.option("--rehearse", is_flag=True, help="Load in a transaction that is rolled back, and tell what changes.")
@common_options(writes=True)
def command(
    invocation: Invocation,
    options: Options,
    file: str | None,
    tables: str | None,
    fresh: bool,
    again: bool,
    rehearse: bool,
) -> int:
    """Load the seeds of the environment: what all share first, then its own.

    Each file is a transaction of its own, together with its row in the ledger. Rows of JSON, YAML and Python files are
    found again by the best unique key that they give: they are inserted, or changed to what the file says. SQL files
    and scripts are run once, and again when they have changed; those that say `-- +seed:idempotent` are run each time.

    --dry-run prints what would be sent. --rehearse loads it all and rolls it back, and prints how many rows each table
    would gain, change and lose; in staging and production that happens in a sandbox, and the database is only read.
    In production nothing is loaded that takes rows away or that was made up.

    \b
    Examples:
      nself db seed run
      nself db seed run --env staging --dry-run
      nself db seed run --file seeds/common/01_users.json
      nself db seed run --tables users,posts --rehearse
      nself db seed run --fresh
    """
    from nself_cli.run import start
    from pytest_nself.data.seeds.seed_file import SeedKind

    from ._seeds import files_of, plan_of, read_project_seeds

    if rehearse and options.dry_run:
        raise click.UsageError("--rehearse and --dry-run say the opposite: give one.", click.get_current_context())
    session = start(invocation, options)
    seeds = read_project_seeds(session.root, invocation.findings)
    files = files_of(seeds, session.target.environment, file, session.root)
    wanted = tuple(name for name in (tables or "").replace(",", " ").split() if name)
    if tables is not None and not wanted:
        raise click.UsageError("--tables names no table.", click.get_current_context())
    found = list(invocation.findings)

    def make(connection: Any) -> SeedPlan:
        plan = plan_of(session, connection, files, named=file is not None, tables=wanted, fresh=fresh, again=again)
        invocation.findings[:] = [*found, *plan.findings]
        if plan.emptied:
            said = f"--fresh empties first, of all rows: {', '.join(map(str, plan.emptied))}"
            present.note_once(invocation, said)
        return plan

    if rehearse:
        from ._rehearsal import rehearse_seeds

        return rehearse_seeds(session, files, make)
    from ._running import run_seeds

    planned, took = run_seeds(session, make, scripts=any(one.kind is SeedKind.SCRIPT for one in files))
    present.findings(invocation)
    return _report(session, planned, took)


def _report(session: Session, planned: SeedPlan, took: dict[str, float] | None) -> int:
    from pytest_nself.execute.messages import preview

    invocation = session.invocation
    dry_run = session.options.dry_run
    sql = list(preview(planned.plan.steps)) if dry_run else []
    data = {
        "plan": planned.plan.id,
        "dry_run": dry_run,
        "sql": sql,
        "files": [part.file.name for part in planned.parts] if took is None else list(took),
        "skipped": [{"file": file.name, "reason": reason} for file, reason in planned.skipped],
        "emptied": [str(ref) for ref in planned.emptied],
        "keys": {part.file.name: part.keys for part in planned.parts if part.keys},
        "took_ms": {name: round(took_ms, 1) for name, took_ms in (took or {}).items()},
    }
    for file, reason in planned.skipped:
        present.note(invocation, f"left out  {file}: it {reason}")
    if dry_run:
        for part in planned.parts:
            for table, said in part.keys.items():
                present.note(invocation, f"{part.file}: rows of {table} are {said}")
        present.done(invocation, "\n\n".join([_STOP, *sql]) if sql else _nothing(planned), data)
        return DONE
    if took is None:
        present.done(invocation, _nothing(planned), data)
        return DONE
    lines = [] if invocation.quiet else [f"loaded  {name}  {took_ms:.0f} ms" for name, took_ms in took.items()]
    if planned.emptied:
        lines.insert(0, f"emptied {', '.join(map(str, planned.emptied))}")
    present.done(invocation, "\n".join([*lines, f"{counted(len(took))} loaded."]), data)
    return DONE


def _nothing(planned: SeedPlan) -> str:
    return f"Nothing to load in {planned.environment}."


def counted(number: int) -> str:
    """`1 seed`, `3 seeds`."""
    return "1 seed" if number == 1 else f"{number} seeds"
