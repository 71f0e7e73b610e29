"""What checks of the database have in common: one item for each table, and rules that are asked once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytest_nself.core.finding import Finding, Findings

from .subjects import Subject, tables_named

if TYPE_CHECKING:
    import pytest

    from .checked import Checked


def subjects(checked: Checked) -> Sequence[Subject] | None:
    """One for each table; None while they are not known."""
    tables = checked.tables()
    return None if tables is None else tuple(Subject(name) for name in tables)


def check_tables(checked: Checked, group: str, names: Sequence[str] | None, test: pytest.Item | None) -> Findings:
    """What the rules of a group find about these tables (None: about anything)."""
    tables, found = checked.audited(group, test)
    if names is None:
        return found
    wanted = tables_named(names, tables)
    if test is None and tables[:1] == wanted[:1]:
        # What is about no table (a view, a role) has no item of its own: the first one tells it.
        wanted += tuple({_table(one) for one in found} - set(tables))
    return Findings(one for one in found if _table(one) in wanted)


def _table(finding: Finding) -> str:
    """The table that a finding is about, also when it is about a part of it."""
    return ".".join(part for part in (finding.subject.schema, finding.subject.name) if part is not None)
