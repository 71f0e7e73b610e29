"""`nself db validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE, FAILED
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options, findings_format

if TYPE_CHECKING:
    from pytest_nself.authoring.validating import Validated
    from pytest_nself.catalog.fact import Catalog

    from ._schema import Files


@click.command("validate")
@click.argument("file", required=False)
@click.option("--check-breaking", is_flag=True, help="Name what would stop programs that use the database as it is.")
@click.option("--strict-cycles", is_flag=True, help="Refuse circles of references also where rows can be inserted.")
@click.option("--migration-dir", metavar="FOLDER", help="Folder of the migrations, from the project's root.")
@common_options(writes=False)
@findings_format
def command(
    invocation: Invocation,
    options: Options,
    file: str | None,
    check_breaking: bool,
    strict_cycles: bool,
    migration_dir: str | None,
    form: str | None,
) -> int:
    """Find all that is wrong in schema.dbml: each error with its line, none of it written anywhere.

    What the file says is built on a throwaway server, so that PostgreSQL itself judges types, defaults, checks and
    keys. Tables that the file only refers to are looked for in the migrations, and in the environment's database.

    \b
    Examples:
      nself db validate
      nself db validate other.dbml --strict-cycles
      nself db validate --check-breaking --env production
    """
    from pytest_nself.authoring.validating import validate_schema

    from ._schema import folder_of, has_errors, migrations_in, read_files

    files = read_files(invocation, file, environment=options.env)
    migrations = migrations_in(folder_of(files, migration_dir))
    judged = validate_schema(
        files.project,
        files.validation,
        migrations,
        live=lambda: _live(invocation, options),
        breaking=check_breaking,
        strict_cycles=strict_cycles,
        load=files.load,
    )
    invocation.findings += judged.findings
    ok = not has_errors(judged.findings) and not judged.breaking
    data: dict[str, Any] = {"file": str(files.path), **judged.counts, "server": judged.server}
    data["unjudged"] = judged.unjudged or None
    present.checked(invocation, form, _text(files, judged, verbose=options.verbose), data, ok=ok)
    return DONE if ok else FAILED


def _live(invocation: Invocation, options: Options) -> Catalog | None:
    """The environment's database, where it can be had."""
    from nself_cli.run import start
    from pytest_nself.core.errors import NoServer, NselfError

    from ._schema import read_live

    try:
        return read_live(start(invocation, options))
    except (NoServer, NselfError) as error:
        present.note(invocation, f"Note: the database was not asked: {error.problem}")
        return None


def _text(files: Files, judged: Validated, *, verbose: bool) -> str:
    from ._schema_files import shown

    found = judged.findings
    errors = sum(one.severity.name == "ERROR" for one in found)
    warnings = sum(one.severity.name == "WARNING" for one in found)
    counts = ", ".join(_counted(number, noun.removesuffix("s")) for noun, number in judged.counts.items())
    said = "valid" if not errors else _counted(errors, "error")
    also = f", {_counted(warnings, 'warning')}" if warnings else ""
    lines = [f"{shown(files.path)}: {said}{also} ({counts})."]
    if judged.server:
        lines.append(f"Built on {judged.server}.")
    elif judged.unjudged:
        lines.append(f"Not built on a server, so types and expressions were not judged: {judged.unjudged}")
    if verbose:
        schema = files.validation.schema
        lines += [f"  table {table}: {_counted(len(table.columns), 'column')}" for table in schema.tables]
        lines += [f"  enum {enum}: {_counted(len(enum.values), 'value')}" for enum in schema.enums]
    return "\n".join(lines)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
