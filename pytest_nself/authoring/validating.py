"""What is wrong with a schema file beyond its syntax: judged by a server, and beside what is there already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

from pytest_nself.catalog.compare import differences
from pytest_nself.catalog.fact import Catalog
from pytest_nself.core.errors import NoServer, Refused
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.migrations.migration import Migrations
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.schema.model import PUBLIC
from pytest_nself.schema.problems import CYCLE
from pytest_nself.schema.validation import MissingTarget, Validation

from .comparing import owned_by
from .importing import given_names
from .lines import Line, lines_of
from .merging import merged
from .refusals import Load
from .states import Workshop, tables_elsewhere, workshop

BREAKING = "schema-breaking"
"""A program that uses the database as it is would be stopped by the change."""


@dataclass(frozen=True, slots=True)
class Validated:
    """All that is wrong, and how much was looked at. `unjudged` says why no server could be asked."""

    findings: Findings
    breaking: tuple[Line, ...] = ()
    server: str = ""
    unjudged: str = ""
    counts: dict[str, int] = field(default_factory=dict)


def validate_schema(
    project: TestProject,
    validation: Validation,
    migrations: Migrations,
    *,
    live: Callable[[], Catalog | None],
    breaking: bool = False,
    strict_cycles: bool = False,
    load: Load | None = None,
) -> Validated:
    """Judge a schema that was read. `live` reads the environment's database, or gives None where there is none.

    Tables that the file only refers to are looked for in the migrations first, then there. With `breaking` the schema
    is compared with the live database, or else with what the migrations make.
    """
    schema, found = validation.schema, _cycles(validation.findings, strict_cycles)
    counts = {"tables": len(schema.tables), "enums": len(schema.enums), "references": len(schema.refs)}
    if Findings(found).at_least(Severity.ERROR):
        return Validated(Findings(found), unjudged="there are errors of syntax or reference", counts=counts)
    try:
        with workshop(project, migrations) as shop, shop.replayed(migrations) as (_, _, replayed):
            missing = _unknown(validation.missing, replayed)
            there = live() if missing or breaking else None
            ground = replayed if there is None else there
            missing = _unknown(missing, ground)
            if missing:
                found += [one.finding for one in missing]
                return Validated(Findings(found), server=shop.server, counts=counts)
            judged, broken = _judged(shop, validation, ground, load, breaking=breaking)
            return Validated(Findings([*found, *judged]), broken, shop.server, counts=counts)
    except (NoServer, Refused) as error:
        found += [one.finding for one in validation.missing]
        return Validated(Findings(found), unjudged=f"{error.problem} {error.cause}".strip(), counts=counts)


def _judged(
    shop: Workshop, validation: Validation, ground: Catalog, load: Load | None, *, breaking: bool
) -> tuple[list[Finding], tuple[Line, ...]]:
    schema = validation.schema
    made, judged = shop.made_of(schema, ground, load)
    if not breaking or judged.at_least(Severity.ERROR):
        return list(judged), ()
    mine = owned_by(made, ground.role)
    wanted = merged(ground, mine, named=given_names(schema), elsewhere=tables_elsewhere(schema)).catalog
    broken = tuple(breaking_lines(ground, wanted))
    return [*judged, *map(_finding, broken)], broken


def _unknown(missing: Iterable[MissingTarget], catalog: Catalog) -> list[MissingTarget]:
    """Those that are not in the catalog either."""
    return [one for one in missing if ObjectRef("table", one.schema or PUBLIC, one.table) not in catalog.entries]


def breaking_lines(now: Catalog, wanted: Catalog) -> Iterable[Line]:
    """What stops a program that uses the database as it is: what goes, and what takes fewer values than before."""
    return (line for line in lines_of(differences(now, wanted), now, wanted) if _breaks(line, wanted))


def _breaks(line: Line, wanted: Catalog) -> bool:
    said = {one.attribute: one for one in line.changes if one.attribute}
    match line.sign, line.subject.kind:
        case "-", "table" | "column" | "enum":
            return True
        case "~", "enum":
            return "labels" in said and not _labels(said["labels"].before) <= _labels(said["labels"].after)
        case "~", "column":
            return "type" in said or ("not_null" in said and bool(said["not_null"].after))
        case "+", "column":
            entry = wanted.entries[line.subject]
            by_itself = (
                entry["identity"] or entry["generated"] or line.subject._replace(kind="default") in wanted.entries
            )
            return bool(entry["not_null"]) and not by_itself
        case "+", "constraint":
            return True
    return False


def _labels(labels: Collection[str]) -> set[str]:
    return set(labels)


def _finding(line: Line) -> Finding:
    what = {"+": "comes", "-": "goes", "~": "changes"}[line.sign]
    said = f" ({line.said})" if line.said else ""
    return Finding(
        BREAKING,
        Severity.WARNING,
        line.subject,
        f"{line.kind} {line.name} {what}{said}: what uses the database as it is may fail",
        "change it in two steps: first to what both the old and the new program can use",
    )


def _cycles(findings: Findings, strict: bool) -> list[Finding]:
    """With `strict` a circle of references is an error, whether its rows can be inserted or not."""
    if not strict:
        return list(findings)
    return [replace(one, severity=Severity.ERROR) if one.rule == CYCLE else one for one in findings]
