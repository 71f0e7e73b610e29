"""`nself db seed list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    from pytest_nself.data.seeds.ledger import SeedLedger, SeedRow
    from pytest_nself.data.seeds.seed_file import SeedFile, Seeds


@click.command("list")
@common_options(writes=False)
def command(invocation: Invocation, options: Options) -> int:
    """List the seeds: for which environments they are, and whether they were loaded here.

    All files are listed, in the order of their folders. `changed` is one whose text is another than that which was
    loaded; `gone` one that was loaded and is no longer there. Without a database it is only told what there is.

    \b
    Examples:
      nself db seed list
      nself db seed list --env production
      nself db seed list --json
    """
    from nself_cli.run import connected, start
    from pytest_nself.core.errors import NselfError
    from pytest_nself.data.seeds.ledger import read_seed_ledger
    from pytest_nself.project.target import find_root

    from ._seeds import here, read_project_seeds

    seeds = read_project_seeds(find_root(here()), invocation.findings)
    ledger: SeedLedger | None = None
    try:
        session = start(invocation, options)
        with connected(session) as (_, connection):
            ledger = read_seed_ledger(connection)
    except NselfError as error:
        if options.env is not None or options.dsn is not None:
            raise
        present.note(invocation, f"Whether they were loaded cannot be told: {error.problem}")
    present.findings(invocation)
    present.done(invocation, _text(seeds, ledger), {"folder": seeds.folder, "seeds": _data(seeds, ledger)})
    return DONE


def _text(seeds: Seeds, ledger: SeedLedger | None) -> str:
    rows = [(one.name, ", ".join(one.tags), ", ".join(_marks(one)), _standing(one, ledger)) for one in seeds]
    rows += [(one.file, "", "", f"gone, loaded {_when(one)}") for one in _gone(seeds, ledger)]
    if not rows:
        return "No seeds."
    count = len(seeds.files)
    return f"{present.table([('seed', 'for', 'says', 'here'), *rows])}\n{count} {'seed' if count == 1 else 'seeds'}."


def _marks(file: SeedFile) -> list[str]:
    marks = file.marks
    said = {"idempotent": marks.idempotent, "destructive": marks.destructive, "generated": marks.generated}
    return [word for word, on in said.items() if on] + [f"after {one.file}" for one in marks.depends_on]


def _standing(file: SeedFile, ledger: SeedLedger | None) -> str:
    if ledger is None:
        return "not known"
    row = ledger.row(file)
    if row is None:
        return "not loaded"
    return f"loaded {_when(row)}{', changed since' if ledger.is_changed(file) else ''}"


def _when(row: SeedRow) -> str:
    return f"{row.applied_at:%Y-%m-%d %H:%M}"


def _gone(seeds: Seeds, ledger: SeedLedger | None) -> list[SeedRow]:
    there = {one.name for one in seeds}
    return [row for name, row in ledger.rows.items() if name not in there] if ledger is not None else []


def _data(seeds: Seeds, ledger: SeedLedger | None) -> list[dict[str, Any]]:
    found = []
    for one in seeds:
        row = ledger.row(one) if ledger is not None else None
        found.append(
            {
                "file": one.name,
                "path": one.path,
                "kind": one.kind.value,
                "environments": list(one.tags),
                "idempotent": one.marks.idempotent,
                "destructive": one.marks.destructive,
                "generated": one.marks.generated,
                "depends_on": [said.file for said in one.marks.depends_on],
                "checksum": one.checksum,
                "applied": None if ledger is None else row is not None,
                "changed": ledger.is_changed(one) if ledger is not None else None,
                **_loaded(row),
            }
        )
    for row in _gone(seeds, ledger):
        found.append(
            {"file": row.file, "path": None, "environments": [], "applied": True, "gone": True, **_loaded(row)}
        )
    return found


def _loaded(row: SeedRow | None) -> dict[str, Any]:
    return {
        "applied_at": row.applied_at.isoformat() if row is not None else None,
        "applied_checksum": row.checksum if row is not None else None,
        "applied_by": row.applied_by if row is not None else None,
        "applied_in": row.environment if row is not None else None,
        "took_ms": row.took_ms if row is not None else None,
    }
