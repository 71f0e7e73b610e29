"""From a folder to migrations.

Layouts, which may be mixed in one folder:

    0001_users.sql                            -- UP and -- DOWN in one file, or only an up
    0001_users.up.sql + 0001_users.down.sql   pairs; also .sql + .down.sql, and _up.sql + _down.sql
    0001_users/up.sql + down.sql              nested (Hasura)

No .sql file is passed over in silence: one that is not part of a migration is an error that names it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

from .migration import Directives, Migration, Migrations
from .sections import Section, Sections, sections_of

_LARGEST_VERSION = 2**63 - 1
_VERSIONED = re.compile(r"^(\d+)(?:[_.\- ]+(.*))?$", re.DOTALL)
_UP = re.compile(r"(?i)[._-]up$")
_DOWN = re.compile(r"(?i)[._-]down$")
_DOWN_WORD = re.compile(r"(?i)(?:^|[._\- ])down(?:$|[._\- ])")


@dataclass(slots=True)
class _Reading:
    """One folder being read."""

    folder: Path
    migrations: list[Migration] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, rule: str, severity: Severity, place: Place, message: str, remedy: str = "") -> None:
        subject = ObjectRef("file", None, Path(place.path).relative_to(self.folder).as_posix())
        self.findings.append(Finding(f"migration-{rule}", severity, subject, message, remedy, place=place))

    def error(self, rule: str, path: Path, message: str, remedy: str) -> None:
        self.find(rule, Severity.ERROR, Place(str(path)), message, remedy)

    def text_of(self, path: Path) -> str | None:
        """The file's text with LF line ends and no byte order mark; None, with a finding, if it is not text."""
        try:
            raw = path.read_bytes()
        except OSError as problem:
            self.error("unreadable", path, f"{path.name} cannot be read: {problem.strerror}.", "make it readable")
            return None
        try:
            text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as problem:
            place = Place(str(path), raw[: problem.start].count(b"\n") + 1)
            message = f"{path.name} is not UTF-8: byte 0x{raw[problem.start]:02x} cannot stand there."
            self.find("not-text", Severity.ERROR, place, message, "save the file as UTF-8")
            return None
        if "\0" in text:
            place = Place(str(path), text[: text.index("\0")].count("\n") + 1)
            message = f"{path.name} holds a NUL character, which PostgreSQL cannot take."
            self.find("not-text", Severity.ERROR, place, message, "save the file as UTF-8")
            return None
        return text

    def sections(self, path: Path, *, marked: bool) -> Sections | None:
        """The file's parts; None, with a finding, where it cannot be used."""
        if (text := self.text_of(path)) is None:
            return None
        parts = sections_of(text, str(path), marked=marked)
        for problem in parts.problems:
            self.find(problem.rule, Severity.ERROR, problem.place, problem.message, problem.remedy)
        return None if parts.problems else parts

    def add(self, stem: str, up_file: Path, down_file: Path | None, *, marked: bool) -> None:
        """One migration from its file or files."""
        version_text, name = _version_and_name(stem) or ("", "")
        up = self.sections(up_file, marked=marked)
        down = self.sections(down_file, marked=False) if down_file is not None else None
        if int(version_text) > _LARGEST_VERSION:
            message = f"The version {version_text} is too large: a version is at most {_LARGEST_VERSION}."
            self.error("version", up_file, message, "give the file a smaller number")
            return
        if up is None or (down_file is not None and down is None):
            return
        if down is not None and down_file is not None and up.down is not None:
            message = f"{up_file.name} has a DOWN part, and {down_file.name} is a second down for it."
            self.error("two-downs", down_file, message, "keep one of the two")
            return
        down_part = down.up if down is not None else up.down
        self._blank_parts(up_file, up.up, down_part)
        takes_back = down_part is not None and not down_part.blank
        directives = Directives(up.no_transaction, down.no_transaction if down else up.down_no_transaction)
        self.migrations.append(
            Migration(
                version=int(version_text),
                version_text=version_text,
                name=name,
                up=up.up.text,
                down=down_part.text if down_part is not None and takes_back else None,
                place=up.up.place,
                down_place=down_part.place if down_part is not None and takes_back else None,
                directives=directives,
            )
        )

    def _blank_parts(self, up_file: Path, up: Section, down: Section | None) -> None:
        for part, what in ((up, "up"), (down, "down")):
            if part is not None and part.blank:
                state = "is empty" if not part.text.strip() else "holds only comments"
                message = f"The {what} of {up_file.name} {state}."
                remedy = "write it, or delete the file" if what == "up" else "write what takes the migration back"
                self.find(f"blank-{what}", Severity.WARNING, part.place, message, remedy)
        if down is None:
            message = f"{up_file.name} has no down."
            self.find("no-down", Severity.INFO, up.place, message, "add one, if the migration should be reversible")


def read_migrations(folder: Path) -> Migrations:
    """Everything in the folder, by version. Wrong files become findings; ConfigError if there is no such folder."""
    if not folder.is_dir():
        raise ConfigError(f"{folder} is not a folder.", "Migrations are read from a folder.", "correct the path")
    reading = _Reading(folder)
    entries = sorted(folder.iterdir())
    for entry in entries:
        if entry.is_dir():
            _read_nested(reading, entry)
    _read_flat(reading, [entry for entry in entries if not entry.is_dir() and _is_sql(entry)])
    migrations = sorted(reading.migrations, key=lambda one: (one.version, one.place.path))
    _same_versions(reading, migrations)
    findings = sorted(reading.findings, key=lambda one: (-one.severity, str(one.place)))
    return Migrations(str(folder), tuple(migrations), Findings(findings))


