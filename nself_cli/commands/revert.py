"""`nself db revert`: schema, migrations and seeds as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_nself.authoring.reverting import Revert

    from ._applied import Applied
    from ._schema_files import ProjectFiles

_SIGNS = {"added": "+", "changed": "~", "removed": "-"}


@click.command("revert")
@click.option("--to", metavar="STAMP", help="Go back to this state; without it, to the one kept last.")
@click.option("--list", "listing", is_flag=True, help="List the states, the newest first, and do nothing.")
@click.option("--database", is_flag=True, help="First take back, in the database, what is applied and would be gone.")
@click.option("--metadata", is_flag=True, help="Put Hasura's metadata back as well.")
@common_options(writes=True, words="yes")
def command(
    invocation: Invocation, options: Options, to: str | None, listing: bool, database: bool, metadata: bool
) -> int:
    """Put schema, migrations and seeds back to a state of bin/dbsyncs.

    `db run`, `sync` and `revert` keep one each time before they change files, so a revert can be reverted. Shown first
    is which files change; --verbose shows how.

    The database does not follow by itself. What is applied in it and would be gone or another file is named, and its
    downs are run first with --database, or when you say so. Rows come back from a backup alone.

    \b
    Examples:
      nself db revert --list
      nself db revert
      nself db revert --to 2026-03-01_12-00-00 --dry-run -v
      nself db revert --database --yes
    """
    from pytest_nself.authoring.syncs import find_state

    from ._applied import applied_and_going
    from ._schema_files import start_files

    if listing and to is not None:
        raise click.UsageError("--list shows all states: give it without --to.", click.get_current_context())
    files = start_files(invocation, options)
    if listing:
        return _list(files)
    state = find_state(files.root, to)
    plan = _planned(files, state, metadata)
    if not plan:
        text = f"Nothing to do: the files are as in {state.name}. Others: nself db revert --list"
        present.done(invocation, text, {"state": state.name, "kept": None, "files": []})
        return 0
    applied = applied_and_going(files, plan, wanted=database)
    if options.dry_run:
        sql = _sql(applied) if database else []
        text = "\n".join([*_shown(files, plan), *applied.said(), *(f"\n{one}" for one in sql)])
        present.done(invocation, text, {**_data(plan, applied, None), "dry_run": True, "sql": sql})
        return 0
    return _revert(files, plan, applied, wanted=database)


def _planned(files: ProjectFiles, state: Any, metadata: bool) -> Revert:
    from pytest_nself.authoring.reverting import home_of, plan_revert
    from pytest_nself.authoring.syncs import MIGRATIONS, SCHEMA

    schema, folder = files.schema_file, files.migrations_folder
    # What is gone altogether comes back to where it was.
    if not schema.exists() and files.settings.local_schema_file is None:
        schema = home_of(state, SCHEMA, files.root, SCHEMA)
    if not folder.exists() and folder == files.root / MIGRATIONS:
        folder = home_of(state, MIGRATIONS, files.root, MIGRATIONS)
    return plan_revert(
        state,
        files.root,
        schema_file=schema,
        migrations_folder=folder,
        seeds_folder=files.seeds_folder,
        with_metadata=metadata,
    )


def _revert(files: ProjectFiles, plan: Revert, applied: Applied, *, wanted: bool) -> int:
    """Ask, keep what is there, take the database back where that is wanted, then change the files."""
    from pytest_nself.authoring.reverting import put_back
    from pytest_nself.authoring.syncs import MIGRATIONS, find_state, forget_state, from_root

    from ._applied import take_back
    from ._schema_files import agree, keep, show, shown

    invocation, name = files.invocation, plan.state.name
    show(files, "\n".join([*_shown(files, plan), *applied.said()]))
    agree(files.options, f"change {_counted(len(plan.changes))} to what {name} has")
    latest = find_state(files.root)
    kept = keep(files, "db revert", spare=plan.state, applied_head=applied.head)
    present.note(invocation, f"Kept what is there now in {shown(kept)}")
    try:
        taken = take_back(files, applied, wanted=wanted)
    except BaseException:
        # No file has changed, and the next `revert` means the same state as this one.
        forget_state(files.root, kept, latest)
        raise
    put_back(plan)
    lines = [f"Back to {name}: {_counted(len(plan.changes))} changed."]
    if applied.applied and not taken:
        downs = find_state(files.root, kept.name).folder(MIGRATIONS)
        present.warn(applied.left_behind(from_root(downs, files.root)))
    elif taken:
        lines.insert(0, f"Taken back in {invocation.environment}: {', '.join(taken)}.")
    present.done(invocation, "\n".join(lines), _data(plan, applied, kept, taken))
    return 0


def _shown(files: ProjectFiles, plan: Revert) -> list[str]:
    """What changes, one line a file; with --verbose how."""
    from pytest_nself.authoring.reverting import difference

    from ._schema_files import shown

    state = plan.state
    about = ", ".join(
        part
        for part in (
            f"kept before {state.before}" if state.before else "",
            f"in {state.environment}" if state.environment else "",
            f"with {state.applied_head} applied" if state.applied_head else "",
        )
        if part
    )
    lines = [f"Back to {state.name}" + (f" ({about}):" if about else ":")]
    for change in plan.changes:
        lines.append(f"  {_SIGNS[change.kind]} {shown(change.path)}")
        if files.options.verbose:
            lines.append(difference(change, shown(change.path)))
    return lines


def _sql(applied: Applied) -> list[str]:
    """What would be sent to the database."""
    from pytest_nself.execute.messages import preview

    return list(preview(applied.plan.steps)) if applied.plan is not None else []


def _list(files: ProjectFiles) -> int:
    from pytest_nself.authoring.syncs import FOLDER, states

    found = states(files.root)
    rows = [
        (
            state.name,
            f"before {state.before}" if state.before else "",
            state.environment or "",
            state.applied_head or "",
            f"schema {state.schema_sha256[:12]}" if state.schema_sha256 else "",
            f"nself {state.tool_version}" if state.tool_version else "not of this tool",
        )
        for state in found
    ]
    data = [
        {
            "state": state.name,
            "path": str(state.path),
            "kept_at": state.kept_at.isoformat(),
            "before": state.before,
            "environment": state.environment,
            "applied_head": state.applied_head,
            "schema_sha256": state.schema_sha256,
            "tool_version": state.tool_version,
        }
        for state in found
    ]
    present.done(files.invocation, present.table(rows) if rows else f"There is no state in {FOLDER}.", {"states": data})
    return 0


def _data(plan: Revert, applied: Applied, kept: Path | None, taken: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "state": plan.state.name,
        "kept": str(kept) if kept is not None else None,
        "files": [{"path": str(change.path), "change": change.kind} for change in plan.changes],
        "database": {
            "applied": [one.label for one in applied.applied],
            "taken_back": list(taken),
            "unknown": applied.unknown,
        },
    }


def _counted(number: int) -> str:
    return "1 file" if number == 1 else f"{number} files"
