"""What squawk, another linter of migrations, finds: asked as a program, and held against what was measured.

https://squawkhq.com; its rules read the text alone.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeGuard

from pytest_nself.core.errors import NselfError, ToolMissing
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.place import Place
from pytest_nself.execute.outside import run_command
from pytest_nself.migrations.migration import UP, Migration, Migrations
from pytest_nself.migrations.planning.transactions import cut
from pytest_nself.migrations.statements import place_at, scan, without_meta
from pytest_nself.project.environment import environ

from .hazards import hazards
from .lint import Linted
from .rehearsed import Observed, Rehearsed

TIMEOUT_S = 60.0
PREFIX = "squawk-"
"""What the rules of its findings begin with."""

# What the runner sees to, so that a file need not: timeouts, and going on where a run was cut off.
_LOCK_TIMEOUT = frozenset({"require-lock-timeout", "require-timeout-settings"})
_STATEMENT_TIMEOUT = frozenset({"require-statement-timeout"})
_AGAIN = frozenset({"prefer-robust-stmts"})
_UNREAD = "syntax-error"
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING}


@dataclass(frozen=True, slots=True)
class Said:
    """One finding of squawk's; `offset` counts characters of the migration's text."""

    migration: Migration
    offset: int
    place: Place
    rule: str
    message: str
    help: str
    level: str


def find_squawk(root: Path) -> Path:
    """The program: beside the Python that runs, or on PATH. Raises ToolMissing."""
    path = os.pathsep.join((str(Path(sys.executable).parent), environ().get("PATH", os.defpath)))
    found = shutil.which("squawk", path=path)
    if found is None:
        raise ToolMissing(
            "There is no program squawk.",
            f"Looked for it beside {sys.executable} and on PATH, from {root}.",
            "pip install squawk-cli; or leave out --with squawk",
        )
    return Path(found)


def with_squawk(linted: Linted, migrations: Migrations, *, program: Path, root: Path) -> Linted:
    """The same with what squawk says of these migrations: of one hazard of one statement ours stays, and says so.

    What squawk takes for a hazard, and we have measured to be none, is told as a note.
    """
    labels = {one.label for one in linted.rehearsal.migrations} | set(linted.not_tried)
    asked = [one for one in migrations if one.label in labels]
    said = list(ask(asked, program=program, root=root))
    return replace(linted, findings=merged(linted.findings, said, linted.rehearsal.migrations))


def ask(migrations: Iterable[Migration], *, program: Path, root: Path) -> Iterator[Said]:
    """What squawk says of each migration's up, as the runner sends it; the project's `.squawk.toml` counts."""
    together: dict[bool, list[Migration]] = {True: [], False: []}
    for one in migrations:
        way = one.way(UP)
        parts = cut(way.text, no_transaction=way.no_transaction).parts
        # A begin and a commit of the file's own are its transaction.
        together[len(parts) == 1 and parts[0].alone is None and not parts[0].own].append(one)
    for in_transaction, ones in together.items():
        if ones:
            yield from _run(ones, program, root, in_transaction=in_transaction)


def _run(migrations: Sequence[Migration], program: Path, root: Path, *, in_transaction: bool) -> Iterator[Said]:
    with tempfile.TemporaryDirectory(prefix="nself-squawk-") as folder:
        texts = [_readable(one) for one in migrations]
        files = [Path(folder) / f"{number}.sql" for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8", newline="")
        argv = [str(program), "--reporter", "json"]
        argv += ["--assume-in-transaction"] if in_transaction else []
        done = run_command([*argv, *map(str, files)], cwd=root, env=environ(), timeout_s=TIMEOUT_S)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise NselfError(
            "squawk failed.",
            (done.stderr or done.stdout).strip()[-2000:] or f"It ended with exit code {done.returncode}.",
            "see what it says; its settings stand in .squawk.toml",
        ) from None
    by_file = {str(file): number for number, file in enumerate(files)}
    for one in found:
        number = by_file[one["file"]]
        offset = _offset(texts[number], one["line"], one["column"])
        migration = migrations[number]
        yield Said(
            migration,
            offset,
            place_at(texts[number], offset, migration.place),
            one["rule_name"],
            " ".join(one["message"].split()),
            " ".join((one.get("help") or "").split()),
            one["level"].lower(),
        )


def _readable(migration: Migration) -> str:
    """The up, with blanks in place of what only psql and COPY read, so that each character keeps its place."""
    text = without_meta(migration.up)
    for one in scan(text).statements:
        if one.data is not None:
            start, end = one.data[0], text.find("\n", one.data[1])
            end = len(text) if end < 0 else end
            blank = "".join(character if character == "\n" else " " for character in text[start:end])
            text = text[:start] + blank + text[end:]
    return text


def _offset(text: str, line: int, column: int) -> int:
    """Lines and columns count from 0, columns in bytes."""
    lines = text.split("\n")
    start = sum(len(one) + 1 for one in lines[:line])
    if line >= len(lines):
        return len(text)
    return start + len(lines[line].encode()[:column].decode(errors="ignore"))


def merged(ours: Findings, said: Iterable[Said], migrations: Sequence[Rehearsed]) -> Findings:
    """Ours and squawk's in the order of the statements, each hazard of a statement once."""
    names: dict[str, set[str]] = {}
    for hazard in hazards():
        for rule in hazard.squawk:
            names.setdefault(rule, set()).add(hazard.id)
    observed = {one.label: one for one in migrations}
    agrees: dict[int, list[str]] = {}
    more: list[Finding] = []
    for one in said:
        seen = _statement(one, observed.get(one.migration.label))
        same = [
            number
            for number, finding in enumerate(ours)
            if seen is not None and finding.place == seen.place and finding.rule in names.get(one.rule, ())
        ]
        for number in same:
            agrees.setdefault(number, []).append(one.rule)
        if not same and not _seen_to(one, seen):
            more.append(_finding(one, seen, measured=one.rule in names))
    kept = [
        replace(finding, evidence={**finding.evidence, "squawk": sorted(set(agrees[number]))})
        if number in agrees
        else finding
        for number, finding in enumerate(ours)
    ]
    order = {one.label: number for number, one in enumerate(migrations)}

    def position(finding: Finding) -> tuple[int, int]:
        line = finding.place.line if finding.place is not None else None
        return order.get(str(finding.evidence.get("migration")), len(order)), line or 0

    return Findings(sorted((*kept, *more), key=position))


