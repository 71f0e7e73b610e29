"""`nself db seed verify`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE, FAILED
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options, findings_format

if TYPE_CHECKING:
    from nself_cli.session import Session
    from pytest_nself.checks.seeds.compare import Compared
    from pytest_nself.checks.seeds.expected import Expected
    from pytest_nself.checks.seeds.idempotence import Repeated
    from pytest_nself.core.place import Place as PlaceInFile
    from pytest_nself.data.seeds.plan import SeedPlan
    from pytest_nself.data.seeds.seed_file import SeedFile


@click.command("verify")
@click.option("--file", metavar="FILE", help="Verify what this seed brings alone.")
@click.option("--idempotent", is_flag=True, help="Prove instead that the seeds can be run again.")
@common_options(writes=False)
@findings_format
def command(invocation: Invocation, options: Options, file: str | None, idempotent: bool, form: str | None) -> int:
    """See that the rows of the seeds are in the database; it is only read.

    Each row is looked for by its key. A row that is missing or has other values is an error, and the exit code is 1;
    rows that no seed brings are told. What SQL files and scripts make is seen in a sandbox, in which the environment's
    seeds are run twice: values that differ between two runs, such as keys of a sequence, are not compared.

    --idempotent runs the seeds twice and rolls them back (in staging and production in a sandbox): the second run must
    leave every row as it is.

    \b
    Examples:
      nself db seed verify
      nself db seed verify --env prod
      nself db seed verify --idempotent --format github
    """
    from nself_cli.run import start

    from ._seeds import files_of, plan_of, read_project_seeds

    session = start(invocation, options)
    seeds = read_project_seeds(session.root, invocation.findings)
    files = files_of(seeds, session.target.environment, file, session.root)
    if not idempotent:
        made_up = [one for one in files if one.kind.has_rows and not one.declares_rows]
        files = tuple(one for one in files if one not in made_up)
        for one in made_up:
            present.note(invocation, f"left out  {one}: which rows it makes up depends on those that are there")

    def make(connection: Any) -> SeedPlan:
        return plan_of(session, connection, files, named=True)

    if idempotent:
        return _prove(session, files, make, form)
    return _verify(session, files, make, form)


def _verify(session: Session, files: Sequence[SeedFile], make: Any, form: str | None) -> int:
    from nself_cli.run import connected
    from pytest_nself.checks.seeds.compare import READING, compare
    from pytest_nself.checks.target import only_reading
    from pytest_nself.data.seeds.variables import names_in

    from ._seeds import variables_of

    invocation = session.invocation
    expected, where = _expected(session, files, make)
    flag = f" --env {session.target.environment}" if session.options.env else ""
    variables = variables_of(session)
    secrets = [value for one in files for name in names_in(one.text) if (value := variables(name))]
    found: list[Compared] = []

    def run(place: PlaceInFile) -> str:
        return f"nself db seed run --file {place.path}{flag}"

    with connected(session) as (_, connection), only_reading(connection):
        connection.execute(READING.encode())
        for one in expected:
            found.append(compare(connection, one, variables, run, secrets))
    invocation.findings += [finding for one in found for finding in one.findings]
    wrong = sum(one.missing + one.changed for one in found)
    text = _text(found, expected, where)
    present.checked(invocation, form, text, {"where": where, "tables": list(_data(found, expected))}, ok=not wrong)
    return FAILED if wrong else DONE


def _expected(session: Session, files: Sequence[SeedFile], make: Any) -> tuple[tuple[Expected, ...], str]:
    """What must be there, and where that was seen."""
    from nself_cli.run import connected
    from pytest_nself.checks.seeds.expected import declared_rows, made_rows, placed
    from pytest_nself.data.seeds.seed_file import SeedKind

    from ._seeds import ordered, shape_of
    from ._stages import staged

    with connected(session) as (_, connection):
        shape = shape_of(session, connection)
    order = ordered(files, shape).files
    declared = declared_rows([one for one in order if one.declares_rows], shape)
    if all(one.declares_rows for one in files):
        return declared, "the files"
    with staged(session, files, make, empty=True) as place:
        scripts = any(one.kind is SeedKind.SCRIPT for one in files)
        made = made_rows(place.stage, place.plan, twice=not scripts)
    return placed(made, declared), place.where


def _prove(session: Session, files: Sequence[SeedFile], make: Any, form: str | None) -> int:
    from pytest_nself.checks.seeds.idempotence import repeat

    from ._stages import staged

    invocation = session.invocation
    with staged(session, files, make) as place, place.stage() as stage:
        repeated = repeat(stage, place.plan)
    invocation.findings += repeated.findings
    text = _proved(repeated, place.where)
    data = {
        "where": place.where,
        "idempotent": repeated.proved,
        "files": [one.file.name for one in repeated.first],
        "left": [_delta(one) for one in repeated.left],
    }
    present.checked(invocation, form, text, data, ok=repeated.proved)
    return DONE if repeated.proved else FAILED


def _proved(repeated: Repeated, where: str) -> str:
    count = len(repeated.first)
    if not count:
        return "No seeds."
    seeds = "1 seed" if count == 1 else f"{count} seeds"
    if repeated.proved:
        return f"{seeds} can be run again: the second run changed no row. Tried twice: {where}; nothing was kept."
    if not repeated.second:
        return f"Not proved: a seed fails. Tried: {where}; nothing was kept."
    lines = [f"  {one}" for one in repeated.left]
    said = "The second run changed rows:" if lines else "The second run failed."
    return "\n".join([said, *lines, f"Tried twice: {where}; nothing was kept."])


def _delta(one: Any) -> dict[str, Any]:
    return {"table": str(one.table), "inserted": one.inserted, "updated": one.updated, "deleted": one.deleted}


def _text(found: Sequence[Compared], expected: Sequence[Expected], where: str) -> str:
    if not found:
        return "The seeds bring no rows."
    rows = [("table", "expected", "missing", "changed", "more", "by")]
    for one in found:
        if one.hidden:
            rows.append((str(one.table.ref), str(one.expected), "hidden", "", "", ""))
            continue
        more = f"> {one.extra}" if one.more else _count(one.extra)
        rows.append((str(one.table.ref), str(one.expected), _count(one.missing), _count(one.changed), more, one.key))
    lines = [present.table(rows)]
    untold = [f"{one.table.ref} ({', '.join(one.untold)})" for one in expected if one.untold]
    if untold:
        lines.append(f"Not compared, since each run gives other values: {'; '.join(untold)}.")
    wrong = sum(one.missing + one.changed for one in found)
    total = sum(one.expected for one in found if not one.hidden)
    seen = "" if where == "the files" else f" What SQL files make was seen in a sandbox: {where}."
    hidden = sum(one.expected for one in found if one.hidden)
    untellable = f" Of {hidden} more it cannot be told: row-level security hides them." if hidden else ""
    good = f"{'All' if not wrong else f'{total - wrong} of'} {total} rows"
    if hidden and not wrong:
        good = f"{total} rows"
    lines.append(f"{good} are there as they should be.{untellable}{seen}")
    return "\n".join(lines)


def _count(number: int) -> str:
    return str(number) if number else ""


def _data(found: Sequence[Compared], expected: Sequence[Expected]) -> Iterator[dict[str, Any]]:
    for one, wanted in zip(found, expected, strict=True):
        yield {
            "table": str(one.table.ref),
            "files": [file.name for file in wanted.files],
            "expected": one.expected,
            "missing": one.missing,
            "changed": one.changed,
            "extra": one.extra,
            "extra_is_more": one.more,
            "key": one.key,
            "hidden": one.hidden,
            "not_compared": list(wanted.untold),
        }
