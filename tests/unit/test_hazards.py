"""The registry of hazards: each says what it must, and is what its file is called."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pytest_nself.checks import hazards as folder
from pytest_nself.checks.dangers import BIG_BYTES, BIG_ROWS
from pytest_nself.checks.hazard import Hazard, Weight
from pytest_nself.checks.hazard_findings import largest, severity_of
from pytest_nself.checks.hazards import hazards
from pytest_nself.checks.squawk import find_squawk
from pytest_nself.checks.target import Size
from pytest_nself.core.errors import ToolMissing
from pytest_nself.core.finding import Severity

INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR


def test_the_folder_is_the_registry() -> None:
    """Each file is one hazard that is called like it, and general ones are asked last."""
    files = {path.stem for path in Path(folder.__file__).parent.glob("*.py")} - {"__init__"}
    assert {hazard.id.replace("-", "_") for hazard in hazards()} == files
    order = [hazard.general for hazard in hazards()]
    assert order == sorted(order)


@pytest.mark.parametrize("hazard", hazards(), ids=lambda hazard: hazard.id)
def test_what_a_hazard_says(hazard: Hazard) -> None:
    """Sentences end as such, a title does not; there are examples of both kinds."""
    for sentence in (hazard.why, hazard.safe):
        assert sentence[0].isupper() or sentence[0] == "`"
        assert sentence.endswith(".")
    assert not hazard.title.endswith(".")
    assert hazard.given
    assert hazard.bad
    assert hazard.good


@pytest.mark.parametrize(
    ("size", "by_size", "by_rows"),
    [
        (None, ERROR, ERROR),
        (Size(0, 0), INFO, INFO),
        (Size(1, 8192), WARNING, ERROR),
        (Size(BIG_ROWS - 1, 8192), WARNING, ERROR),
        (Size(BIG_ROWS, 8192), ERROR, ERROR),
        (Size(None, 8192), WARNING, ERROR),
        (Size(None, BIG_BYTES), ERROR, ERROR),
        (Size(5, BIG_BYTES), ERROR, ERROR),
    ],
)
def test_severity_goes_by_size(size: Size | None, by_size: Severity, by_rows: Severity) -> None:
    """An unknown table is thought large; an empty one is nobody's to wait for, and has nothing to lose."""
    assert severity_of(ERROR, Weight.SIZE, size) is by_size
    assert severity_of(ERROR, Weight.ROWS, size) is by_rows
    assert severity_of(ERROR, Weight.ALWAYS, size) is ERROR
    assert severity_of(INFO, Weight.SIZE, size) is INFO
    assert severity_of(WARNING, Weight.SIZE, size) is {ERROR: WARNING, WARNING: INFO, INFO: INFO}[by_size]


def test_the_largest_of_several_tables_counts() -> None:
    """One whose size nobody knows makes all of them unknown."""
    assert largest([]) is None
    assert largest([Size(5, 10), Size(7, 1)]) == Size(7, 1)
    assert largest([Size(5, 10), None]) is None


def test_squawk_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says where it was looked for, and the line that installs it; one beside Python is taken."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(ToolMissing, match="pip install squawk-cli"):
        find_squawk(tmp_path)
    program = tmp_path / "squawk"
    program.touch(mode=0o755)
    assert find_squawk(tmp_path) == program
