"""What a migration's header says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.duration import milliseconds
from pytest_nself.core.finding import Severity
from pytest_nself.migrations.migration import Directives, Migrations

Errors = Callable[[Migrations], list[tuple[str, str]]]


def test_no_transaction(folder: Any) -> None:
    """The header of a marked file counts for both parts, the head of a part and the file of a pair for their own."""
    found = folder.read(
        {
            "1_a.sql": "-- nself:no-transaction\n-- UP\nselect 1;\n-- DOWN\nselect 2;",
            "2_b.sql": "-- UP\n-- nself:no-transaction\nselect 1;\n-- DOWN\nselect 2;",
            "3_c/up.sql": "select 1;",
            "3_c/down.sql": "-- nself:no-transaction\nselect 2;",
            "4_d.sql": "-- nself:no-transaction\nselect 1;\n-- DOWN\nselect 2;",
        }
    )
    said = [(one.directives.no_transaction, one.directives.down_no_transaction) for one in found]
    assert said == [(True, True), (True, False), (False, True), (True, True)]


def test_timeouts(folder: Any) -> None:
    """Durations are milliseconds; a part's own header goes before the file's."""
    (one,) = folder.read(
        {
            "1_a.sql": "-- nself:lock-timeout=5s\n-- nself: statement-timeout = 2 min\n\n-- UP\n"
            "-- nself:lock-timeout=0\nselect 1;\n-- DOWN\n-- nself:statement-timeout=250\nselect 2;"
        }
    )
    assert one.directives == Directives(
        lock_timeout_ms=0, statement_timeout_ms=120_000, down_lock_timeout_ms=5000, down_statement_timeout_ms=250
    )


def test_a_down_file_has_its_own_timeouts(folder: Any) -> None:
    """The files of a pair speak for themselves."""
    (one,) = folder.read(
        {"1_a.up.sql": "-- nself:lock-timeout=1s\nx;", "1_a.down.sql": "/* note */ -- nself:lock-timeout=2s\ny;"}
    )
    assert (one.directives.lock_timeout_ms, one.directives.down_lock_timeout_ms) == (1000, 2000)


@pytest.mark.parametrize(
    "files",
    [
        {"1_a.sql": '-- nself:irreversible reason="codes are gone"\nselect 1;'},
        {"1_a.sql": "-- nself:irreversible reason = 'codes are gone'\n-- UP\nselect 1;"},
        {"1_a.sql": '-- UP\nselect 1;\n-- DOWN\n-- nself:irreversible reason="codes are gone"\n'},
        {"1_a/up.sql": "select 1;", "1_a/down.sql": '-- nself:irreversible reason="codes are gone"'},
    ],
)
def test_irreversible(folder: Any, files: dict[str, str]) -> None:
    """With its reason said, a missing or blank down is no finding."""
    found = folder.read(files)
    (one,) = found
    assert one.directives.irreversible == "codes are gone"
    assert not found.findings


def test_irreversible_with_a_down_is_a_warning(folder: Any) -> None:
    """One of the two is not meant."""
    found = folder.read({"1_a.sql": '-- nself:irreversible reason="x"\n-- UP\nselect 1;\n-- DOWN\nselect 2;'})
    assert [one.rule for one in found.findings.at_least(Severity.WARNING)] == ["migration-irreversible-down"]


def test_depends_on(folder: Any) -> None:
    """Names stand behind commas or blanks, on as many lines as it takes."""
    found = folder.read(
        {
            "1_a.sql": "select 1;",
            "2_b.sql": "select 1;",
            "03_c.sql": "-- depends_on: 1,b\n-- Depends-On: 0002_b\n-- UP\n-- depends_on: 0001\nselect 1;",
        }
    )
    assert found.migrations[-1].directives.depends_on == ("1", "b", "0002_b", "0001")
    assert not found.findings.at_least(Severity.WARNING)


@pytest.mark.parametrize(
    ("text", "line", "message", "remedy"),
    [
        ("-- nself:no-transactoin\nx;", 1, "nself:no-transactoin is not", "did you mean nself:no-transaction?"),
        ("-- nself:whatever\nx;", 1, "nself:whatever is not", "There are nself:no-transaction"),
        ("-- nself:\nx;", 1, "nself: is not a directive", "There are"),
        ("\n-- nself:no-transaction=true\nx;", 2, "takes no value", "write -- nself:no-transaction"),
        ("x;\n-- nself:no-transaction\ny;", 2, "only in the file's header", "above the first statement"),
        ("x; -- nself:no-transaction\ny;", 1, "only in the file's header", "above the first statement"),
        ("x;\n-- depends_on: 3\ny;", 2, "only in the file's header", "above the first statement"),
        ("-- UP\nx;\n-- nself:lock-timeout=5s\n-- DOWN\ny;", 3, "at the head of a part", "above"),
        ("-- nself:lock-timeout\nx;", 1, "needs a duration", "=5s"),
        ("-- nself:lock-timeout=\nx;", 1, "is not a duration", "=5s"),
        ("-- nself:lock-timeout=5 parsecs\nx;", 1, "parsecs is not a unit", "=5s"),
        ("-- nself:lock-timeout=5S\nx;", 1, "write s", "=5s"),
        ("-- nself:lock-timeout=-1\nx;", 1, "is not a duration", "=5s"),
        ("-- nself:statement-timeout=10us\nx;", 1, "less than a millisecond", "=5s"),
        ("-- nself:statement-timeout=25d\nx;", 1, "longer than PostgreSQL", "=5s"),
        ("-- nself:lock-timeout=1s\n-- nself:lock-timeout=2s\nx;", 2, "said twice", "keep one"),
        ("-- nself:irreversible\nx;", 1, "does not say why", "reason="),
        ('-- nself:irreversible reason=""\nx;', 1, "does not say why", "reason="),
        ("-- nself:irreversible reason=because\nx;", 1, "does not say why", "reason="),
        ("-- depends_on:\nx;", 1, "names no migration", "write a version"),
        ("-- UP\nx;\n-- DOWN\n-- depends_on: 1\ny;", 4, "a down has no such order", "file's header"),
    ],
)
def test_wrong_directives_are_errors(
    folder: Any, errors: Errors, text: str, line: int, message: str, remedy: str
) -> None:
    """What cannot be understood is never passed over: file, line, what is allowed."""
    found = folder.read({"1_a.sql": text})
    assert errors(found) == [("1_a.sql", "directive")]
    first = found.findings[0]
    assert first.place is not None
    assert first.place.line == line
    assert message in first.message
    assert remedy in first.remedy


def test_plain_comments_are_comments(folder: Any, errors: Errors) -> None:
    """Headers that `create` writes, talk about nself, and directives inside strings and bodies say nothing to us."""
    found = folder.read(
        {
            "1_a.sql": "-- Migration: 1_a\n-- Created: 2026-01-22\n-- made with nself\n"
            "select '-- nself:x', $$\n-- nself:x\n$$ /* nself:x */;\n"
        }
    )
    assert not errors(found)
    assert found.migrations[0].directives == Directives()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("250", 250), ("5s", 5000), ("1.5s", 1500), ("1min", 60_000), ("2 h", 7_200_000), ("1d", 86_400_000)],
)
def test_durations(text: str, expected: int) -> None:
    """PostgreSQL's units; a bare number is milliseconds."""
    assert milliseconds(text) == expected


@given(st.text())
def test_a_duration_is_a_number_or_said_to_be_none(text: str) -> None:
    """Whatever is written, the answer is milliseconds or a ValueError."""
    try:
        value = milliseconds(text)
    except ValueError:
        return
    assert 0 <= value < 2**31
