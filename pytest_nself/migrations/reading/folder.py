"""One folder being read: what layouts have in common."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from hashlib import sha256

from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.migrations.migration import Directives, DrizzleEntry, Migration

from .directives import NOTHING, Said
from .listing import Listing, list_folder, sql_below
from .sections import Section, Sections, sections_of

_LARGEST_VERSION = 2**63 - 1
_VERSIONED = re.compile(r"([0-9]+)(?:[_.\- ]+(.*))?", re.DOTALL)


def version_and_name(stem: str) -> tuple[str, str] | None:
    """`0007_add_users` as `0007` and `add_users`; None for what does not begin with a version."""
    match = _VERSIONED.fullmatch(stem)
    return (match.group(1), match.group(2) or "") if match else None


@dataclass(frozen=True, slots=True)
class Source:
    """A migration's files, as a layout found them. `marked`: the up file may hold both parts."""

    version_text: str
    name: str
    up: str
    down: str | None
    layout: str
    marked: bool = False
    when: int | None = None
    folder_name: str = ""


@dataclass(slots=True)
class Reading:
    """Migrations and findings of one folder. `depends` is where each migration (by path) names what it depends on."""

    listing: Listing
    migrations: list[Migration] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    depends: dict[str, dict[str, Place]] = field(default_factory=dict)
    _texts: dict[str, str | None] = field(default_factory=dict)
    _inside: dict[str, Listing] = field(default_factory=dict)

    def inside(self, name: str) -> Listing | None:
        """What stands in one of the folders, looked up once; None, with a finding, if it cannot be read."""
        if name not in self._inside:
            path = self.listing.folders[name]
            try:
                self._inside[name] = list_folder(path)
                self.refuse_names(self._inside[name])
            except OSError as problem:
                self._unreadable(path, problem)
                del self.listing.folders[name]
                return None
        return self._inside[name]

    def refuse_names(self, listing: Listing) -> None:
        """What has a name that cannot be written down is an error."""
        for path in listing.unreadable:
            self.error("not-text", path, f"The name of {self.shown(path)} is not UTF-8.", "rename it")

    def shown(self, path: str) -> str:
        """The path within the folder."""
        inside = path[len(self.listing.path) :].lstrip("/" + os.sep) if self.listing.path else path
        return inside.replace(os.sep, "/")

    def find(self, rule: str, severity: Severity, place: Place, message: str, remedy: str = "") -> None:
        subject = ObjectRef("file", None, self.shown(place.path))
        self.findings.append(Finding(f"migration-{rule}", severity, subject, message, remedy, place=place))

    def error(self, rule: str, path: str, message: str, remedy: str, line: int | None = None) -> None:
        self.find(rule, Severity.ERROR, Place(path, line), message, remedy)

    def stray(self, path: str) -> None:
        """A SQL file that belongs to no migration."""
        remedy = "name it <version>_<name>.sql, put it into <version>_<name>/up.sql, or move it out of the folder"
        self.error("stray-file", path, f"{self.shown(path)} is not part of a migration.", remedy)

    def strays_below(self, path: str) -> None:
        """Every SQL file below a folder that is no migration."""
        try:
            for stray in sql_below(path):
                self.stray(stray)
        except OSError as problem:
            self._unreadable(path, problem)

    def bytes_of(self, path: str) -> bytes | None:
        """The file's bytes; None, with a finding, if they cannot be had."""
        try:
            with open(path, "rb", 0) as file:  # noqa: PTH123 - Path doubles the time of reading a folder
                return file.read()
        except OSError as problem:
            self._unreadable(path, problem)
            return None

    def _unreadable(self, path: str, problem: OSError) -> None:
        self.error("unreadable", path, f"{self.shown(path)} cannot be read: {problem.strerror}.", "make it readable")

    def text_of(self, path: str, raw: bytes | None = None) -> str | None:
        """The file's text with LF line ends and no byte order mark; None, with a finding, if it is not text."""
        if path in self._texts:
            return self._texts[path]
        if raw is None and (raw := self.bytes_of(path)) is None:
            return None
        try:
            text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as problem:
            message = f"{self.shown(path)} is not UTF-8: byte 0x{raw[problem.start]:02x} cannot stand there."
            self._not_text(path, raw[: problem.start].count(b"\n") + 1, message)
            return None
        if "\0" in text:
            message = f"{self.shown(path)} holds a NUL character, which PostgreSQL cannot take."
            self._not_text(path, text[: text.index("\0")].count("\n") + 1, message)
            return None
        return text

    def _not_text(self, path: str, line: int, message: str) -> None:
        self.error("not-text", path, message, "save the file as UTF-8", line)

    def parts_of(self, path: str) -> Sections | None:
        """What a file is that its name does not tell; None, with a finding, if it is no text. It is read but once."""
        text = self._texts[path] = self.text_of(path)
        return sections_of(text, path, marked=True) if text is not None else None

    def says_up(self, path: str) -> bool:
        """Whether a file with `down` in its name marks an up part itself."""
        parts = self.parts_of(path)
        return parts is not None and parts.has_up_mark

    def add(self, source: Source) -> None:
        """One migration from its file or files."""
        if int(source.version_text) > _LARGEST_VERSION:
            message = f"The version {source.version_text} is too large: a version is at most {_LARGEST_VERSION}."
            self.error("version", source.up, message, "give the file a smaller number")
            return
        raw = self.bytes_of(source.up) if source.when is not None else None
        up = self._sections(source.up, marked=source.marked, raw=raw)
        down = self._sections(source.down, marked=False) if source.down is not None else None
        if up is None or (source.down is not None and down is None):
            return
        if down is not None and up.down is not None:
            message = f"{self.shown(source.up)} has a DOWN part, and {self.shown(source.down or '')} is a second down."
            self.error("two-downs", source.down or "", message, "keep one of the two")
            return
        down_part = down.up if down is not None else up.down
        down_said = down.up_said if down is not None else up.down_said
        if down is not None and down_said.depends_on:
            message = "depends_on says what comes before the up: a down has no such order."
            self.find("directive", Severity.ERROR, down_said.depends_on[0][1], message, "move it into the up file")
            return
        irreversible = up.up_said.irreversible or down_said.irreversible
        self._blank_parts(source.up, up.up, down_part, irreversible)
        takes_back = down_part if down_part is not None and not down_part.blank else None
        if up.up_said.depends_on:
            self.depends[source.up] = dict(up.up_said.depends_on)
        layout = f"marked {up.dialect}" if up.dialect and source.down is None else source.layout
        drizzle = None
        if raw is not None and source.when is not None:
            drizzle = DrizzleEntry(sha256(raw).hexdigest(), source.when, source.folder_name)
        self.migrations.append(
            Migration(
                version=int(source.version_text),
                version_text=source.version_text,
                name=source.name,
                up=up.up.text,
                down=takes_back.text if takes_back else None,
                place=up.up.place,
                down_place=down_part.place if down_part else None,
                directives=_directives(up.up_said, down_said, irreversible),
                layout=layout,
                drizzle=drizzle,
            )
        )

    def _sections(self, path: str, *, marked: bool, raw: bytes | None = None) -> Sections | None:
        """The file's parts; None, with a finding, where it cannot be used."""
        if (text := self.text_of(path, raw)) is None:
            return None
        parts = sections_of(text, path, marked=marked)
        for problem in parts.problems:
            self.find(problem.rule, Severity.ERROR, problem.place, problem.message, problem.remedy)
        return None if parts.problems else parts

    def _blank_parts(self, up_file: str, up: Section, down: Section | None, irreversible: str | None) -> None:
        shown = self.shown(up_file)
        for part, what in ((up, "up"), (down, "down")):
            if part is None or not part.blank or (what == "down" and irreversible):
                continue
            empty = not part.text.strip()
            state = "is empty" if empty else "holds only comments"
            remedy = "write it, or delete the file" if what == "up" else "write what takes the migration back"
            rule = f"{'empty' if empty else 'blank'}-{what}"
            self.find(rule, Severity.WARNING, part.place, f"The {what} of {shown} {state}.", remedy)
        if irreversible and down is not None and not down.blank:
            message = f"{shown} is declared irreversible, and has a down."
            self.find("irreversible-down", Severity.WARNING, down.place, message, "keep one of the two")
        if down is None and not irreversible:
            message = f"{shown} has no down."
            remedy = 'add one, or say why there is none: -- nself:irreversible reason="…"'
            self.find("no-down", Severity.INFO, up.place, message, remedy)


_NO_DIRECTIVES = Directives()


def _directives(up: Said, down: Said, irreversible: str | None) -> Directives:
    if up is NOTHING and down is NOTHING:
        return _NO_DIRECTIVES
    return Directives(
        no_transaction=bool(up.no_transaction),
        down_no_transaction=bool(down.no_transaction),
        lock_timeout_ms=up.lock_timeout_ms,
        statement_timeout_ms=up.statement_timeout_ms,
        irreversible=irreversible,
        depends_on=tuple(name for name, _ in up.depends_on),
        down_lock_timeout_ms=down.lock_timeout_ms,
        down_statement_timeout_ms=down.statement_timeout_ms,
    )
