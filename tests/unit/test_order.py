"""The order of application: by version, and each after what it depends on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.errors import MigrationError
from pytest_nself.core.place import Place
from pytest_nself.migrations.migration import Directives, Migration
from pytest_nself.migrations.order import Names, ordered, resolve


def _migration(version: int, *depends_on: str, name: str = "") -> Migration:
    name = name or f"m{version}"
    place = Place(f"{version:03}_{name}.sql", 1)
    return Migration(version, f"{version:03}", name, "", None, place, directives=Directives(depends_on=depends_on))


@st.composite
def _folders(draw: st.DrawFn) -> list[Migration]:
    """Migrations whose dependencies make no cycle: each depends on some before it in a hidden order."""
    hidden = draw(st.permutations(range(draw(st.integers(0, 12)))))
    made = []
    for position, version in enumerate(hidden):
        needed = draw(st.sets(st.sampled_from(hidden[:position]), max_size=3)) if position else set()
        made.append(_migration(version, *(f"{one}_m{one}" for one in sorted(needed))))
    return sorted(made, key=lambda one: one.version)


@given(_folders())
def test_each_comes_after_what_it_depends_on(migrations: list[Migration]) -> None:
    """Nothing is lost, nothing comes twice, and every dependency stands before what needs it."""
    result = ordered(migrations)
    assert sorted(one.version for one in result) == [one.version for one in migrations]
    at = {one.version: position for position, one in enumerate(result)}
    for one in result:
        assert all(at[resolve(text, Names(migrations)).version] < at[one.version] for text in one.directives.depends_on)


@given(_folders())
def test_no_one_waits_without_need(migrations: list[Migration]) -> None:
    """Whatever stands before a migration of a lower version was waited for: at each step the lowest that can goes."""
    result = ordered(migrations)
    done: set[int] = set()
    for one in result:
        could = [
            other.version
            for other in migrations
            if other.version not in done
            and all(resolve(text, Names(migrations)).version in done for text in other.directives.depends_on)
        ]
        assert one.version == min(could)
        done.add(one.version)


@given(_folders())
def test_those_that_depend_on_nothing_keep_their_order(migrations: list[Migration]) -> None:
    """Only who declares a dependency moves."""
    free = [one.version for one in ordered(migrations) if not one.directives.depends_on]
    assert free == sorted(free)


def test_what_is_not_there_is_taken_as_done() -> None:
    """The pending ones alone can be put in order."""
    assert [one.version for one in ordered([_migration(2, "1"), _migration(4), _migration(3, "4")])] == [2, 4, 3]


@pytest.mark.parametrize("text", ["3", "003", "0003", "users", "3_users", "003_users", "0003-users", "003_users.sql"])
def test_names_of_a_migration(text: str) -> None:
    """A version as a number, the name, or both."""
    users = _migration(3, name="users")
    assert resolve(text, Names([_migration(1), users, _migration(33, name="users2")])) is users


def test_a_name_that_is_a_number() -> None:
    """Where no version fits, a number can be a name."""
    budget = _migration(5, name="2024")
    assert resolve("2024", Names([budget])) is budget


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        ("usres", "no migration of this folder", "did you mean users?"),
        ("003_users", "no migration of this folder", "did you mean 002_users?"),  # its number has changed
        ("002_usage", "no migration of this folder", "write a version"),  # 002 is another one
        ("99", "no migration of this folder", "write a version"),
        ("9" * 5000, "no migration of this folder", "write a version"),
        ("init", "names 2 migrations: 001_init, 005_init", "write one of them with its version: 001_init"),
    ],
)
def test_names_of_none_or_several(text: str, problem: str, remedy: str) -> None:
    """Said with what is close, or with who is meant."""
    folder = [_migration(1, name="init"), _migration(2, name="users"), _migration(5, name="init")]
    with pytest.raises(MigrationError, match=problem) as caught:
        resolve(text, Names(folder))
    assert caught.value.remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("files", "line", "message"),
    [
        ({"1_a.sql": "-- x\n-- depends_on: nowhere\nx;"}, 2, "1_a depends on nowhere, which is no migration"),
        ({"1_a.sql": "-- depends_on: 1_a\nx;"}, 1, "1_a depends on itself."),
        (
            {"1_a.sql": "x;", "2_a.sql": "x;", "3_b.sql": "-- depends_on: 1_a, a\nx;"},
            1,
            "3_b depends on a, which names 2 migrations: 1_a, 2_a.",
        ),
        (
            {"1_a.sql": "-- depends_on: 3\nx;", "2_b.sql": "x;", "3_c.sql": "-- UP\n-- depends_on: a\nx;"},
            1,
            "Migrations depend on each other: 1_a -> 3_c -> 1_a.",
        ),
    ],
)
def test_wrong_dependencies_are_errors(folder: Any, files: dict[str, str], line: int, message: str) -> None:
    """Nothing, several, itself, a circle: an error on the line that says so."""
    found = folder.read(files)
    (first,) = [one for one in found.findings if one.rule == "migration-depends-on"]
    assert first.place is not None
    assert first.place.line == line
    assert first.message.startswith(message)
    with pytest.raises(MigrationError):
        found.raise_errors()


def test_a_circle_has_no_order() -> None:
    """Asked all the same, the order is an error that shows the circle."""
    with pytest.raises(MigrationError, match="001_m1 -> 002_m2 -> 001_m1"):
        ordered([_migration(1, "2"), _migration(2, "1"), _migration(3, "1")])


def test_long_chains() -> None:
    """Two thousand that each wait for the next are put in order."""
    chain = [_migration(n, str(n + 1)) for n in range(1, 2000)] + [_migration(2000)]
    assert [one.version for one in ordered(chain)] == list(range(2000, 0, -1))
