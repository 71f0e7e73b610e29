"""`nself db migrate create`."""

from __future__ import annotations

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

from ._migrations import in_folder


@click.command("create")
@click.argument("name")
@click.option("--sql", metavar="SQL", help="What the up does; the down is left to be written.")
@in_folder
@click.option("--dry-run", is_flag=True, help="Name the files that would be written; write none.")
@common_options(writes=False, database=False)
def command(invocation: Invocation, options: Options, name: str, sql: str | None, migration_dir: str | None) -> int:
    """Write the files of a new migration, where `up` reads them.

    They have the layout and the numbering of the newest one: 004_ after 003_, a timestamp after a timestamp, folders
    among folders, and an entry in drizzle's journal. In a new project: migrations/<timestamp>_<name>.sql with the
    parts -- UP and -- DOWN.

    \b
    Examples:
      nself db migrate create add_user_preferences
      nself db migrate create add_user_preferences --sql "alter table users add column preferences jsonb;"
    """
    from datetime import UTC, datetime
    from pathlib import Path

    from pytest_nself.core.step import WriteFile
    from pytest_nself.execute.files import write_files
    from pytest_nself.migrations.create import plan_create
    from pytest_nself.migrations.layouts import read_migrations
    from pytest_nself.migrations.migration import Migrations
    from pytest_nself.migrations.sums import plan_sums
    from pytest_nself.project.folders import migrations_folder_to_write
    from pytest_nself.project.pyproject import read_table
    from pytest_nself.project.target import find_root

    from ._migrations import shown

    root = find_root(Path.cwd())
    folder = shown(migrations_folder_to_write(root, migration_dir or read_table(root).get("migrations")))
    migrations = read_migrations(folder) if folder.is_dir() else Migrations(str(folder))
    plan = plan_create(folder, migrations, name, sql=sql, now=datetime.now(UTC))
    paths = [step.path for step in plan.steps if isinstance(step, WriteFile)]
    if not options.dry_run:
        write_files(plan)
        if sql is not None:  # else its up is still to be written, and would count as edited then
            write_files(plan_sums(folder, read_migrations(folder)))
    data = {"files": paths, "dry_run": options.dry_run}
    present.done(
        invocation, "\n".join(f"{'would write' if options.dry_run else 'wrote'} {path}" for path in paths), data
    )
    return 0
