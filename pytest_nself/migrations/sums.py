"""`nself.sum`: the checksums of a folder's migrations, committed beside them.

With it tests and CI see an edited file without a database that remembers, and two branches that both add a migration
meet in git instead of in production: the first line changes with every other.

    sum sha256:9f86d081…
    0001_users sha256-up-1:60303ae2…
    0002_orders sha256-up-1:fd61a03a…
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import WriteFile

from .migration import CHECKSUM_ALGORITHM, Migration, Migrations

FILE_NAME = "nself.sum"

_FIRST = re.compile(r"sum sha256:([0-9a-f]{64})")
_LINE = re.compile(r"(?P<label>[0-9].*) (?P<algorithm>[a-z0-9-]+):(?P<hex>[0-9a-f]+)")
_DIGITS = re.compile(r"[0-9]+")
_CONFLICT = re.compile(r"<{7} |={7}$|>{7} |\|{7} ")
_RENEW = "look at what changed, then delete the file and let it be written anew"
_MERGE = (
    "keep the migrations of both sides, give one a new version if they share one, "
    "then delete nself.sum and let it be written anew"
)


@dataclass(frozen=True, slots=True)
class Sum:
    """One recorded migration; `line` counts from 1."""

    label: str
    algorithm: str
    hex: str
    line: int


@dataclass(frozen=True, slots=True)
class Sums:
    """What the file at `path` records; `findings` say what is broken. `exists` is False where there is no file."""

    path: str
    exists: bool = False
    recorded: tuple[Sum, ...] = ()
    findings: Findings = field(default_factory=Findings)


def read_sums(folder: Path) -> Sums:
    """The folder's nself.sum. A file that is broken gives findings, and nothing is recorded."""
    path = folder / FILE_NAME
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        return Sums(str(path))
    except UnicodeDecodeError:
        return _broken(path, [(1, "is not UTF-8", _RENEW)])
    except OSError as error:
        return _broken(path, [(None, f"cannot be read: {error.strerror}", "make it readable")])
    lines = text.removesuffix("\n").split("\n")
    problems = _problems(lines)
    if problems:
        return _broken(path, problems)
    recorded = []
    for number, line in enumerate(lines[1:], 2):
        if match := _LINE.fullmatch(line):
            recorded.append(Sum(_read(match["label"]), match["algorithm"], match["hex"], number))
    return Sums(str(path), True, tuple(recorded))


def check_sums(migrations: Migrations, sums: Sums) -> Findings:
    """What differs between the files and what is recorded of them."""
    findings = list(sums.findings)
    if findings:
        return Findings(findings)
    by_label = {one.label: one for one in migrations}
    known = set()
    for one in sums.recorded:
        known.add(one.label)
        migration = by_label.get(one.label)
        ref = ObjectRef("migration", None, one.label)
        if migration is None:
            message = f"{one.label} is recorded in {FILE_NAME}, but its file is missing."
            remedy = "restore the file; if it was never applied anywhere, take its line out"
            place = Place(sums.path, one.line)
            findings.append(Finding("migration-sum-missing-file", Severity.ERROR, ref, message, remedy, place=place))
        elif one.algorithm != CHECKSUM_ALGORITHM:
            message = f"{one.label} is recorded with {one.algorithm}, which this version does not know."
            remedy = f"use the version of pytest-nself that wrote it; this one knows {CHECKSUM_ALGORITHM}"
            place = Place(sums.path, one.line)
            findings.append(Finding("migration-sum-broken", Severity.ERROR, ref, message, remedy, place=place))
        elif one.hex != migration.checksum:
            message = f"{_file(migration)} was edited after it was recorded in {FILE_NAME}."
            remedy = "take the edit back, and write it as a new migration"
            place = Place(migration.place.path)
            findings.append(Finding("migration-sum-edited", Severity.ERROR, ref, message, remedy, place=place))
    for migration in migrations:
        if sums.exists and migration.label not in known:
            message = f"{_file(migration)} is not recorded in {FILE_NAME} yet."
            place = Place(migration.place.path)
            findings.append(Finding("migration-sum-new", Severity.INFO, migration.ref, message, place=place))
    return Findings(findings)


