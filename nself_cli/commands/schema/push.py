"""`nself db schema push`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE, FAILED
from nself_cli.invocation import DESTRUCTIVE, Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.core.plan import Plan


@click.command("push")
@click.option("--migration-dir", metavar="FOLDER", help="Folder of the migrations, from the project's root.")
@common_options(writes=True, guard=DESTRUCTIVE, refused_in=("staging", "production"))
def command(invocation: Invocation, options: Options, migration_dir: str | None) -> int:
    """Make the development database what schema.dbml says, without a migration.

    For trying things out. What it would lose is shown and asked. Write the migration when it is good: the file and the
    migrations are compared, never the database. Refused in staging and production.

    \b
    Examples:
      nself db schema push
      nself db schema push --dry-run
    """
    from nself_cli.commands._schema import data_of, folder_of, has_errors, migrations_in, read_files
    from nself_cli.run import run_plan, start
    from nself_cli.session import table_of
    from pytest_nself.authoring.comparing import compare_file
    from pytest_nself.catalog.changes import plan_changes
    from pytest_nself.checks.roundtrips.states import with_dependencies
    from pytest_nself.execute.messages import preview

    session = start(invocation, options)
    files = read_files(invocation, environment=session.target.environment)
    invocation.findings += files.validation.findings
    if has_errors(files.validation.findings):
        present.checked(invocation, None, "Nothing was done.", {}, ok=False)
        return FAILED
    migrations = migrations_in(folder_of(files, migration_dir))
    lines: list[Any] = []

    def make_plan(connection: psycopg.Connection[Any]) -> Plan:
        live = with_dependencies(connection, table_of(session))
        compared = compare_file(files.project, files.validation.schema, live, migrations, files.load)
        invocation.findings += [one for one in compared.findings if one not in invocation.findings]
        lines[:] = compared.lines
        plan = plan_changes(compared.now, compared.wanted)
        if plan:
            present.note(invocation, "\n".join(map(str, lines)))
        return plan

    plan, report = run_plan(session, make_plan)
    data = {"changes": data_of(lines), "done": report is not None}
    if has_errors(invocation.findings):
        present.checked(invocation, None, "Nothing was done.", data, ok=False)
        return FAILED
    if not plan:
        text = f"{session.target.dsn.dbname} is what {files.path.name} says."
    elif report is None:
        text = "\n".join(preview(plan.steps))
    else:
        text = f"{session.target.dsn.dbname} is now what {files.path.name} says. Write the migration: nself db run"
    present.done(invocation, text, data)
    return DONE
