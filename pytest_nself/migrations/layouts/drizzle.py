"""drizzle: `meta/_journal.json` lists the migrations, whose files are `<tag>.sql`.

The whole file is one migration: `--> statement-breakpoint` is a comment. A `<tag>.down.sql` beside it, which drizzle
does not know, takes it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_nself.core.finding import Severity
from pytest_nself.core.place import Place
from pytest_nself.migrations.reading.folder import Reading, Source, version_and_name

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_nself.core.step import WriteFile
    from pytest_nself.migrations.writing.draft import Draft
    from pytest_nself.migrations.writing.journal import Entry

RANK = 10
NAME = "drizzle"
CUSTOM = "-- Custom SQL migration file, put your code below! --"
"""What `drizzle-kit generate --custom` writes."""


def read(reading: Reading) -> None:
    """Take what the journal lists, and its downs. A plain file that it does not list is an error."""
    path = _journal_of(reading)
    if path is None or (text := reading.text_of(path)) is None:
        return
    from pytest_nself.migrations.writing.journal import line_of, read_journal

    journal = read_journal(text)
    for problem in journal.problems:
        place = Place(path, problem.line, problem.column)
        severity = Severity.WARNING if problem.harmless else Severity.ERROR
        rule = "journal-order" if problem.harmless else "journal"
        reading.find(rule, severity, place, problem.message, problem.remedy)
    sql = reading.listing.sql
    for entry in journal.entries:
        if f"{entry.tag}.sql" not in sql:
            message = f"The journal lists {entry.tag}, but there is no {entry.tag}.sql."
            reading.error("journal-no-file", path, message, "restore the file", line_of(text, entry.position))
            sql.pop(f"{entry.tag}.down.sql", None)
            continue
        up = reading.listing.take(f"{entry.tag}.sql")
        down = sql.pop(f"{entry.tag}.down.sql", None)
        reading.add(Source(*_version(entry), up, down, NAME, when=entry.when))
    for name in list(_unlisted(reading)):
        stray = reading.listing.take(name)
        if journal.usable:
            remedy = "let drizzle-kit generate it again, restore the journal's entry, or move the file away"
            reading.error("not-in-journal", stray, f"The journal does not list {name}.", remedy)


def _journal_of(reading: Reading) -> str | None:
    meta = reading.inside("meta") if "meta" in reading.listing.folders else None
    return meta.others.get("_journal.json") if meta is not None else None


def _version(entry: Entry) -> tuple[str, str]:
    """From the tag's number; without one, as with drizzle's prefix `none`, the entry's idx."""
    return version_and_name(entry.tag) or (str(entry.idx), entry.tag.lstrip("_"))


def _unlisted(reading: Reading) -> Iterator[str]:
    """Files of which only the journal could say what they are: those of other layouts say it themselves."""
    for name, path in reading.listing.sql.items():
        stem = name[:-4].lower()
        if stem.endswith((".up", ".down", "_up", "_down")) or not re.match(r"[0-9]+[_.\- ]", stem):
            continue
        parts = reading.parts_of(path)
        if parts is None or not parts.dialect:
            yield name


def writes(layout: str) -> bool:
    return layout == NAME


def files(draft: Draft) -> list[WriteFile]:
    """What `drizzle-kit generate --custom` writes: the file, the journal's entry, and the last snapshot again."""
    from pytest_nself.migrations.writing.journal import continued
    from pytest_nself.migrations.writing.snapshot import again

    steps = [draft.file(f"{draft.stem}.sql", CUSTOM + (f"\n{draft.up}" if draft.sql is not None else ""))]
    meta = draft.folder / "meta"
    last = max(meta.glob("*_snapshot.json"), default=None)
    if last is not None:
        # Without numbers (drizzle's prefix `none`) there is one snapshot, which is always the last.
        text = again(last, draft.stem)
        new = meta / f"{draft.version_text}_snapshot.json"
        steps.append(_rewritten(new, text) if new == last else draft.file(f"meta/{new.name}", text))
    journal = meta / "_journal.json"
    when = int(draft.now.timestamp() * 1000)
    steps.append(_rewritten(journal, continued(journal.read_text("utf-8-sig"), draft.stem, when)))
    return steps


def _rewritten(path: Path, text: str) -> WriteFile:
    from hashlib import sha256

    from pytest_nself.core.step import WriteFile

    raw = path.read_bytes()
    if b"\r\n" in raw:
        text = text.replace("\n", "\r\n")
    content = text.encode("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8")
    return WriteFile(f"Continue {path.as_posix()}", str(path), content, sha256_before=sha256(raw).hexdigest())
