"""`nself db factories generate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nself_cli import present
from nself_cli.exit_codes import DONE
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    from nself_cli.session import Session
    from pytest_nself.core.names import ObjectRef
    from pytest_nself.data.shape.model import Shape


@click.command("generate")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write it to FILE.")
@click.option("--tables", metavar="A,B", help="Only factories of these tables.")
@common_options(writes=True, words="yes")
def command(invocation: Invocation, options: Options, out: Path | None, tables: str | None) -> int:
    """Write a factory class for each table, to start from.

    They are factory_boy's, over tables instead of models. The database is only read. Without --out the source is
    printed; a file that is there is replaced only with --yes.

    \b
    Examples:
      nself db factories generate
      nself db factories generate --out tests/factories.py
      nself db factories generate --tables users,posts --dry-run
    """
    from nself_cli.run import connected, start
    from nself_cli.session import table_of
    from pytest_nself.checks.target import only_reading
    from pytest_nself.data.factories.source import factories_source
    from pytest_nself.data.shape.reading import read_shape
    from pytest_nself.migrations.ledger import LOG_SUFFIX

    session = start(invocation, options)
    ledger = table_of(session)
    books = ((ledger.schema, ledger.name), (ledger.schema, ledger.name + LOG_SUFFIX))
    with connected(session) as (_, connection), only_reading(connection):
        shape = read_shape(connection, excluded_tables=books)
    refs = _chosen(shape, tables)
    text = factories_source(shape, refs)
    writes = out is not None and not options.dry_run
    data = {"tables": [str(ref) for ref in refs], "file": None if out is None else str(out), "written": writes}
    if out is None or options.dry_run:
        present.done(invocation, text.rstrip(), {**data, "text": text})
        return DONE
    _write(session, out, text)
    present.done(invocation, f"Wrote {out}: {len(refs)} factories.", {**data, "text": text})
    return DONE


def _chosen(shape: Shape, tables: str | None) -> list[ObjectRef]:
    from pytest_nself.core.errors import FixtureError
    from pytest_nself.data.nearest import nearest
    from pytest_nself.data.sets.named_tables import table_names
    from pytest_nself.data.shape.order import root_of
    from pytest_nself.data.written.names import table_of

    if tables is None:
        return [table.ref for table in shape.roots]
    found = []
    for name in filter(None, (one.strip() for one in tables.split(","))):
        ref = table_of(name)
        known = () if ref is None else shape.named(ref.schema, ref.name)
        if len(known) != 1:
            hint = nearest(name, table_names(shape)) if not known else "Several schemas have one."
            raise FixtureError(f'There is no one table "{name}".', hint, "correct --tables")
        found.append(root_of(shape, known[0].ref))
    return list(dict.fromkeys(found))


def _write(session: Session, path: Path, text: str) -> None:
    from nself_cli.commands._written import write_out
    from pytest_nself.core.errors import Refused

    before = path.read_bytes() if path.is_file() else None
    if before is not None and before != text.encode() and not session.options.yes:
        raise Refused(f"{path} is there already.", "Nothing was written.", "say --yes to replace it, or another --out")
    write_out(path, text, before)
