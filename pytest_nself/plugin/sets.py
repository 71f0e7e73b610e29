"""The project's fixture sets as this process knows them: each one read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_nself.core.errors import FixtureError, NselfError

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from pytest_nself.data.sets.fixture_set import FixtureSet

MARKER = "nself_fixtures"
Names = tuple[str, ...]


class Sets:
    """Chains of sets by the names that tests give; what a set extends stands before it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._chains: dict[Names, tuple[FixtureSet, ...]] = {}

    def chain(self, names: Names) -> tuple[FixtureSet, ...]:
        """These sets with those that they extend, in the order of loading. FixtureError where one cannot be read."""
        found = self._chains.get(names)
        if found is None:
            from pytest_nself.data.sets.chain import read_chain

            found = self._chains[names] = read_chain(self.folder, names)
        return found

    def order_of(self, item: pytest.Item) -> Names:
        """The names of the chain that a test is marked with; those of the marker where it cannot be read."""
        names, _ = marked(item)
        try:
            return tuple(one.name for one in self.chain(names)) if names else ()
        except (NselfError, TypeError):
            return names  # the test says what is wrong


def marked(item: pytest.Item) -> tuple[Names, bool]:
    """The sets that a test's markers name, outermost marker first, and whether it may share them with other tests.

    FixtureError for a marker that names none.
    """
    names: list[str] = []
    share = True
    for marker in item.iter_markers(MARKER):
        names[:0] = marker.args
        share = share and bool(marker.kwargs.get("share", True))
    return tuple(names), share


def check_marker(marker: pytest.Mark) -> None:
    """FixtureError for what a marker cannot say."""
    wrong = [name for name in marker.args if not isinstance(name, str)]
    if not marker.args or wrong:
        problem = f"names {wrong[0]!r}, which is no text" if wrong else "names no set"
        raise FixtureError(f"The marker {MARKER} {problem}.", "", 'write nself_fixtures("basic-users")')
    other = sorted(set(marker.kwargs) - {"share"})
    if other:
        raise FixtureError(
            f"The marker {MARKER} has no argument {other[0]}.",
            "It takes names of sets, and share=False.",
            'write nself_fixtures("basic-users")',
        )
