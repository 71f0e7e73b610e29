"""Where findings stand, as a repository's viewer names it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pytest_nself.core.finding import Finding, Findings


def from_repository(findings: Iterable[Finding], start: Path) -> Findings:
    """The findings with their files named from the root of the repository that `start` is in (without one: from there).

    Relative names are taken as seen from `start`. A file outside keeps its whole path.
    """
    root = _repository(start)
    return Findings(_seen_from(root, start, finding) for finding in findings)


def stand_in(start: Path) -> str:
    """A file for what stands in none, named from the same root: the nearest pyproject.toml, else the README."""
    root = _repository(start)
    within = (folder for folder in (start, *start.parents) if folder.is_relative_to(root))
    described = next((folder / "pyproject.toml" for folder in within if (folder / "pyproject.toml").exists()), None)
    return (described or root / "README.md").relative_to(root).as_posix()


def _repository(start: Path) -> Path:
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), start)


def _seen_from(root: Path, start: Path, finding: Finding) -> Finding:
    if finding.place is None:
        return finding
    path = Path(os.path.normpath(start / finding.place.path))
    seen = path.relative_to(root) if path.is_relative_to(root) else path
    return replace(finding, place=finding.place._replace(path=seen.as_posix()))
