"""Markers on ordinary tests: the check runs in the call phase, before the body, so that the test fails there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_nself.core.errors import ConfigError, NselfError

from .kinds import Kind, kind
from .verdict import judge

if TYPE_CHECKING:
    from .checked import Checked

PREFIX = "nself_"
PARAMETER = "nself_migration"


class Marked:
    """Registered when a collected test carries a marker of a check."""

    def __init__(self, checked: Checked, markers: frozenset[str]) -> None:
        self._checked = checked
        self._markers = markers

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Every check that the test is marked with, the outermost marker first."""
        if not hasattr(item, "fixturenames"):
            return  # an item of ours carries its marker for -m
        for marker in reversed(list(item.iter_markers())):
            if marker.name in self._markers:
                checks = _kind(marker)
                judge(item, self._checked, checks, _names(item, marker, checks), item)


def _kind(marker: pytest.Mark) -> Kind:
    try:
        return kind(marker.name.removeprefix(PREFIX), f"The marker {marker.name}")
    except ConfigError as error:
        message = str(error)
    pytest.fail(message, pytrace=False)


def _names(item: pytest.Item, marker: pytest.Mark, checks: Kind) -> tuple[str, ...] | None:
    """What the check is restricted to: names that the marker says, or the migration that the test is about."""
    if marker.kwargs or not all(isinstance(one, str) for one in marker.args):
        pytest.fail(f"The marker {marker.name} takes names, as texts.", pytrace=False)
    if marker.args:
        return tuple(marker.args)
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return (parameters[PARAMETER].label,) if checks.ABOUT == "migration" and PARAMETER in parameters else None


def parametrize(metafunc: pytest.Metafunc, checked: Checked) -> None:
    """A test that takes `nself_migration` runs once for each migration of the folder."""
    try:
        migrations = checked.migrations.migrations
    except NselfError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    metafunc.parametrize(PARAMETER, migrations, indirect=True, ids=[one.label for one in migrations])
