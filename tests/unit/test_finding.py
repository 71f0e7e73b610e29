"""Findings."""

from __future__ import annotations

import pytest

from pytest_nself.core.finding import Finding, Findings, Severity, plan_fixes
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import Statement

_INFO = Finding("no-down", Severity.INFO, ObjectRef("migration", None, "0001_a"), "It has no down.")
_ERROR = Finding(
    "rls",
    Severity.ERROR,
    ObjectRef("table", "public", "orders"),
    "Nobody guards public.orders.",
    "enable it",
    (Statement("fix", Sql("alter table …")),),
    Place("a.sql", 3),
)


def test_worst_and_at_least() -> None:
    """The worst severity, and those that reach one."""
    found = Findings((_INFO, _ERROR))
    assert found.worst is Severity.ERROR
    assert found.at_least(Severity.WARNING) == (_ERROR,)
    assert Findings().worst is None


def test_a_baseline_takes_out_by_key() -> None:
    """A baseline lists rule and subject."""
    assert Findings((_INFO, _ERROR)).without({"rls:public.orders"}) == (_INFO,)


def test_assert_none_shows_each() -> None:
    """The assertion's text has a line for each finding, with its place and its remedy."""
    Findings().assert_none()
    with pytest.raises(AssertionError) as caught:
        Findings((_INFO, _ERROR)).assert_none()
    assert "a.sql:3: error: Nobody guards public.orders. [rls] To fix: enable it" in str(caught.value)


def test_fixes_make_a_plan() -> None:
    """The fixes of findings, in their order, are a plan."""
    assert [step.title for step in plan_fixes([_INFO, _ERROR]).steps] == ["fix"]
