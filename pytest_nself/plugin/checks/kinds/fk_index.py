"""`fk_index`: every foreign key has an index that serves it; one item for each table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytest_nself.core.finding import Findings, Severity
from pytest_nself.plugin.checks.by_table import check_tables
from pytest_nself.plugin.checks.by_table import subjects as subjects

if TYPE_CHECKING:
    import pytest

    from pytest_nself.plugin.checks.checked import Checked

ABOUT = "table"
FAILS_FROM = Severity.WARNING


def check(checked: Checked, names: Sequence[str] | None, test: pytest.Item | None) -> Findings:
    """What the rules of the group `fk_index` find about these tables."""
    return check_tables(checked, "fk_index", names, test)
