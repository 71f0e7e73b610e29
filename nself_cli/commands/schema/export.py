"""`nself db schema export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    from pytest_nself.schema.model import Schema

FORMATS = ("dbml", "sql", "json", "mermaid", "dot", "svg")


@click.command("export")
@click.argument("environment", metavar="[ENV]", required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), default="dbml", help="What to write; dbml by default.")
@click.option("--output", metavar="FILE", help="Write it there instead of printing it.")
@click.option("--from", "source", metavar="FILE", help="Take the schema from this file, and ask no database.")
@click.option("--offline", is_flag=True, help="Take it from the project's schema.dbml, and ask no database.")
@common_options(writes=False)
def command(
    invocation: Invocation,
    options: Options,
    environment: str | None,
    form: str,
    output: str | None,
    source: str | None,
    offline: bool,
) -> int:
    """Write a database's schema as DBML, SQL, JSON, or as a drawing.

    The database is read only. What a schema.dbml says beyond the database stays: its comments, groups, notes, and the
    order of its parts. What DBML has no words for stands in comments that begin with nself:sql, and is told.

    \b
    Examples:
      nself db schema export --output schema.dbml
      nself db schema export staging --format sql
      nself db schema export --format svg --output schema.svg
      nself db schema export --offline --format mermaid
    """
    if environment is not None and options.env not in (None, environment):
        raise click.UsageError("ENV and --env name two environments: give one.", click.get_current_context())
    if source is not None or offline:
        text = _offline(invocation, form, source, environment or options.env)
    else:
        text = _live(invocation, options._replace(env=environment or options.env), form, output)
    present.findings(invocation)
    data: dict[str, Any] = {"format": form, "file": output, "text": None if output is not None else text}
    if output is None:
        present.done(invocation, text.rstrip("\n"), data)
        return DONE
    _write(invocation, options, Path(output), text)
    present.done(invocation, f"wrote {output}", data)
    return DONE


def _offline(invocation: Invocation, form: str, source: str | None, environment: str | None) -> str:
    from nself_cli.commands._schema import read_files
    from nself_cli.commands._schema_files import shown
    from pytest_nself.core.finding import Severity
    from pytest_nself.schema.problems import raise_errors

    files = read_files(invocation, source, environment=environment)
    raise_errors(files.validation.findings, shown(files.path))
    invocation.findings += [one for one in files.validation.findings if one.severity is Severity.WARNING]
    schema = files.validation.schema
    if form == "sql":
        from pytest_nself.schema.ddl import schema_statements

        return "".join(f"{step.sql.text};\n\n" for step in schema_statements(schema))
    return _text(schema, form)


def _live(invocation: Invocation, options: Options, form: str, output: str | None) -> str:
    from nself_cli.commands._schema import read_live
    from nself_cli.run import start

    session = start(invocation, options)
    catalog = read_live(session)
    if form == "sql":
        from pytest_nself.authoring.trying import text_of
        from pytest_nself.catalog.changes import plan_changes
        from pytest_nself.schema.unsaid import empty_catalog

        return text_of(plan_changes(empty_catalog(catalog), catalog))
    from pytest_nself.schema.from_catalog import schema_from

    into = output if form == "dbml" else None
    exported = schema_from(catalog, _existing(invocation, session.root, session.settings.local_schema_file, into))
    if form in ("dbml", "json"):
        invocation.findings += exported.notes
    return _text(exported.schema, form)


def _existing(invocation: Invocation, root: Path, setting: str | None, output: str | None) -> Schema | None:
    """What the file that is written says already, or else the project's: with all that it uses, as one file."""
    from dataclasses import replace

    from nself_cli.commands._schema import text_of
    from nself_cli.commands._schema_files import shown
    from pytest_nself.core.finding import Severity
    from pytest_nself.schema.problems import raise_errors
    from pytest_nself.schema.reader import read_linked

    path = Path(output) if output is not None and Path(output).is_file() else _schema_file(root, setting)
    if path is None:
        return None

    def load(name: str) -> str | None:
        return text_of(Path(name)) if Path(name).is_file() else None

    reading = read_linked(shown(path.resolve() if path.is_absolute() else path), load)
    if reading.findings.at_least(Severity.ERROR):
        if output is not None:
            raise_errors(reading.findings, shown(path))
        present.note(invocation, f"Note: {shown(path)} has errors, and nothing is taken from it: nself db validate")
        return None
    return replace(reading.schema, uses=())


def _schema_file(root: Path, setting: str | None) -> Path | None:
    from pytest_nself.project.schema_file import schema_file_to_write

    path = schema_file_to_write(root, setting)
    return path if path.is_file() else None


def _text(schema: Schema, form: str) -> str:
    if form == "dbml":
        from pytest_nself.schema.writer import write_schema

        return write_schema(schema)
    if form == "json":
        from pytest_nself.schema.drawing.json import schema_json

        return schema_json(schema)
    if form == "mermaid":
        from pytest_nself.schema.drawing.mermaid import mermaid

        return mermaid(schema)
    if form == "dot":
        from pytest_nself.schema.drawing.dot import dot

        return dot(schema)
    from pytest_nself.schema.drawing.svg import svg

    return svg(schema)


def _write(invocation: Invocation, options: Options, path: Path, text: str) -> None:
    """Write the file, whole or not at all; the project's schema file is kept before, as every command keeps it."""
    from hashlib import sha256

    from nself_cli.commands._schema_files import keep, replace_schema, shown, start_files
    from pytest_nself.core.plan import Plan
    from pytest_nself.core.step import WriteFile
    from pytest_nself.execute.files import write_files

    there = path.read_bytes() if path.is_file() else None
    files = start_files(invocation, options)
    if there is not None and files.schema_file.is_file() and path.resolve() == files.schema_file.resolve():
        if there != text.encode():
            present.note(invocation, f"Kept what was there in {shown(keep(files, 'db schema export'))}")
            replace_schema(files, text)
        return
    before = None if there is None else sha256(there).hexdigest()
    step = WriteFile(f"write {path}", str(path), text.encode(), 0o644, before)
    write_files(Plan(f"write {path}", (step,)))
