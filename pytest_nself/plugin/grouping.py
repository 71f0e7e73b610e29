"""The order of tests: those that have the same fixture sets follow each other, so that the sets are loaded once.

Tests move within their module (those outside of classes) or within their class, and never past a change of a parameter
that a fixture of a wider scope has: no fixture is set up more often than before.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

Chain = tuple[str, ...]

# Plugins that shuffle: who has one wants that order.
SHUFFLERS = ("randomly", "pytest_randomly", "random_order", "pytest_random_order")
# Marks of plugins, and of a recipe in pytest's documentation, that say which test comes before which.
ORDERING = frozenset({"dependency", "depends", "first", "incremental", "last", "order", "run", "trylast", "tryfirst"})


def order_is_given(config: pytest.Config) -> bool:
    """Whether somebody decides on the order: a plugin that shuffles, or `-p no:randomly`, which asks for the files'."""
    plugins = config.pluginmanager
    return any(plugins.hasplugin(name) for name in SHUFFLERS) or plugins.is_blocked("randomly")


def group(items: list[pytest.Item], chain: Callable[[pytest.Item], Chain]) -> None:
    """Put tests with the same beginning of their `chain` of sets side by side; else the order stays as it is."""
    ordered: list[pytest.Item] = []
    for _, together in groupby(items, _together):
        ordered += _arranged(list(together), chain)
    items[:] = ordered


def _arranged(items: list[pytest.Item], chain: Callable[[pytest.Item], Chain]) -> Iterable[pytest.Item]:
    if len(items) < 3 or _is_sorted_by_somebody(items):
        return items
    return [item for _, item in _by_link([(chain(item), item) for item in items], 0)]


def _is_sorted_by_somebody(items: Sequence[pytest.Item]) -> bool:
    """Whether a mark asks for an order, or the tests are not in the file's: a hook has moved them."""
    if any(mark.name in ORDERING for item in items for mark in item.iter_markers()):
        return True
    lines = [item.location[1] or 0 for item in items]
    return any(before > after for before, after in pairwise(lines))


def _by_link(tests: Sequence[tuple[Chain, pytest.Item]], depth: int) -> list[tuple[Chain, pytest.Item]]:
    """By the set at `depth`, in the order in which the sets come up; where a chain ends it comes before longer ones."""
    found: dict[str | None, list[tuple[Chain, pytest.Item]]] = {}
    for test in tests:
        found.setdefault(test[0][depth] if len(test[0]) > depth else None, []).append(test)
    ended = found.get(None, []) if depth else []
    if ended:
        del found[None]
    rest = (_by_link(same, depth + 1) if link is not None else same for link, same in found.items())
    return [*ended, *(test for same in rest for test in same)]


def _together(item: pytest.Item) -> Hashable:
    spec = getattr(item, "callspec", None)
    if spec is None:
        return id(item.parent)
    scopes = getattr(spec, "_arg2scope", {})
    wider = ((name, index) for name, index in spec.indices.items() if str(_scope(scopes.get(name))) != "function")
    return id(item.parent), tuple(sorted(wider))


def _scope(scope: object) -> object:
    return getattr(scope, "value", scope)
