"""drizzle's folders, with and without a journal. `drizzle_sample` holds what drizzle-kit 0.31 and 1.0 wrote."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pytest_nself.core.finding import Severity
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.migration import DrizzleEntry, Migrations

Errors = Callable[[Migrations], list[tuple[str, str]]]

SAMPLE = Path(__file__).parent / "drizzle_sample"


def _journal(*tags: str, **changes: Any) -> str:
    entries = [
        {"idx": idx, "version": "7", "when": 1000 + idx, "tag": tag, "breakpoints": True}
        for idx, tag in enumerate(tags)
    ]
    return json.dumps({"version": "7", "dialect": "postgresql", "entries": entries, **changes}, indent=2)


def test_what_drizzle_kit_writes_is_read(tmp_path: Path) -> None:
    """The journal's files are the migrations; each knows what drizzle's own ledger says of it."""
    found = read_migrations(shutil.copytree(SAMPLE / "after", tmp_path / "drizzle"))
    assert [(one.label, one.layout) for one in found] == [("0000_init", "drizzle"), ("0001_add_prefs", "drizzle")]
    journal = json.loads((SAMPLE / "after/meta/_journal.json").read_text())
    assert [one.drizzle for one in found] == [
        DrizzleEntry(sha256((SAMPLE / f"after/{entry['tag']}.sql").read_bytes()).hexdigest(), entry["when"])
        for entry in journal["entries"]
    ]


def test_what_drizzle_kit_1_writes_is_read(tmp_path: Path) -> None:
    """Folders without a journal: the name's first 14 digits are drizzle's `when`, in UTC."""
    found = read_migrations(shutil.copytree(SAMPLE / "folders_after", tmp_path / "drizzle"))
    assert [(one.name, one.layout) for one in found] == [("init", "drizzle folders"), ("add_prefs", "drizzle folders")]
    content = (SAMPLE / "folders_after/20261120095353_init/migration.sql").read_bytes()
    expected = DrizzleEntry(sha256(content).hexdigest(), 1795168433000, "20261120095353_init")
    assert found.migrations[0].drizzle == expected


def test_the_hash_is_of_the_bytes_and_breakpoints_stay(folder: Any) -> None:
    """drizzle hashes the file as it stands, line ends and byte order mark included; we send it without either."""
    raw = b"\xef\xbb\xbfcreate table a ();\r\n--> statement-breakpoint\r\ncreate table b ();"
    (one,) = folder.read({"meta/_journal.json": _journal("0000_a"), "0000_a.sql": raw})
    assert one.drizzle == DrizzleEntry(sha256(raw).hexdigest(), 1000)
    assert one.up == "create table a ();\n--> statement-breakpoint\ncreate table b ();"


def test_a_companion_down(folder: Any) -> None:
    """`<tag>.down.sql` takes it back, in both forms; drizzle does not look at it."""
    found = folder.read(
        {
            "meta/_journal.json": _journal("0000_a"),
            "0000_a.sql": "select 1;",
            "0000_a.down.sql": "select 2;",
            "20260101000000_b/migration.sql": "select 3;",
            "20260101000000_b/snapshot.json": "{}",
            "20260101000000_b/down.sql": "select 4;",
        }
    )
    assert [(one.layout, one.down) for one in found] == [("drizzle", "select 2;"), ("drizzle folders", "select 4;")]


def test_tags_without_numbers(folder: Any) -> None:
    """drizzle's prefix `none`: the entry's idx is the version."""
    files = {"meta/_journal.json": _journal("_init", "more"), "_init.sql": "select 1;", "more.sql": "select 2;"}
    assert [one.label for one in folder.read(files)] == ["0_init", "1_more"]


def test_old_journals(folder: Any) -> None:
    """Version 5 called the dialect pg."""
    (one,) = folder.read(
        {"meta/_journal.json": _journal("0000_a", version="5", dialect="pg"), "0000_a.sql": "select 1;"}
    )
    assert one.layout == "drizzle"


def test_journal_and_files_that_differ(folder: Any, errors: Errors) -> None:
    """An entry without a file has its line; a file that the journal lacks is not run; other layouts may stand by."""
    found = folder.read(
        {
            "meta/_journal.json": _journal("0000_a", "0001_gone"),
            "0000_a.sql": "select 1;",
            "0002_lost.sql": "select 1;",
            "0003_ours.sql": "-- UP\nselect 1;\n-- DOWN\nselect 2;",
            "0004_pair.up.sql": "select 1;",
            "0005_nested/up.sql": "select 1;",
        }
    )
    assert errors(found) == [("0002_lost.sql", "not-in-journal"), ("meta/_journal.json", "journal-no-file")]
    places = {one.rule: one.place for one in found.findings}
    assert places["migration-journal-no-file"].line == 12
    assert [one.label for one in found] == ["0000_a", "0003_ours", "0004_pair", "0005_nested"]


@pytest.mark.parametrize(
    ("journal", "line", "column", "message"),
    [
        ('{"version": "7",\n "entries": [}', 2, 14, "not JSON"),
        ('<<<<<<< HEAD\n{"version": "7"}', 1, 1, "not JSON"),
        ("", 1, 1, "not JSON"),
        ("[]", None, None, "no list of entries"),
        ('{"entries": {}}', None, None, "no list of entries"),
        (_journal(dialect="mysql"), None, None, "'mysql', and this is PostgreSQL"),
        (_journal(version="12"), None, None, "version '12'"),
        (f'{{"entries": [{"9" * 5000}]}}', None, None, "too long"),
    ],
)
def test_journals_that_cannot_be_used(
    folder: Any, errors: Errors, journal: str, line: int | None, column: int | None, message: str
) -> None:
    """The journal is the one error, with line and column where there are any; its files are not blamed, nor run."""
    found = folder.read({"meta/_journal.json": journal, "0000_a.sql": "select 1;"})
    assert errors(found) == [("meta/_journal.json", "journal")]
    assert not len(found)
    assert found.findings[0].place is not None
    assert (found.findings[0].place.line, found.findings[0].place.column) == (line, column)
    assert message in found.findings[0].message


@pytest.mark.parametrize(
    ("entries", "line", "message"),
    [
        ([{"idx": 0, "when": 1, "tag": "0000_a"}, {"idx": 0, "when": 2, "tag": "0001_b"}], 3, "have idx 0"),
        ([{"idx": 0, "when": 1, "tag": "0000_a"}, {"idx": 1, "when": 2, "tag": "0000_a"}], 3, "lists 0000_a twice"),
        ([{"idx": 0, "when": 1, "tag": "0000_a"}, {"idx": "1", "when": 2, "tag": "0001_b"}], 3, "lacks a number"),
        ([{"idx": 0, "when": 1, "tag": "0000_a"}, 7], 3, "lacks a number"),
    ],
)
def test_wrong_entries(folder: Any, entries: list[Any], line: int, message: str) -> None:
    """Duplicates and entries without what they need have their line."""
    body = ",\n".join(json.dumps(one) for one in entries)
    journal = f'{{"version": "7", "dialect": "postgresql", "entries": [\n{body}]}}'
    files = {"meta/_journal.json": journal, "0000_a.sql": "x;", "0001_b.sql": "x;"}
    found = folder.read(files).findings
    of_journal = [one for one in found if one.rule == "migration-journal"]
    assert [(one.severity, one.place and one.place.line) for one in of_journal] == [(Severity.ERROR, line)]
    assert message in of_journal[0].message


def test_entries_that_drizzle_would_pass_over(folder: Any) -> None:
    """An entry older than one before it is applied here, and not by drizzle's own migrator: a warning says so."""
    journal = _journal("0000_a", "0001_b").replace("1001", "999")
    found = folder.read({"meta/_journal.json": journal, "0000_a.sql": "x;", "0001_b.sql": "x;"})
    assert [one.rule for one in found.findings.at_least(Severity.WARNING)] == ["migration-journal-order"]
    assert len(found) == 2