def _is_sql(path: Path) -> bool:
    return path.suffix.lower() == ".sql"


def _version_and_name(stem: str) -> tuple[str, str] | None:
    match = _VERSIONED.match(stem)
    return (match.group(1), match.group(2) or "") if match and match.group(1).isascii() else None


def _read_nested(reading: _Reading, folder: Path) -> None:
    """A folder `<version>_<name>/` with up.sql and, where there is one, down.sql."""
    files = sorted(path for path in folder.rglob("*") if _is_sql(path) and path.is_file())
    versioned = _version_and_name(folder.name) is not None
    by_name = {path.name.lower(): path for path in files if path.parent == folder} if versioned else {}
    up, down = by_name.get("up.sql"), by_name.get("down.sql")
    if up is not None:
        reading.add(folder.name, up, down, marked=False)
    elif down is not None:
        reading.error("down-without-up", down, f"{folder.name} has a down.sql but no up.sql.", "add the up.sql")
    elif versioned and not files:
        message = f"The folder {folder.name} holds no SQL file."
        reading.find(
            "empty-folder", Severity.WARNING, Place(str(folder)), message, "add an up.sql, or delete the folder"
        )
    for path in files:
        if path not in (up, down):
            _stray(reading, path)


def _stray(reading: _Reading, path: Path) -> None:
    shown = path.relative_to(reading.folder).as_posix()
    remedy = "name it <version>_<name>.sql, put it into <version>_<name>/up.sql, or move it out of the folder"
    reading.error("stray-file", path, f"{shown} is not part of a migration.", remedy)


def _read_flat(reading: _Reading, files: list[Path]) -> None:
    """Single files and pairs."""
    ups: dict[str, tuple[Path, bool]] = {}  # stem -> file, and whether it may hold marked parts
    downs: dict[str, list[Path]] = defaultdict(list)
    stems = {path.stem.lower() for path in files}
    for path in files:
        stem = path.stem
        if _version_and_name(stem) is None:
            _stray(reading, path)
        elif _DOWN.search(stem) and not _says_up(reading, path):
            downs[_DOWN.sub("", stem)].append(path)
        elif stem.lower().endswith(".up") or (_UP.search(stem) and _down_partners(stem) & stems):
            _claim(reading, ups, _UP.sub("", stem), path, marked=False)
        elif _DOWN_WORD.search(_UP.sub("", stem)) and not _says_up(reading, path):
            remedy = "end its name in .down.sql or .up.sql, or mark its parts with -- UP and -- DOWN"
            reading.error("down-or-up", path, f"{path.name} could be a down: it is not run as an up.", remedy)
        else:
            _claim(reading, ups, stem, path, marked=True)
    for stem, (path, marked) in ups.items():
        partners = downs.pop(stem, None) or _same_version_downs(downs, ups, stem)
        for extra in partners[1:]:
            message = f"{extra.name} is a second down for {path.name}, beside {partners[0].name}."
            reading.error("two-downs", extra, message, "keep one of the two")
        reading.add(stem, path, partners[0] if partners else None, marked=marked)
    for paths in downs.values():
        for path in paths:
            message = f"{path.name} is a down, but there is no up for it."
            reading.error("down-without-up", path, message, "add the up file, or delete this one")


def _down_partners(stem: str) -> set[str]:
    """How the down of a pair could be called, in lower case."""
    bare = _UP.sub("", stem).lower()
    return {f"{bare}.down", f"{bare}_down", f"{bare}-down"}


def _same_version_downs(downs: dict[str, list[Path]], ups: Iterable[str], stem: str) -> list[Path]:
    """The downs of the same version under another name, if no other up could own them."""

    def version(other: str) -> int:
        return int((_version_and_name(other) or ("-1", ""))[0])

    own = version(stem)
    same = [other for other in downs if version(other) == own]
    if not same or sum(version(other) == own for other in ups) > 1:
        return []
    return [path for other in same for path in downs.pop(other)]


def _says_up(reading: _Reading, path: Path) -> bool:
    """Whether a file with `down` in its name marks an up part itself."""
    text = reading.text_of(path)
    return text is not None and sections_of(text, str(path), marked=True).has_up_mark


def _claim(reading: _Reading, ups: dict[str, tuple[Path, bool]], stem: str, path: Path, *, marked: bool) -> None:
    if stem in ups:
        message = f"{path.name} and {ups[stem][0].name} are both the up of {stem}."
        reading.error("two-ups", path, message, "keep one of the two")
        return
    ups[stem] = (path, marked)


def _same_versions(reading: _Reading, migrations: list[Migration]) -> None:
    for before, after in pairwise(migrations):
        if before.version == after.version:
            first = Path(before.place.path).relative_to(reading.folder).as_posix()
            path = Path(after.place.path)
            message = f"{path.relative_to(reading.folder).as_posix()} has the same version as {first}: {after.version}."
            reading.error("same-version", path, message, "give one of the two the next free version")
