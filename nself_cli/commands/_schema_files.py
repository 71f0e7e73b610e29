"""What the commands on the project's own files share: settings, folders, and the question before they change."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nself_cli import present
from nself_cli.guard import YES
from nself_cli.invocation import Invocation
from nself_cli.options import Options

if TYPE_CHECKING:
    from pytest_nself.authoring.syncs import State
    from pytest_nself.project.database_settings import DatabaseSettings


class ProjectFiles(NamedTuple):
    """One command on the project's files; an environment only says which settings count."""

    invocation: Invocation
    options: Options
    root: Path
    settings: DatabaseSettings
    schema_file: Path
    migrations_folder: Path
    seeds_folder: Path | None


def shown(path: Path) -> str:
    """The path as seen from here, where that is shorter."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def start_files(invocation: Invocation, options: Options) -> ProjectFiles:
    """Find out which project, settings and files are meant; no database is needed."""
    from pytest_nself.project.database_settings import read_database_settings
    from pytest_nself.project.folders import find_seeds_folder, migrations_folder_to_write
    from pytest_nself.project.pyproject import read_table
    from pytest_nself.project.schema_file import schema_file_to_write
    from pytest_nself.project.target import find_root
    from pytest_nself.project.which_environment import choose_environment

    root = find_root(Path.cwd())
    environment = choose_environment(root, options.env)
    invocation.environment = environment.name
    settings = read_database_settings(root, environment.name, flags={"debug": options.debug or None})
    invocation.debug = settings.debug
    for text in settings.notes:
        present.note_once(invocation, f"Note: {text}")
    present.debug(invocation, f"project {root}; environment {environment.name}, from {environment.origin}")
    schema_file = schema_file_to_write(root, settings.local_schema_file)
    table = read_table(root)
    migrations_folder = migrations_folder_to_write(root, table.get("migrations"))
    seeds_folder = find_seeds_folder(root, table.get("seeds"))
    return ProjectFiles(invocation, options, root, settings, schema_file, migrations_folder, seeds_folder)


def keep(files: ProjectFiles, before: str, *, spare: State | None = None, applied_head: str | None = None) -> Path:
    """Keep the files as they are before `before` (`db sync`); the new state's folder."""
    from pytest_nself.authoring.syncs import keep_state

    return keep_state(
        files.root,
        schema_file=files.schema_file,
        migrations_folder=files.migrations_folder,
        seeds_folder=files.seeds_folder,
        now=datetime.now(UTC),
        before=before,
        environment=files.invocation.environment,
        applied_head=applied_head,
        used=_used_by(files.schema_file),
        keep=files.settings.sync_retention,
        spare=[spare.name] if spare is not None else [],
    )


def _used_by(schema_file: Path) -> list[Path]:
    """The files that a schema file uses, as far as they can be read."""
    from pytest_nself.schema.reader import read_linked

    used: list[Path] = []

    def load(name: str) -> str | None:
        place = Path(name)
        if not place.is_file():
            return None
        used.append(place)
        return place.read_bytes().decode("utf-8-sig", errors="replace")

    if schema_file.is_file():
        read_linked(str(schema_file), load)
    return [place for place in used if place != schema_file]


def replace_schema(files: ProjectFiles, text: str) -> None:
    """Write the schema's file, whole or not at all; one that is there keeps its line ends, byte order mark and mode."""
    from hashlib import sha256

    from pytest_nself.core.plan import Plan
    from pytest_nself.core.step import WriteFile
    from pytest_nself.execute.files import write_files

    # Behind a link the file itself is written, so that the link stays one.
    path = files.schema_file.resolve()
    there = path.is_file()
    before = path.read_bytes() if there else b""
    mode = path.stat().st_mode & 0o777 if there else 0o644
    content = fitted(text, before)
    step = WriteFile(f"write {path}", str(path), content, mode, sha256(before).hexdigest() if there else None)
    write_files(Plan(f"write {shown(path)}", (step,)))


def fitted(text: str, before: bytes) -> bytes:
    """`text` with the line ends and the byte order mark of what stood there."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if lines and not lines.endswith("\n"):
        lines += "\n"
    if b"\r\n" in before:
        lines = lines.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b"") + lines.encode()


def is_terminal() -> bool:
    """Whether somebody sits at stdin."""
    return sys.stdin is not None and sys.stdin.isatty()


def show(files: ProjectFiles, text: str) -> None:
    """Say what would change: with --quiet, too, where somebody is asked, since a yes is one to what was read."""
    if files.invocation.quiet and is_terminal() and not files.options.yes:
        present.warn(text)
    else:
        present.note(files.invocation, text)


def agree(options: Options, title: str) -> None:
    """Get a yes for `title` (`replace schema.dbml`): typed, or given with --yes. Raises Refused without one.

    Files are the same in every environment, so it is asked in each.
    """
    from pytest_nself.core.errors import Refused

    if options.yes:
        return
    if not is_terminal():
        raise Refused(f"This would {title}, and nobody is there to ask.", "Nothing was done.", "say --yes")
    if present.ask(f"This will {title}. Type {YES} to go on:") != YES:
        raise Refused(f"Not confirmed: {YES} was not typed.", "Nothing was done.")
