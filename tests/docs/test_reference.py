"""The reference pages say what the code does, and leave nothing out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Reader
from .pages import ROOT, all_pages

REFERENCE = ROOT / "docs/reference"


def headings(page: str) -> set[str]:
    """The second-level headings of a reference page."""
    return set(re.findall(r"^## (.+)$", (REFERENCE / page).read_text(encoding="utf-8"), re.MULTILINE))


def test_generated_pages_are_fresh() -> None:
    """`python docs/generate.py --check` finds nothing to write."""
    command = [sys.executable, str(ROOT / "docs/generate.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_every_setting_and_flag_is_documented(reader: Reader) -> None:
    """What `pytest --help` lists of ours has a section, under its ini key or as its flag."""
    said = reader.run("COLUMNS=300 pytest --help").stdout
    keys = set(re.findall(r"^  (nself_\w+) \(", said, re.MULTILINE))
    assert len(keys) > 15
    assert keys <= headings("settings.md")
    flags = set(re.findall(r"^  (--nself-[\w-]+)", said, re.MULTILINE))
    assert len(flags) > 4
    assert flags <= set(re.findall(r"`(--nself-[\w-]+)`", (REFERENCE / "settings.md").read_text(encoding="utf-8")))


def test_every_fixture_is_documented(reader: Reader) -> None:
    """What `pytest --fixtures` lists of ours has a section."""
    names = set(re.findall(r"^(nself_\w+)", reader.run("pytest --fixtures -q").stdout, re.MULTILINE))
    assert "nself_db" in names
    assert names == headings("fixtures.md")


def test_every_marker_is_documented(reader: Reader) -> None:
    """What `pytest --markers` lists of ours has a section."""
    names = set(re.findall(r"^@pytest\.mark\.(nself_\w+)", reader.run("pytest --markers").stdout, re.MULTILINE))
    assert "nself_rollback" in names
    assert names == headings("markers.md")


def test_every_command_is_documented(reader: Reader) -> None:
    """What `nself --help` and the help of each command list has a section."""

    def walk(command: str) -> set[str]:
        said = reader.run(f"{command} --help").stdout
        below = re.findall(r"^  ([a-z][\w-]*)", said.partition("\nCommands:\n")[2], re.MULTILINE)
        return {command}.union(*(walk(f"{command} {name}") for name in below))

    found = walk("nself")
    assert "nself db migrate up" in found
    assert found == headings("cli.md")


def names_in(text: str) -> set[str]:
    """Names of ours that a text uses: fixtures, settings, markers, flags, variables."""
    found = re.findall(r"(?<![\w.])(?:pytest_)?nself_[a-z]\w*(?!\w*\*)|--nself-[a-z][\w-]*|\bNSELF_[A-Z_]+\b", text)
    return set(found)


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
def test_pages_name_only_what_exists(page: object) -> None:
    """A fixture, setting, marker, flag or variable that a page names is one that a reference page documents."""
    reference = "".join(path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.md"))
    packages = {"nself_cli", "pytest_nself", "nself_template", "nself_main"}
    assert names_in(page.text) - names_in(reference) - packages == set()  # type: ignore[attr-defined]


def test_a_stale_page_is_noticed(tmp_path: Path) -> None:
    """`--check` fails, and names the page, when a page is not what the code says."""
    import shutil

    for name in ("docs", "pytest_nself", "nself_cli", "pyproject.toml"):
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    page = tmp_path / "docs/reference/fixtures.md"
    page.write_text(page.read_text(encoding="utf-8").replace("## nself_clone", "## nself_copy"), encoding="utf-8")
    command = [sys.executable, str(tmp_path / "docs/generate.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "docs/reference/fixtures.md" in result.stdout
