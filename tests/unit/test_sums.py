"""nself.sum: what was recorded of the files, and what differs."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pytest_nself.core.finding import Findings, Severity
from pytest_nself.core.step import WriteFile
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.sums import check_sums, plan_sums, read_sums

FILES = {"10_b.sql": "select 2;", "0009_a.sql": "-- UP\nselect 1;\n-- DOWN\nselect 0;"}


def _record(folder: Path) -> bool:
    """Do what plan_sums says; whether it said anything."""
    plan = plan_sums(folder, read_migrations(folder))
    for step in plan.steps:
        assert isinstance(step, WriteFile)
        path = Path(step.path)
        assert step.sha256_before == (sha256(path.read_bytes()).hexdigest() if path.exists() else None)
        path.write_bytes(step.content)
    return bool(plan)


def _check(folder: Path) -> Findings:
    return check_sums(read_migrations(folder), read_sums(folder))


def test_the_file(folder: Any) -> None:
    """One line for each in order of version, and first the sum of these lines."""
    folder.put(FILES)
    assert _record(folder.path)
    first, second, third, *rest = (folder.path / "nself.sum").read_text().split("\n")
    ups = [sha256(up).hexdigest() for up in (b"select 1;\n", b"select 2;")]
    assert [second, third] == [f"0009_a sha256-up-1:{ups[0]}", f"10_b sha256-up-1:{ups[1]}"]
    both = f"{second}\n{third}\n".encode()
    assert first == f"sum sha256:{sha256(both).hexdigest()}"
    assert rest == [""]


def test_nothing_changed_is_an_empty_plan(folder: Any) -> None:
    """Recorded once, there is nothing to write, with CRLF line ends too; an empty folder gets no file."""
    assert not _record(folder.path)
    folder.put(FILES)
    assert _record(folder.path)
    assert not _record(folder.path)
    path = folder.path / "nself.sum"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not _record(folder.path)
    assert not _check(folder.path)


def test_no_file_says_nothing(folder: Any) -> None:
    """A project without nself.sum has no findings."""
    folder.put(FILES)
    assert not read_sums(folder.path).exists
    assert not _check(folder.path)


def test_an_edited_up_is_an_error(folder: Any) -> None:
    """The file is named; a down, line ends and a byte order mark may change."""
    folder.put(FILES)
    _record(folder.path)
    folder.put({"0009_a.sql": b"\xef\xbb\xbf-- UP\r\nselect 1;\r\n-- DOWN\r\nselect 'other';"})
    assert not _check(folder.path)
    folder.put({"10_b.sql": "select 3;"})
    (finding,) = _check(folder.path)
    assert (finding.rule, finding.severity) == ("migration-sum-edited", Severity.ERROR)
    assert finding.message.startswith("10_b.sql was edited")


def test_missing_and_new_files(folder: Any) -> None:
    """A recorded file that is gone is an error with its line; one that is not recorded yet is no more than said."""
    folder.put(FILES)
    _record(folder.path)
    (folder.path / "10_b.sql").rename(folder.path / "11_c.sql")
    missing, new = _check(folder.path)
    assert (missing.rule, missing.severity, str(missing.subject)) == (
        "migration-sum-missing-file",
        Severity.ERROR,
        "10_b",
    )
    assert missing.place is not None
    assert missing.place.line == 3
    assert (new.rule, new.severity, str(new.subject)) == ("migration-sum-new", Severity.INFO, "11_c")
    _record(folder.path)
    assert _check(folder.path) == Findings([missing])  # what was recorded is never forgotten by itself


def test_an_edit_is_recorded_only_when_it_is_accepted(folder: Any) -> None:
    """A recorded line stays as it is, whatever happened to the file, until its migration is named."""
    folder.put(FILES)
    _record(folder.path)
    folder.put({"10_b.sql": "select 3;", "11_c.sql": "select 4;"})
    assert _record(folder.path)
    assert [one.rule for one in _check(folder.path)] == ["migration-sum-edited"]
    (step,) = plan_sums(folder.path, read_migrations(folder.path), accept=["10_b"]).steps
    (folder.path / "nself.sum").write_bytes(step.content)
    assert not _check(folder.path)


def test_weird_names(folder: Any) -> None:
    """Blanks, backslashes and line ends in a name stay on one line and come back."""
    folder.put(dict.fromkeys(["1_a b.sql", "2_c\nd.sql", "3_e\\n.sql", "4_größe:1.sql", "5.sql"], "select 1;"))
    _record(folder.path)
    assert not _check(folder.path)
    assert [one.label for one in read_sums(folder.path).recorded] == ["1_a b", "2_c\nd", "3_e\\n", "4_größe:1", "5"]


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        pytest.param(lambda text: text.replace("0009_a", "0009_b"), 1, "changed by hand, or by a merge", id="edited"),
        pytest.param(
            lambda text: f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> main\n", 1, "both sides of a merge", id="conflict"
        ),
        pytest.param(lambda text: text.replace("10_b", "=======\n10_b"), 3, "both sides of a merge", id="half"),
        pytest.param(lambda text: text.split("\n", 1)[1], 1, "does not begin with the sum", id="no first line"),
        pytest.param(lambda text: text.replace("10_b ", "10_b"), 3, "has a line that is not", id="no blank"),
        pytest.param(lambda text: text.replace("\n10_b", "\n\n10_b"), 3, "has a line that is not", id="empty line"),
        pytest.param(lambda text: text.replace("10_b", "0009_a"), 3, "0009_a twice, first on line 2", id="twice"),
        pytest.param(lambda text: "", 1, "does not begin with the sum", id="empty"),
        pytest.param(lambda text: text.replace("10_b", "10_\udcff"), 1, "is not UTF-8", id="not text"),
    ],
)
def test_broken_files(folder: Any, change: Any, line: int, message: str) -> None:
    """A file that a merge or a hand has broken is one error with its line, and how to mend it."""
    folder.put(FILES)
    _record(folder.path)
    path = folder.path / "nself.sum"
    path.write_bytes(change(path.read_text()).encode("utf-8", "surrogateescape"))
    (finding,) = _check(folder.path)
    assert (finding.rule, finding.severity) == ("migration-sum-broken", Severity.ERROR)
    assert finding.place is not None
    assert finding.place.line == line
    assert message in finding.message
    assert "written anew" in finding.remedy
    assert not _record(folder.path)  # a conflict is not solved by writing over it
    path.unlink()
    assert _record(folder.path)
    assert not _check(folder.path)


def test_an_algorithm_of_the_future(folder: Any) -> None:
    """What cannot be compared is not called equal."""
    from pytest_nself.migrations.sums import _first_line

    line = "0009_a sha512-all-2:ab"
    folder.put({"0009_a.sql": "select 1;", "nself.sum": f"{_first_line([line])}\n{line}\n"})
    (finding,) = _check(folder.path)
    assert finding.severity is Severity.ERROR
    assert "sha512-all-2" in finding.message


def test_the_example_projects_sums_are_right() -> None:
    """The project that people copy records its migrations as they are."""
    folder = Path(__file__).parents[2] / "example_project" / "migrations"
    sums = read_sums(folder)
    assert sums.exists
    assert check_sums(read_migrations(folder), sums) == ()
