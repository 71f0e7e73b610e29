"""From findings to a failed test: what counts, and how it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_nself.core.errors import NselfError
from pytest_nself.core.finding import Finding
from pytest_nself.core.step import Statement

if TYPE_CHECKING:
    from .checked import Checked
    from .kinds import Kind

FOUND: pytest.StashKey[list[Finding]] = pytest.StashKey()
"""On a test: what its checks found, but for what the baseline accepts."""
AUDITED: pytest.StashKey[list[Finding]] = pytest.StashKey()
"""On a test: what it has asked for itself, which counts when it fails."""


def judge(
    item: pytest.Item, checked: Checked, kind: Kind, names: Sequence[str] | None, test: pytest.Item | None
) -> None:
    """Fail the item if the check finds what counts; none of our own frames are shown."""
    try:
        found = checked.counting(kind.check(checked, names, test))
    except NselfError as error:
        message = str(error)
    else:
        item.stash.setdefault(FOUND, []).extend(found)
        message = told(found.at_least(kind.FAILS_FROM), item.config.invocation_params.dir)
    if message:
        pytest.fail(message, pytrace=False)


def told(findings: Iterable[Finding], base: Path) -> str:
    """The findings as a person in the folder `base` reads them, worst first; empty when there are none."""
    worst_first = sorted(findings, key=lambda one: -one.severity)
    return "\n\n".join("\n".join(_lines(one, base)) for one in worst_first)


def seen_from(base: Path, path: str) -> str:
    """The path as it is named in the folder `base`, with slashes; as it is where it stands elsewhere."""
    absolute = base / path
    return absolute.relative_to(base).as_posix() if absolute.is_relative_to(base) else path


def _lines(finding: Finding, base: Path) -> Iterator[str]:
    # The first line is what pytest's short summary shows.
    yield f"{finding.message} [{finding.rule}, {finding.severity}]"
    if finding.place is not None:
        yield f"  {finding.place._replace(path=seen_from(base, finding.place.path))}"
    if finding.remedy:
        yield f"  To fix: {finding.remedy}"
    for step in finding.fix:
        text = f"{step.sql.text};" if isinstance(step, Statement) else step.title
        if text.rstrip(";") not in finding.remedy:
            yield from (f"    {line}" for line in text.splitlines())
