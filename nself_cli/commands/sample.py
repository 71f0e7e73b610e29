"""`nself db sample`: a schema to begin with."""

from __future__ import annotations

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options


@click.command("sample")
@click.option("--name", type=click.Choice(("blog", "saas", "shop")), default="blog", help="What it models.")
@common_options(writes=True, words="yes")
def command(invocation: Invocation, options: Options, name: str) -> int:
    """Write a schema.dbml to begin with, which validates and runs.

    It shows what a schema can say: enums, keys, checks, indexes, references with actions, notes and comments. A
    schema.dbml that is there is replaced only when you say so, and kept in bin/dbsyncs before. --dry-run prints the
    sample.

    \b
    Examples:
      nself db sample
      nself db sample --name shop --dry-run
    """
    from pytest_nself.authoring.samples import sample_text

    from ._schema_files import agree, keep, replace_schema, shown, start_files

    files = start_files(invocation, options)
    path, text = files.schema_file, sample_text(name)
    data = {"name": name, "file": str(path), "written": not options.dry_run, "text": text}
    if options.dry_run:
        present.done(invocation, text.rstrip(), data)
        return 0
    if path.exists():
        agree(files.options, f"replace {shown(path)}, which is there already, by a sample")
        present.note(invocation, f"Kept what was there in {shown(keep(files, 'db sample'))}")
    replace_schema(files, text)
    text = f"wrote {shown(path)}\nNext: nself db run writes its migration, nself db migrate up applies it."
    present.done(invocation, text, data)
    return 0
