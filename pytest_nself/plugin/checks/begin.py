"""Where the checks of a run are switched on; a run without any imports nothing of this."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_nself.plugin.state import CHECKED, REPORTS, run_of

from .checked import Checked
from .collection import Collection
from .marked import Marked
from .reports import Reports
from .selection import select

if TYPE_CHECKING:
    from pytest_nself.plugin.run import Run

MARKED = "nself-marked"


def begin(config: pytest.Config, run: Run) -> str:
    """Collect what the setting and the command line ask for; words for the header. ConfigError for what is unknown."""
    selection = select(config, run.settings)
    reports = reports_of(config)
    if selection.left_out and selection.surprising:
        reports.notice = str(selection)
    config.pluginmanager.register(Collection(checked_of(config), selection), "nself-checks")
    return str(selection)


def run_before_body(config: pytest.Config, markers: frozenset[str]) -> None:
    """From now on the checks of these markers run before the bodies of the tests that carry them."""
    if not config.pluginmanager.has_plugin(MARKED):
        reports_of(config)
        config.pluginmanager.register(Marked(checked_of(config), markers), MARKED)


def checked_of(config: pytest.Config) -> Checked:
    """The project as the checks of this process see it."""
    if CHECKED not in config.stash:
        config.stash[CHECKED] = Checked(run_of(config))
    return config.stash[CHECKED]


def reports_of(config: pytest.Config) -> Reports:
    """What this process knows of the run's findings; from now on it listens."""
    if REPORTS not in config.stash:
        config.stash[REPORTS] = Reports(run_of(config))
        config.pluginmanager.register(config.stash[REPORTS], "nself-reports")
    return config.stash[REPORTS]
