"""The sets that a test asks for, with those that they extend before them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest

from .fixture_set import FixtureSet
from .folder import list_fixture_sets, read_fixture_set


def read_chain(folder: Path, names: Iterable[str]) -> tuple[FixtureSet, ...]:
    """The sets `names` of `folder` in the order of loading: what a set extends stands before it, each set once.

    FixtureError as for `read_fixture_set`, and where sets extend each other in a circle, with the places.
    """
    found: dict[str, FixtureSet] = {}
    for name in names:
        _add(folder, name, found, ())
    return tuple(found.values())


def _add(folder: Path, name: str, found: dict[str, FixtureSet], above: tuple[tuple[str, Place], ...]) -> None:
    if name in found:
        return
    fixture_set = read_fixture_set(folder, name)
    for other in fixture_set.extends:
        path = (*above, (name, other.place))
        names = [one for one, _ in path]
        if other.name in names:
            raise _circle(path[names.index(other.name) :])
        known = [file.name for file in list_fixture_sets(folder)]
        if other.name not in known:
            raise FixtureError(
                f'"{name}" extends "{other.name}", which is no fixture set.',
                nearest(other.name, known),
                "correct the name",
                place=other.place,
            )
        _add(folder, other.name, found, path)
    found[name] = fixture_set


def _circle(path: tuple[tuple[str, Place], ...]) -> FixtureError:
    names = [name for name, _ in path]
    return FixtureError(
        f"Fixture sets extend each other in a circle: {' -> '.join((*names, names[0]))}.",
        "They say so at " + ", ".join(str(place) for _, place in path) + ".",
        "take one of them out of extends:",
        place=path[0][1],
    )
