"""The baseline: what a project accepts, why, and until when."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.checks.baseline import Baseline, baseline_text, read_baseline
from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef

FIRST = Finding("no-key", Severity.WARNING, ObjectRef("table", "public", "a"), "public.a has no key.")
SECOND = Finding("no-key", Severity.WARNING, ObjectRef("table", "public", "b"), "public.b has no key.")
END = date(2027, 1, 31)

GOOD = """# what we live with
[[accepted]]
key = "no-key:public.a"
reason = "it goes with the archive"
until = 2027-01-31

[[accepted]]
key = "no-index:public.c"
reason = "small"
until = 2027-02-28
"""


def read(tmp_path: Path, text: str) -> Baseline:
    """The baseline of a file with this text."""
    path = tmp_path / "nself-baseline.toml"
    path.write_text(text, encoding="utf-8")
    return read_baseline(path)


def test_what_is_accepted_vanishes(tmp_path: Path) -> None:
    """Up to and including its day; other findings stay as they are."""
    baseline = read(tmp_path, GOOD)
    found = baseline.apply(Findings((FIRST, SECOND)), END, rules=["no-key"])
    assert found == (SECOND,)
    assert isinstance(found, Findings)


def test_an_entry_past_its_day_counts_no_more(tmp_path: Path) -> None:
    """The finding is back, and beside it stands why it was accepted, with the entry's line."""
    first, _, expired = read(tmp_path, GOOD).apply([FIRST, SECOND], date(2027, 2, 1), rules=["no-key"])
    assert first is FIRST
    assert (expired.key, expired.severity) == ("baseline-expired:no-key:public.a", Severity.WARNING)
    assert expired.message.endswith("until 2027-01-31: it goes with the archive")
    assert str(expired.place) == f"{tmp_path / 'nself-baseline.toml'}:2"


def test_an_entry_that_nothing_needs_is_told(tmp_path: Path) -> None:
    """Also one that is past its day; but not when its rule was not asked."""
    baseline = read(tmp_path, GOOD)
    assert [one.key for one in baseline.apply([FIRST], END)] == ["baseline-unused:no-index:public.c"]
    assert baseline.apply([FIRST], END).worst is Severity.INFO
    assert [one.key for one in baseline.apply([FIRST], date(2030, 1, 1))][1:] == [
        "baseline-expired:no-key:public.a",
        "baseline-unused:no-index:public.c",
    ]
    assert [one.key for one in baseline.apply([], END, rules=["no-key"])] == ["baseline-unused:no-key:public.a"]


def test_no_entries() -> None:
    """An empty baseline accepts nothing."""
    assert Baseline().apply([FIRST], END) == (FIRST,)


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("[[accepted]]\nkey = ", "[[acepted]]\nkey = ", 2, "no 'acepted'"),
        ('key = "no-i', 'keys = "no-i', 8, "no 'keys'"),
        ('reason = "small"\n', "", 7, "lacks 'reason'"),
        ("until = 2027-02-28\n", "", 7, "lacks 'until'"),
        ('reason = "small"', 'reason = " "', 9, "reason of no-index:public.c is empty"),
        ('"no-index:public.c"', '"no-index"', 8, "'no-index' is no finding's key"),
        ('"no-index:public.c"', "1", 8, "1 is no finding's key"),
        ("2027-02-28", '"2027-02-28"', 10, "'2027-02-28', which is no date"),
        ("2027-02-28", "2027-02-28T00:00:00", 10, "which is no date"),
        ("2027-02-28", "2027-02-30", 10, "not TOML"),
        ('"small"', "small", 9, "not TOML"),
        ("no-index:public.c", "no-key:public.a", 7, "accepted twice"),
        ("[[accepted]]\nkey = ", "[other]\n[[accepted]]\nkey = ", 2, "no 'other'"),
    ],
)
def test_what_is_wrong_in_the_file(before: str, after: str, line: int, said: str, tmp_path: Path) -> None:
    """The error names file and line, and says how an entry is written."""
    with pytest.raises(ConfigError, match=said) as caught:
        read(tmp_path, GOOD.replace(before, after, 1) if "[[" in before else GOOD.replace(before, after))
    assert str(caught.value.place) == f"{tmp_path / 'nself-baseline.toml'}:{line}"


def test_other_shapes_are_refused(tmp_path: Path) -> None:
    """A table in place of the list, a file that is not there, bytes that are no text; an inline list is a list."""
    with pytest.raises(ConfigError, match="no list of entries"):
        read(tmp_path, '[accepted]\nkey = "a:b"\n')
    with pytest.raises(ConfigError, match="cannot be read"):
        read_baseline(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_baseline(tmp_path / "bytes.toml")
    inline = read(tmp_path, 'accepted = [{ key = "a:b", reason = "c", until = 2027-01-31 }]\n')
    assert [one.key for one in inline.entries] == ["a:b"]
    assert read(tmp_path, "") == Baseline()


@given(names=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1)), reason=st.text("a\"'\\\n\x7f "))
def test_what_is_written_is_read_back(names: list[str], reason: str) -> None:
    """Whatever the names and the reason hold; findings of one key make one entry."""
    found = [Finding("r", Severity.INFO, ObjectRef("table", "public", name), "…") for name in names]
    text = baseline_text([*found, *found], reason, END)
    entries = tomllib.loads(text).get("accepted", [])
    assert entries == [
        {"key": key, "reason": reason, "until": END} for key in dict.fromkeys(finding.key for finding in found)
    ]


def test_a_written_baseline_accepts_what_it_was_made_of(tmp_path: Path) -> None:
    """It takes out all of it."""
    found = Findings((FIRST, SECOND))
    assert read(tmp_path, baseline_text(found, "for now", END)).apply(found, END) == ()
