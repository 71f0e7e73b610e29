"""`nself db sync`: a schema that was drawn on dbdiagram.io becomes the project's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nself_cli import present
from nself_cli.exit_codes import DONE, FAILED
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    from ._schema_files import ProjectFiles

_END = "."
_STDIN = "-"


@click.command("sync")
@click.argument("file", required=False)
@click.option(
    "--open/--no-open", "opens", default=None, help="Open the diagram in the browser; --no-open asks nothing."
)
@click.option("--message", metavar="TEXT", help="Name the migration by what it does: 'Add user profiles'.")
@common_options(writes=True, words="yes")
def command(invocation: Invocation, options: Options, file: str | None, opens: bool | None, message: str | None) -> int:
    """Take a schema over from dbdiagram.io, then do as `nself db run`.

    DBDIAGRAM_URL says where the diagram is. Export its DBML there, and give it as FILE, on stdin (or -), or paste it:
    the paste ends with a line that holds one dot alone, or with Ctrl-D.

    It is validated before anything is written. How schema.dbml changes is shown, and asked; what was there is kept in
    bin/dbsyncs. --dry-run shows it only.

    \b
    Examples:
      nself db sync
      nself db sync ~/Downloads/shop.dbml
      nself db sync - --yes < shop.dbml
    """
    from ._schema_files import agree, keep, replace_schema, show, shown, start_files

    files = start_files(invocation, options)
    _show_diagram(files, opens, pasting=file is None)
    text, source = _taken(files, file)
    if not _is_valid(files, text, source):
        return FAILED
    path = files.schema_file
    difference = _difference(files, text)
    data = {"file": str(path), "written": False, "diff": difference}
    if options.dry_run:
        present.findings(invocation)
        present.done(invocation, difference or f"{shown(path)} says the same already.", data)
        return DONE
    if difference:
        show(files, difference)
        _warn_of_directives(files, text)
        agree(files.options, f"{'replace' if path.exists() else 'write'} {shown(path)}")
        kept = keep(files, "db sync")
        present.note(invocation, f"Kept what was there in {shown(kept)}")
        replace_schema(files, text)
        present.note(invocation, f"wrote {shown(path)}")
        return _after(files, kept, message)
    present.note(invocation, f"{shown(path)} says the same already.")
    return _run(files, message)


def _after(files: ProjectFiles, kept: Path, message: str | None) -> int:
    """Go on with the new schema. The state that a revert takes stays the one with the old schema."""
    from pytest_nself.authoring.syncs import mark_latest
    from pytest_nself.core.errors import NselfError

    from ._schema_files import shown

    way = (
        f"{shown(files.schema_file)} is the new one all the same: go on with nself db run, or back with nself db revert"
    )
    try:
        code = _run(files, message)
    except NselfError as error:
        error.remedy = f"{error.remedy}; {way}" if error.remedy else way
        raise
    if code != DONE:
        present.warn(f"{way}.")
    mark_latest(files.root, kept)
    return code


def _show_diagram(files: ProjectFiles, opens: bool | None, *, pasting: bool) -> None:
    """Say where the diagram is; open it where that is wanted."""
    from pytest_nself.core.errors import ConfigError

    from ._schema_files import is_terminal

    url = files.settings.dbdiagram_url
    if url is None:
        if opens:
            raise ConfigError(
                "DBDIAGRAM_URL is not set.",
                "It says where the project's diagram is.",
                "set it in .env.local: DBDIAGRAM_URL=https://dbdiagram.io/d/your-project",
            )
        return
    origin = files.settings.origin("dbdiagram_url")
    # A browser opens whatever it is told, programs and files of this machine among them.
    if not url.lower().startswith(("https://", "http://")):
        raise ConfigError(
            f"{url!r} is no address of a diagram.", f"It comes from {origin}.", "use one that begins with https://"
        )
    present.note(files.invocation, f"Diagram: {url} (from {origin})")
    if opens is None and pasting and is_terminal() and not files.options.yes:
        opens = present.ask("Open it in the browser? Type yes to do so:") == "yes"
    if opens:
        import webbrowser

        if not webbrowser.open(url):
            present.note(files.invocation, "There is no browser here: open it yourself.")


def _taken(files: ProjectFiles, file: str | None) -> tuple[str, str]:
    """The DBML that was given, and what its errors shall name."""
    from pytest_nself.core.errors import ConfigError

    from ._schema_files import is_terminal, shown

    if file not in (None, _STDIN):
        path = Path(str(file))
        try:
            return _decoded(path.read_bytes(), shown(path)), shown(path)
        except OSError as error:
            raise ConfigError(f"{file} cannot be read.", error.strerror or str(error), "name a file of DBML") from None
    if file is None and is_terminal():
        present.warn(f"Paste the exported DBML; end it with a line that holds {_END} alone, or with Ctrl-D.")
        text, source = _pasted(), "paste"
    else:
        text, source = _piped(), "stdin"
    if not text.strip():
        raise ConfigError(
            "There is no DBML to take over.",
            f"The {source} is empty.",
            "give a file: nself db sync FILE; or paste what dbdiagram.io exports as DBML",
        )
    return text, source


def _pasted() -> str:
    lines = []
    for line in iter(sys.stdin.readline, ""):
        if line.strip() == _END:
            break
        lines.append(line)
    return "".join(lines)


def _piped() -> str:
    if sys.stdin is None:
        return ""
    raw = getattr(sys.stdin, "buffer", None)
    return _decoded(raw.read(), "stdin") if raw is not None else sys.stdin.read()


def _decoded(content: bytes, source: str) -> str:
    from pytest_nself.core.errors import ConfigError

    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cause = f"Byte {error.start} is not UTF-8. Nothing was written."
        raise ConfigError(f"{source} cannot be read as text.", cause, "save it in UTF-8") from None


def _is_valid(files: ProjectFiles, text: str, source: str) -> bool:
    """Whether nothing is wrong with the schema by itself; else all of it is told.

    Its warnings are told by what follows, where something does.
    """
    from pytest_nself.core.finding import Severity
    from pytest_nself.schema.validation import validate

    invocation = files.invocation
    validation = validate(text, source)
    wrong = len(validation.findings.at_least(Severity.ERROR))
    if not wrong and not validation.schema.tables and not validation.schema.enums:
        from pytest_nself.core.errors import ConfigError

        cause = "A schema without any table would take all of them from the database. Nothing was written."
        raise ConfigError(f"No table is defined in the {source}.", cause, "export the diagram as DBML")
    if wrong or files.options.dry_run:
        invocation.findings += validation.findings
    if wrong:
        text = f"{wrong} error{'' if wrong == 1 else 's'}. Nothing was written."
        present.checked(invocation, None, text, {"file": source, "written": False}, ok=False)
    return not wrong


def _difference(files: ProjectFiles, text: str) -> str:
    from pytest_nself.authoring.reverting import text_difference

    from ._schema_files import shown

    path = files.schema_file
    before = path.read_bytes().decode("utf-8-sig", errors="replace") if path.is_file() else ""
    return text_difference(before, text.removeprefix("\ufeff"), shown(path), then="new")


def _warn_of_directives(files: ProjectFiles, text: str) -> None:
    """dbdiagram.io may know nothing of what our comments say: that they would go is worth more than a line of diff."""
    path = files.schema_file
    before = path.read_bytes().decode("utf-8-sig", errors="replace") if path.is_file() else ""
    lost = before.count("hasura:") - text.count("hasura:")
    if lost > 0:
        named = "1 comment" if lost == 1 else f"{lost} comments"
        present.warn(f"Warning: {named} for Hasura (// hasura:…) would be lost: put them into the diagram's text, too.")


def _run(files: ProjectFiles, message: str | None) -> int:
    """Go on as `nself db run` does, as one and the same command."""
    from importlib import import_module

    options = files.options
    context = click.get_current_context()
    # Not --yes: it said that the schema may be replaced, not that the migration may lose rows.
    flags = {"--json": options.json, "--quiet": options.quiet, "--debug": options.debug}
    args = [flag for flag, given in flags.items() if given]
    args += ["--message", message] if message is not None else []
    run: click.Command = import_module("nself_cli.commands.schema.import").command
    following = run.make_context(context.info_name, [*args, "--", str(files.schema_file)], parent=context.parent)
    with following:
        code: int = run.invoke(following)
    return code