def plan_sums(folder: Path, migrations: Migrations, *, accept: Collection[str] = ()) -> Plan:
    """The plan that records what is not recorded yet; empty where nothing changes, or where the file is broken.

    A migration that is recorded keeps its line, edited or gone as it may be, unless its label is in `accept`.
    """
    path = folder / FILE_NAME
    sums = read_sums(folder)
    raw = path.read_bytes() if path.exists() else None
    if sums.findings:
        return Plan(f"Record checksums in {path.as_posix()}", ())
    kept = {one.label: one for one in sums.recorded if one.label not in accept}
    text = _sums_text(kept, migrations)
    title = f"Record checksums in {path.as_posix()}"
    if (raw is None and not len(migrations)) or (raw is not None and raw.replace(b"\r\n", b"\n") == text.encode()):
        return Plan(title, ())
    before = sha256(raw).hexdigest() if raw is not None else None
    return Plan(title, (WriteFile(title, str(path), text.encode(), sha256_before=before),))


def _sums_text(kept: Mapping[str, Sum], migrations: Iterable[Migration]) -> str:
    """The file's whole text, by ascending version: the lines that are kept, and new ones for all others."""
    lines = {one.label: (one.algorithm, one.hex) for one in kept.values()}
    for one in migrations:
        lines.setdefault(one.label, (CHECKSUM_ALGORITHM, one.checksum))
    in_order = sorted(lines, key=lambda label: (int(_DIGITS.match(label).group()), label))  # type: ignore[union-attr]
    texts = [f"{_written(label)} {lines[label][0]}:{lines[label][1]}" for label in in_order]
    return "\n".join([_first_line(texts), *texts]) + "\n"


def _first_line(lines: Iterable[str]) -> str:
    digest = sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    return f"sum sha256:{digest}"


def _problems(lines: list[str]) -> list[tuple[int | None, str, str]]:
    """What is broken, with the line; one problem of each kind is enough."""
    for number, line in enumerate(lines, 1):
        if _CONFLICT.match(line):
            return [(number, "holds both sides of a merge", _MERGE)]
    if not _FIRST.fullmatch(lines[0]):
        return [(1, "does not begin with the sum of its lines", _RENEW)]
    seen: dict[str, int] = {}
    for number, line in enumerate(lines[1:], 2):
        match = _LINE.fullmatch(line)
        if match is None:
            return [(number, "has a line that is not `<version>_<name> <algorithm>:<checksum>`", _RENEW)]
        if match["label"] in seen:
            return [(number, f"records {match['label']} twice, first on line {seen[match['label']]}", _RENEW)]
        seen[match["label"]] = number
    if lines[0] != _first_line(lines[1:]):
        return [(1, "was changed by hand, or by a merge: its first line is not the sum of the others", _RENEW)]
    return []


def _broken(path: Path, problems: Iterable[tuple[int | None, str, str]]) -> Sums:
    subject = ObjectRef("file", None, FILE_NAME)
    findings = [
        Finding(
            "migration-sum-broken",
            Severity.ERROR,
            subject,
            f"{FILE_NAME} {what}.",
            remedy,
            place=Place(str(path), line),
        )
        for line, what, remedy in problems
    ]
    return Sums(str(path), True, (), Findings(findings))


def _file(migration: Migration) -> str:
    path = Path(migration.place.path)
    return f"{path.parent.name}/{path.name}" if path.name in ("up.sql", "migration.sql") else path.name


def _written(label: str) -> str:
    """A label on one line, whatever the file's name holds."""
    return label.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def _read(label: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "r": "\r"}.get(match.group(1), match.group(1)), label)
