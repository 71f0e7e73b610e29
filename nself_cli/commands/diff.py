"""`nself db diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE, FAILED
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    from nself_cli.session import Session
    from pytest_nself.authoring.comparing import Compared

_MIGRATIONS = "the migrations"


@click.command("diff")
@click.option("--migrations", is_flag=True, help="Compare with what the migrations make, not with schema.dbml.")
@click.option("--sql", is_flag=True, help="Print the SQL that would make the database so.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 where something differs.")
@click.option("--migration-dir", metavar="FOLDER", help="Folder of the migrations, from the project's root.")
@common_options(writes=False)
def command(
    invocation: Invocation,
    options: Options,
    migrations: bool,
    sql: bool,
    exit_code: bool,
    migration_dir: str | None,
) -> int:
    """Compare the database with schema.dbml, or with the migrations where there is no such file.

    `+` is wanted and not in the database, `-` is in the database and not wanted, `~` is otherwise. The database is
    read only; what it is compared with is built on a throwaway server.

    \b
    Examples:
      nself db diff
      nself db diff --migrations --env staging --exit-code
      nself db diff --sql
    """
    from nself_cli.run import start

    from ._schema import data_of, has_errors

    session = start(invocation, options)
    compared, beside = _compared(session, by_migrations=migrations, setting=migration_dir)
    invocation.findings += compared.findings
    if compared.findings:
        present.findings(invocation)
    lines = compared.lines
    text = _text(session, compared, beside, sql=sql)
    data: dict[str, Any] = {"with": beside, "differences": data_of(lines), "left_alone": list(compared.kept)}
    ok = not has_errors(compared.findings) and not (exit_code and lines)
    present.done(invocation, text, data, ok=ok)
    return DONE if ok else FAILED


def _compared(session: Session, *, by_migrations: bool, setting: str | None) -> tuple[Compared, str]:
    from pathlib import Path

    from pytest_nself.authoring.comparing import Compared, compare_file, compare_migrations
    from pytest_nself.project.folders import migrations_folder_to_write
    from pytest_nself.sandbox.kept import TestProject

    from ._schema import has_errors, migrations_in, read_files, read_live
    from ._schema_files import shown

    live = read_live(session)
    project = TestProject.find(session.root)
    folder = migrations_folder_to_write(session.root, setting or project.table.get("migrations"))
    migrations = migrations_in(Path(shown(folder)))
    if by_migrations or not _has_file(session):
        return compare_migrations(project, migrations, live), _MIGRATIONS
    files = read_files(session.invocation, environment=session.target.environment)
    found = files.validation.findings
    if has_errors(found):
        return Compared(live, live, findings=found), files.path.name
    return compare_file(project, files.validation.schema, live, migrations, files.load), files.path.name


def _has_file(session: Session) -> bool:
    """Whether there is a schema file; one that is named and is not there is an error, said when it is read."""
    from pytest_nself.core.errors import ConfigError
    from pytest_nself.project.schema_file import find_schema_file

    try:
        find_schema_file(session.root, session.settings.local_schema_file)
    except ConfigError:
        return session.settings.local_schema_file is not None
    return True


def _text(session: Session, compared: Compared, beside: str, *, sql: bool) -> str:
    from ._schema import has_errors

    if has_errors(compared.findings):
        return "Nothing was compared."
    database = session.target.dsn.dbname
    if not compared.lines:
        return (
            f"{database} ({session.target.environment}) is what {beside} {'says' if beside != _MIGRATIONS else 'make'}."
        )
    if sql:
        from pytest_nself.authoring.trying import text_of
        from pytest_nself.catalog.changes import plan_changes

        return text_of(plan_changes(compared.now, compared.wanted)).rstrip()
    lines = [f"{database} ({session.target.environment}) beside {beside}:", *map(str, compared.lines)]
    lines += [f"Not looked at, since the file does not speak of it: schema {name}" for name in compared.kept]
    return "\n".join(lines)
