"""Face one, pytest: loading it decides where the database will be and imports nothing heavy."""

from __future__ import annotations

import sys
from collections.abc import Generator
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

import pytest


class _Plain:
    """Imports our modules as they are.

    pytest rewrites the asserts of every plugin's modules and keeps the result beside them; where nothing can be written
    (PYTHONDONTWRITEBYTECODE, a read-only site-packages) each run would parse all of them anew. Ours hold no tests.
    """

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return PathFinder.find_spec(name, path, target) if name.startswith("pytest_nself.") else None


sys.meta_path.insert(0, _Plain)

from . import options  # noqa: E402
from .fixtures import (  # noqa: E402, F401 - fixtures are found by their names in this module
    _nself_run,
    nself_async_db,
    nself_audit,
    nself_clone,
    nself_database,
    nself_db,
    nself_dsn,
    nself_fixtures,
    nself_make,
    nself_migration,
    nself_server,
)
from .state import COMMITS, HEADER, REPORTS, RUN, is_marked, rolls_back  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register flags and ini keys."""
    options.add(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    """Export the worker's address before the app is imported."""
    from pytest_nself.core.errors import NselfError

    from .run import Run

    try:
        run = Run(early_config)
        early_config.stash[RUN] = run
        early_config.add_cleanup(run.close)
        if run.settings["start"] == "early":
            _ = run.worker
    except NselfError as error:
        raise pytest.UsageError(str(error)) from error
    try:
        return (yield)
    except Exception as error:
        run.explain_early_connection(error)
        raise


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """An app that connects while a test module imports it finds no server yet: say what to do."""
    report = yield
    if report.outcome == "failed" and (run := collector.config.stash.get(RUN, None)) is not None:
        advice = run.early_advice(str(report.longrepr))
        if advice:
            report.sections.append(("nself", advice))
    return report


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the hook that a project may implement."""
    from . import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """The controller holds the run while workers come and go."""
    run = node.config.stash.get(RUN, None)
    if run is None:
        return
    if run.provider is not None:
        run.folder.open()
    from .listening import listen

    listen(node.config)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and collect checks where some are asked for."""
    for marker in options.MARKERS:
        config.addinivalue_line("markers", marker)
    run = config.stash.get(RUN, None)
    if run is None:
        return
    settings = run.settings
    if settings["checks"] or settings["sarif"] or any("nself::" in argument for argument in config.args):
        from pytest_nself.core.errors import ConfigError

        from .checks.begin import begin

        try:
            config.stash[HEADER] = begin(config, run)
        except ConfigError as error:
            raise pytest.UsageError(str(error)) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes nself_migration runs once for each of them."""
    if "nself_migration" in metafunc.fixturenames:
        from .checks.begin import checked_of
        from .checks.marked import parametrize

        parametrize(metafunc, checked_of(metafunc.config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What a marker asks for is set up like a fixture, also when the test does not take it."""
    marked: dict[int, bool] = {}
    with_sets = 0
    for item in items:
        if not item.own_markers and marked.get(id(item.parent)) is False:
            continue  # most tests of most projects
        names = getattr(item, "fixturenames", None)
        if names is None or not is_marked(item, marked):
            continue
        if item.get_closest_marker("nself_fixtures"):
            with_sets += 1
            if "nself_fixtures" not in names:
                names.insert(0, "nself_fixtures")
        if any(marker.name in options.CHECK_MARKERS for marker in item.iter_markers()):
            from .checks.begin import run_before_body

            run_before_body(item.config, options.CHECK_MARKERS)
        if not rolls_back(item):
            item.stash[COMMITS] = True
            # Before nself_db, which is a connection to it here.
            names[:] = ["nself_database", *(name for name in names if name != "nself_database")]
    run = config.stash.get(RUN, None)
    if with_sets > 1 and run is not None and run.settings["group"]:
        from . import grouping

        if not grouping.order_is_given(config):
            grouping.group(items, run.sets.order_of)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """One line: the provider, and the number of migrations."""
    from .terminal import header

    return header(config)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What a run with a server should say; silent otherwise."""
    run = config.stash.get(RUN, None)
    if run is None:
        return
    state, reports = run.state(), config.stash.get(REPORTS, None)
    if state is not None or reports is not None:
        from .terminal import summary

        summary(terminalreporter, run, state or {}, reports)
