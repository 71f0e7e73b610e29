"""`nself db migrate create`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

from ._migrations import in_folder

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pytest_nself.core.plan import Plan
    from pytest_nself.migrations.migration import Migrations


@click.command("create")
@click.argument("name")
@click.option("--sql", metavar="SQL", help="What the up does; the down is found and tried.")
@in_folder
@click.option("--dry-run", is_flag=True, help="Name the files that would be written; write none.")
@common_options(writes=False, database=False)
def command(invocation: Invocation, options: Options, name: str, sql: str | None, migration_dir: str | None) -> int:
    """Write the files of a new migration, where `up` reads them.

    They have the layout and the numbering of the newest one: 004_ after 003_, a timestamp after a timestamp, folders
    among folders, and an entry in drizzle's journal. In a new project: migrations/<timestamp>_<name>.sql with the
    parts -- UP and -- DOWN.

    With --sql the down is written, too: the SQL runs behind all migrations on a throwaway server, what it changed in
    the schema is taken back, and up, down and up again must leave no trace. Where no such way is known, a comment
    stands in the down's place, and why is said.

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
    now = datetime.now(UTC)
    plan, why, down = plan_create(folder, migrations, name, sql=sql, now=now), "", None
    if sql is not None:
        plan, why, down = _with_down(plan, root, folder, migrations, name=name, sql=sql, now=now)
    paths = [step.path for step in plan.steps if isinstance(step, WriteFile)]
    if not options.dry_run:
        write_files(plan)
        if sql is not None:  # else its up is still to be written, and would count as edited then
            write_files(plan_sums(folder, read_migrations(folder)))
    data = {"files": paths, "dry_run": options.dry_run, "down": down, "no_down": why or None}
    if why:
        present.note(invocation, f"The down is left to be written. {why}")
    present.done(
        invocation, "\n".join(f"{'would write' if options.dry_run else 'wrote'} {path}" for path in paths), data
    )
    return 0


def _with_down(
    bare: Plan, root: Path, folder: Path, migrations: Migrations, *, name: str, sql: str, now: datetime
) -> tuple[Plan, str, str | None]:
    """The plan with the down that was found, or the bare one and why none was."""
    from pytest_nself.authoring.deriving import derive_down
    from pytest_nself.core.errors import NselfError
    from pytest_nself.sandbox.kept import TestProject

    try:
        found = derive_down(TestProject.find(root), migrations, folder=folder, name=name, sql=sql, now=now)
    except NselfError as error:
        return bare, f"{error.problem} {error.cause}".strip(), None
    return found.files, found.why, found.down
