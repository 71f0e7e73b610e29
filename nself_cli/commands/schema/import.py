"""`nself db schema import`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE, FAILED
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from nself_cli.commands._schema import Files
    from pytest_nself.authoring.importing import Drafted
    from pytest_nself.migrations.migration import Migrations


@click.command("import")
@click.argument("file", required=False)
@click.option("--name", metavar="NAME", help="Name of the migration; by default what it does.")
@click.option("--message", metavar="TEXT", help="The same in words: 'Add user profiles'.")
@click.option("--rename", multiple=True, metavar="OLD=NEW", help="This is a rename: public.users.mail=email.")
@click.option("--migration-dir", metavar="FOLDER", help="Folder of the migrations, from the project's root.")
@common_options(writes=True, database=False)
def command(
    invocation: Invocation,
    options: Options,
    file: str | None,
    name: str | None,
    message: str | None,
    rename: tuple[str, ...],
    migration_dir: str | None,
) -> int:
    """Write the migration that makes the database what schema.dbml says.

    The migrations are replayed on a throwaway server, the file is built beside, and the way from one to the other is
    gone: up, down, and up again. Only then are both halves written, as the folder's newest migration is. No database of
    yours is touched: apply it with `nself db migrate up`.

    \b
    Examples:
      nself db schema import
      nself db schema import schema.dbml --name add_profiles
      nself db schema import --dry-run
      nself db schema import --rename public.users.mail=email
    """
    from datetime import datetime

    from nself_cli.commands._schema import folder_of, has_errors, migrations_in, read_files
    from pytest_nself.authoring.importing import draft_migration, raise_problems

    if name is not None and message is not None:
        raise click.UsageError("--name and --message say the same: give one.", click.get_current_context())
    files = read_files(invocation, file)
    invocation.findings += files.validation.findings
    if has_errors(files.validation.findings):
        return _failed(invocation)
    folder = folder_of(files, migration_dir)
    migrations = migrations_in(folder)
    migrations.raise_errors()
    if not (options.yes or options.dry_run or rename) and _is_known(files, migrations):
        return _unchanged(invocation)
    now = datetime.now().astimezone()

    def draft(renames: Sequence[str]) -> Drafted:
        return draft_migration(
            files.project,
            files.validation.schema,
            migrations,
            folder=folder,
            name=name or message,
            now=now,
            renames=renames,
            file=files.path.name,
            load=files.load,
        )

    drafted = draft(rename)
    if confirmed := _confirmed(options, drafted):
        drafted = draft((*rename, *confirmed))
    invocation.findings += drafted.findings
    if has_errors(drafted.findings):
        return _failed(invocation)
    if not drafted.lines:
        if not options.dry_run:
            _remember(files, migrations)
        return _unchanged(invocation)
    raise_problems(drafted)
    if options.dry_run:
        text = f"{_summary(drafted)}\n\n{drafted.preview}\n\nNothing was written."
        return _told(invocation, drafted, text, written=[])
    _ask(options, drafted)
    return _write(invocation, files, drafted, migrations, folder, now)


def _failed(invocation: Invocation) -> int:
    present.checked(invocation, None, "Nothing was written.", {"files": []}, ok=False)
    return FAILED


def _unchanged(invocation: Invocation) -> int:
    present.findings(invocation)
    present.done(invocation, "The migrations already make what the schema says.", {"changes": [], "files": []})
    return DONE


def _is_known(files: Files, migrations: Migrations) -> bool:
    from pytest_nself.authoring.known import is_known

    return is_known(files.project.root, files.used, migrations)


def _remember(files: Files, migrations: Migrations) -> None:
    from pytest_nself.authoring.known import remember

    remember(files.project.root, files.used, migrations)


def _confirmed(options: Options, drafted: Drafted) -> list[str]:
    """The pairs of which somebody at the terminal says that they are renames."""
    import sys

    if options.yes or options.dry_run or not drafted.candidates or not sys.stdin.isatty():
        return []
    asked = zip(drafted.candidates, drafted.rename_flags, strict=True)
    return [
        flag
        for one, flag in asked
        if present.ask(f"Is {one.new.kind} {one.new} the renamed {one.old}? [y/N]").lower() in ("y", "yes")
    ]


def _ask(options: Options, drafted: Drafted) -> None:
    """What loses rows, or may be a rename, is not written before somebody has said so."""
    import sys

    from pytest_nself.core.errors import Refused

    losing = drafted.losing
    if not losing or options.yes:
        return
    said = "\n".join(f"  {line}" for line in losing)
    renames = "\n".join(f"  --rename {one}" for one in drafted.rename_flags)
    hint = f"\nIf one of them was renamed, say so instead:\n{renames}" if renames else ""
    if not sys.stdin.isatty():
        raise Refused(
            "The migration would lose rows.",
            f"{said}{hint}\nNothing was written.",
            "say --yes if that is meant, or --rename where something was renamed",
        )
    present.warn(f"This loses rows:\n{said}{hint}")
    if present.ask("Write it all the same? [y/N]").lower() not in ("y", "yes"):
        raise Refused("Not confirmed.", "Nothing was written.")


def _refuse_newer(folder: Path, migrations: Migrations) -> None:
    """What was drafted behind these migrations is not written behind others: somebody else was quicker."""
    from nself_cli.commands._schema import migrations_in
    from pytest_nself.core.errors import Refused

    there = migrations_in(folder)
    if [(one.version, one.checksum) for one in there] != [(one.version, one.checksum) for one in migrations]:
        raise Refused(
            f"The migrations in {folder} changed in the meantime.",
            "The new one was made and proven behind those that were there. Nothing was written.",
            "run it again",
        )


def _write(
    invocation: Invocation, files: Files, drafted: Drafted, migrations: Migrations, folder: Path, now: datetime
) -> int:
    from nself_cli.commands._schema import migrations_in
    from nself_cli.commands._schema_files import shown
    from pytest_nself.authoring.syncs import keep_state
    from pytest_nself.core.step import WriteFile
    from pytest_nself.execute.files import write_files
    from pytest_nself.migrations.sums import plan_sums
    from pytest_nself.project.folders import find_seeds_folder
    from pytest_nself.project.pyproject import read_table

    kept = keep_state(
        files.project.root,
        schema_file=files.path,
        migrations_folder=folder,
        now=now,
        before="schema import",
        environment=invocation.environment,
        seeds_folder=find_seeds_folder(files.project.root, read_table(files.project.root).get("seeds")),
        used=[path for path in files.used if path != files.path],
        keep=files.settings.sync_retention,
    )
    assert drafted.files is not None  # there is something to do
    _refuse_newer(folder, migrations)
    write_files(drafted.files)
    migrations = migrations_in(folder)
    write_files(plan_sums(folder, migrations))
    _remember(files, migrations)
    paths = [str(step.path) for step in drafted.files.steps if isinstance(step, WriteFile)]
    lines = [
        _summary(drafted),
        "",
        *(f"wrote {path}" for path in paths),
        f"kept what was before in {shown(kept)}",
        "",
        "Read it, then apply it: nself db migrate up",
    ]
    return _told(invocation, drafted, "\n".join(lines), written=paths)


def _summary(drafted: Drafted) -> str:
    lines = [str(line) for line in drafted.lines]
    lines += [f"Left alone, since the file does not speak of it: schema {name}" for name in drafted.kept]
    lines += [f"Note: {note}" for note in drafted.notes]
    return "\n".join([*lines, "", f"Proven on {drafted.server}: up, down, and up again."])


def _told(invocation: Invocation, drafted: Drafted, text: str, *, written: list[str]) -> int:
    from nself_cli.commands._schema import data_of

    present.findings(invocation)
    data: dict[str, Any] = {
        "changes": data_of(drafted.lines),
        "files": written,
        "up": drafted.up,
        "down": drafted.down,
        "server": drafted.server,
        "renames": [str(one) for one in drafted.candidates],
        "left_alone": list(drafted.kept),
    }
    present.done(invocation, text, data)
    return DONE
