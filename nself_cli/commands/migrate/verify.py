"""`nself db migrate verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE, FAILED
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options, findings_format

from ._migrations import in_folder

if TYPE_CHECKING:
    from pytest_nself.checks.roundtrip import Judged, RoundTrip
    from pytest_nself.migrations.migration import Migrations


@click.command("verify")
@click.argument("versions", nargs=-1, metavar="[VERSION]...")
@click.option(
    "--strict", is_flag=True, help="Exit 1 on warnings too: columns in another order, comments, what is left."
)
@click.option("--no-rows", is_flag=True, help="Try it over empty tables alone.")
@in_folder
@common_options(writes=False, database=False)
@findings_format
def command(
    invocation: Invocation,
    options: Options,
    versions: tuple[str, ...],
    strict: bool,
    no_rows: bool,
    migration_dir: str | None,
    form: str | None,
) -> int:
    """Prove every down: up, down and up again must leave no trace.

    Each migration is tried from its own state, on a throw-away server, over empty tables and over filled ones. No
    database of yours is touched. With VERSIONs only these are judged.

    \b
    Examples:
      nself db migrate verify
      nself db migrate verify 20240501120000
      nself db migrate verify --strict --format github
    """
    from pytest_nself.checks.roundtrip import findings_of, round_trip_of
    from pytest_nself.core.finding import Severity
    from pytest_nself.project.target import find_root
    from pytest_nself.sandbox.kept import TestProject

    project = TestProject.find(find_root(Path.cwd()))
    migrations = _read(invocation, project.root, migration_dir)
    wanted = {migrations.named(_number(one)).version for one in versions} or None
    trip = round_trip_of(project, migrations, versions=wanted, rows=not no_rows)
    found = findings_of(trip)
    invocation.findings += found
    least = Severity.WARNING if strict else Severity.ERROR
    ok = not found.at_least(least)
    present.checked(invocation, form, _text(trip), _data(trip), ok=ok)
    return DONE if ok else FAILED


def _number(text: str) -> int:
    """`0007`, or `0007_add_users`, as its number."""
    digits = text.split("_")[0]
    if not (digits.isascii() and digits.isdigit()):
        raise click.BadParameter(f"{text!r} is not a version.", click.get_current_context(), param_hint="VERSION")
    return int(digits)


def _read(invocation: Invocation, root: Path, setting: str | None) -> Migrations:
    from pytest_nself.core.errors import ConfigError
    from pytest_nself.core.finding import Severity
    from pytest_nself.migrations.layouts import read_migrations
    from pytest_nself.project.folders import MIGRATIONS, find_migrations_folder
    from pytest_nself.project.pyproject import read_table

    from ._migrations import shown

    folder = find_migrations_folder(root, setting or read_table(root).get("migrations"))
    if folder is None:
        raise ConfigError(
            "There is no folder of migrations.",
            f"Looked in {root} for {', '.join(MIGRATIONS)}.",
            "create migrations/, or name the folder: --migration-dir, or `migrations` in [tool.nself]",
        )
    migrations = read_migrations(shown(folder))
    # What is said of downs as they stand in their files, the trip says with more knowledge.
    invocation.findings += [one for one in migrations.findings if one.severity is Severity.ERROR]
    return migrations


def _text(trip: RoundTrip) -> str:
    if not trip.migrations:
        return "No migrations."
    rows = [("migration", "verdict", "")]
    rows += [(one.label, one.verdict.value, _beside(one)) for one in trip.migrations]
    counts = ", ".join(f"{count} {verdict.value}" for verdict, count in trip.counted().items())
    over = "over empty and filled tables" if trip.with_rows else "over empty tables"
    return f"{present.table(rows)}\n{counts}; {over}, on {trip.server}, in {trip.took_ms:.0f} ms."


def _beside(one: Judged) -> str:
    """What a person may want to know at a glance."""
    if one.reason:
        return one.reason
    said = [str(one.failure.place)] if one.failure is not None and one.failure.place is not None else []
    if one.differences:
        first = one.differences[0].subject
        more = len({difference.subject for difference in one.differences}) - 1
        said.append(f"{first.kind.replace('_', ' ')} {first}{f' and {more} more' if more else ''}")
    lost = sorted({f"{loss.table}{f'.{loss.part}' if loss.part else ''}" for loss in one.losses if loss.forth})
    if lost:
        said.append(f"loses {', '.join(lost[:3])}{' …' if len(lost) > 3 else ''}")
    return "; ".join(said)


def _data(trip: RoundTrip) -> dict[str, Any]:
    return {
        "server": trip.server,
        "took_ms": round(trip.took_ms, 1),
        "rows": trip.with_rows,
        "verdicts": {verdict.value: count for verdict, count in trip.counted().items()},
        "migrations": [_migration(one) for one in trip.migrations],
        "unfilled": [{"table": str(table), "reason": reason} for table, reason in trip.unfilled],
    }


def _migration(one: Judged) -> dict[str, Any]:
    failure = one.failure
    return {
        "name": one.label,
        "version": one.version,
        "verdict": one.verdict.value,
        "place": str(one.place) if one.place is not None else None,
        "reason": one.reason or None,
        "failure": None
        if failure is None
        else {"place": str(failure.place) if failure.place else None, "said": failure.said, "remedy": failure.remedy},
        "differences": [
            {
                "kind": difference.subject.kind,
                "object": str(difference.subject),
                "attribute": difference.attribute or None,
                "before": difference.before,
                "after": difference.after,
                "class": difference.cls.value,
                "seen_after": difference.after_what,
                "undo": difference.undo or None,
            }
            for difference in one.differences
        ],
        "losses": [
            {
                "table": str(loss.table),
                "column": loss.part,
                "had": loss.had,
                "has": loss.has,
                "changed": loss.changed,
                "way": "up and down" if loss.forth else "down and up",
            }
            for loss in one.losses
        ],
    }
