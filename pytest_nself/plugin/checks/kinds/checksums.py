"""`checksums`: no migration that is recorded in nself.sum was edited; one item for the folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.migrations.sums import FILE_NAME, check_sums, read_sums
from pytest_nself.plugin.checks.subjects import Subject, known_names

if TYPE_CHECKING:
    import pytest

    from pytest_nself.plugin.checks.checked import Checked

ABOUT = "migration"
FAILS_FROM = Severity.WARNING


def subjects(checked: Checked) -> Sequence[Subject]:
    """One for the folder: a file that goes wrong is listed, and one that is missing has no item of its own."""
    return (Subject(),)


def check(checked: Checked, names: Sequence[str] | None, test: pytest.Item | None) -> Findings:
    """What differs between the files and nself.sum; without the file nothing would show, which is a finding too."""
    migrations = checked.migrations
    sums = read_sums(Path(migrations.folder))
    if names is not None:
        known_names(names, [one.label for one in migrations], "migration")
    if not sums.exists:
        return Findings([_no_sums(sums.path)] if len(migrations) else [])
    found = check_sums(migrations, sums)
    if names is None:
        return found
    return Findings(one for one in found if one.subject.kind != "migration" or one.subject.name in names)


def _no_sums(path: str) -> Finding:
    return Finding(
        "migration-sum-none",
        Severity.ERROR,
        ObjectRef("file", None, FILE_NAME),
        f"There is no {FILE_NAME} beside the migrations, so an edited file would not be seen.",
        "let it be written and commit it: nself db migrate up in dev, or nself db migrate create",
    )