def _statement(said: Said, migration: Rehearsed | None) -> Observed | None:
    """The statement that squawk speaks of: the last one that begins before."""
    at = (said.place.line or 0, said.place.column or 0)
    found = None
    for seen in migration.observed if migration is not None else ():
        if seen.place is not None and (seen.place.line or 0, seen.place.column or 0) <= at:
            found = seen
    return found


def _seen_to(said: Said, seen: Observed | None) -> bool:
    """Whether squawk misses what the runner does."""
    if said.rule in _AGAIN:
        return True
    directives = said.migration.directives
    if said.rule in _LOCK_TIMEOUT:
        # Of what did not run nobody has looked: there the runner sets its own, unless the file says otherwise.
        return bool(seen.lock_timeout_ms) if _ran(seen) else directives.lock_timeout_ms != 0
    if said.rule in _STATEMENT_TIMEOUT:
        return bool(seen.statement_timeout_ms) if _ran(seen) else directives.statement_timeout_ms != 0
    return False


def _ran(seen: Observed | None) -> TypeGuard[Observed]:
    return seen is not None and seen.failure is None and seen.problem is None


def _finding(said: Said, seen: Observed | None, *, measured: bool) -> Finding:
    ran = _ran(seen)
    severity = _SEVERITIES.get(said.level, Severity.INFO)
    message = said.message if said.message.endswith((".", "!", "?")) else f"{said.message}."
    if said.rule == _UNREAD and ran:
        severity, message = Severity.INFO, f"squawk cannot read what PostgreSQL has run: {message}"
    elif measured and ran:
        severity, message = Severity.INFO, f"{message} Measured here, it is none."
    evidence = {"migration": said.migration.label, "squawk": [said.rule], "seen": "in the text"}
    remedy = said.help or "see squawk's page on this rule"
    return Finding(
        PREFIX + said.rule, severity, said.migration.ref, message, remedy, place=said.place, evidence=evidence
    )
