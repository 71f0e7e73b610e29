"""`nself db seed generate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nself_cli import present
from nself_cli.exit_codes import DONE
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    from nself_cli.session import Session

    from ._generate import Asked


@click.command("generate")
@click.option("--rows", type=click.IntRange(min=1), metavar="N", help="Rows of each table; 100 where nothing is said.")
@click.option("--plan", "plan_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="YAML: rows of each table, how they are spread, values.")  # fmt: skip # noqa: E501
@click.option("--tables", metavar="A,B", help="Fill these tables, and those that they cannot do without.")
@click.option("--seed", type=int, metavar="S", help="Another seed gives other rows; 0 where nothing is said.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a seed instead of loading.")  # fmt: skip # noqa: E501
@click.option("--load", is_flag=True, help="Load the rows into the database; what happens without --out, too.")
@click.option("--keep-keys", is_flag=True, help="Leave all keys and indexes in place while loading.")
@common_options(writes=True, refused_in=("production",))
def command(
    invocation: Invocation,
    options: Options,
    rows: int | None,
    plan_file: Path | None,
    tables: str | None,
    seed: int | None,
    out: Path | None,
    load: bool,
    keep_keys: bool,
) -> int:
    """Fill the tables with rows that are valid and fit each other, made up from the schema alone.

    The same seed gives the same rows, on every machine; more rows begin with the same ones. What a check demands is
    found by asking the server; what only a trigger knows is found by trying, in dev, and told. Afterwards it says what
    the rows were held against, which columns stayed null, and why. Never done in production.

    \b
    Examples:
      nself db seed generate --rows 1000
      nself db seed generate --tables users,posts --seed 7
      nself db seed generate --plan seeds/plan.yml
      nself db seed generate --rows 50 --out seeds/development/20_generated.sql
    """
    from nself_cli.run import start

    from ._generate import Asked

    if out is not None and load:
        raise click.UsageError("--out and --load say the opposite: give one.", click.get_current_context())
    wanted = tuple(name for name in (tables or "").replace(",", " ").split() if name)
    if tables is not None and not wanted:
        raise click.UsageError("--tables names no table.", click.get_current_context())
    session = start(invocation, options)
    asked = Asked(rows, plan_file, wanted, seed, rebuild=not keep_keys and out is None)
    return _load(session, asked) if out is None else _write(session, asked, out)


def _load(session: Session, asked: Asked) -> int:
    from nself_cli.run import run_plan
    from pytest_nself.core.errors import StepFailed
    from pytest_nself.data.generate.proof import proof_of
    from pytest_nself.execute.messages import preview
    from pytest_nself.project.environment_names import DEV, TEST

    from ._generate import make_plan

    invocation = session.invocation
    try:
        plan, report = run_plan(session, lambda connection: make_plan(session, connection, asked))
    except StepFailed as error:
        mine = session.target.environment in (DEV, TEST)
        if asked.tried or not mine or error.unknown:
            raise
        present.note(invocation, f"{error.problem} {error.cause.splitlines()[0]}\nTrying which rows the server takes …")
        asked.tried = True
        plan, report = run_plan(session, lambda connection: make_plan(session, connection, asked))
    proof = proof_of(asked.made[-1])
    data = {"plan": plan.id, "seed": asked.made[-1].wishes.seed, "loaded": report is not None, **proof.data}
    if report is None:
        sql = list(preview(plan.steps))
        for line in proof.notes:
            present.note(invocation, line)
        present.done(invocation, "\n".join(sql) or "There is no table to fill.", {**data, "sql": sql})
        return DONE
    took = report.took_ms / 1000
    speed = asked.made[-1].rows / took if took else 0.0
    lines = proof.lines()
    lines[0] = f"loaded {lines[0]}, {took:.1f} s, {speed:,.0f} rows/s"
    data |= {"took_ms": round(report.took_ms, 1)}
    present.done(invocation, lines[0] if invocation.quiet else "\n".join(lines), data)
    return DONE


def _write(session: Session, asked: Asked, out: Path) -> int:
    from nself_cli.commands._written import replace_file
    from nself_cli.run import connected
    from pytest_nself.data.generate.proof import proof_of
    from pytest_nself.data.generate.script import seed_text

    from ._generate import make_plan

    invocation = session.invocation
    with connected(session) as (_, connection):
        plan = make_plan(session, connection, asked)
        text = "".join(seed_text(asked.made[-1], plan.steps))
    proof = proof_of(asked.made[-1])
    data = {"file": str(out), "written": not session.options.dry_run, **proof.data}
    if session.options.dry_run:
        present.done(invocation, text.rstrip(), {**data, "text": text})
        return DONE
    replace_file(session.options, out, text)
    for line in proof.notes:
        present.note(invocation, line)
    said = f"Wrote {out}: {asked.made[-1].rows:,} rows. Load it: nself db seed run --file {out}"
    present.done(invocation, said, data)
    return DONE
