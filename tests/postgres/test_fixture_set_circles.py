"""Any tables that refer to each other in any way: what can be loaded is loaded, and every key leads where it should."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_nself.core.errors import FixtureError
from pytest_nself.database.database import EphemeralDatabase

from .set_stage import Stage

KEYS = ["serial primary key", "uuid primary key default gen_random_uuid()", "smallint primary key", "text primary key"]
TYPES = ["integer", "uuid", "smallint", "text"]
HOW = ["", " not null", " deferrable", " not null deferrable initially deferred"]


@dataclass(frozen=True)
class Link:
    """A foreign key of a table: to which one, and whether it may be null or be checked later."""

    target: int
    how: str


@dataclass(frozen=True)
class World:
    """Tables with their keys and links, and for each row of each table the rows that its links lead to."""

    keys: list[int]
    links: list[list[Link]]
    rows: list[list[list[int | None]]]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    count = draw(st.integers(2, 4))
    keys = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    link = st.builds(Link, st.integers(0, count - 1), st.sampled_from(HOW))
    links = draw(st.lists(st.lists(link, max_size=3), min_size=count, max_size=count))
    sizes = draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    rows = []
    for table in range(count):
        found = []
        for _ in range(sizes[table]):
            places = [
                draw(st.integers(0, sizes[one.target] - 1) | (st.nothing() if "not null" in one.how else st.none()))
                for one in links[table]
            ]
            found.append(places)
        rows.append(found)
    return World(keys, links, rows)


@pytest.fixture
def stage(scratch_database: EphemeralDatabase, tmp_path: Path) -> Iterator[Stage]:
    with scratch_database.connect() as connection:
        yield Stage(connection, tmp_path)
        connection.rollback()


def schema(world: World) -> str:
    """The tables, and then their foreign keys."""
    tables = [f"create table t{n} (id {KEYS[key]}" for n, key in enumerate(world.keys)]
    keys = []
    for n, links in enumerate(world.links):
        for number, link in enumerate(links):
            kind, rest = TYPES[world.keys[link.target]], link.how.removeprefix(" not null")
            tables[n] += f", l{number}_id {kind}{' not null' if 'not null' in link.how else ''}"
            keys.append(f"alter table t{n} add foreign key (l{number}_id) references t{link.target}{rest};")
    return "".join(f"{one});" for one in tables) + "".join(keys)


def written(world: World) -> str:
    """The rows, as a set."""
    text = "tables:\n"
    for n, rows in enumerate(world.rows):
        text += f"  t{n}:\n"
        for number, places in enumerate(rows):
            cells = [
                f"l{one}: {'null' if place is None else f'$t{world.links[n][one].target}.r{place}'}"
                for one, place in enumerate(places)
            ]
            text += f"    r{number}: {{{', '.join(cells)}}}\n"
    return text


def has_way(world: World) -> bool:
    """Whether no circle is made of links that are not null and checked at once."""
    hard = {
        n: {
            link.target
            for number, link in enumerate(links)
            if link.how == " not null" and link.target != n and any(row[number] is not None for row in world.rows[n])
        }
        for n, links in enumerate(world.links)
    }
    left = dict(hard)
    while True:
        free = [n for n, targets in left.items() if not targets & left.keys()]
        if not free:
            return not left
        for n in free:
            del left[n]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(worlds())
def test_every_link_leads_to_its_row(stage: Stage, world: World) -> None:
    """Every way in which tables refer to each other is loaded, but for circles that nothing opens, which are told."""
    stage.connection.rollback()
    stage.connection.execute(schema(world).encode())
    if not has_way(world):
        stage.write(written(world))
        with pytest.raises(FixtureError, match="each need a row of the other first"):
            stage.compile("basic")
        return
    rows = stage.load(written(world))
    for n, declared in enumerate(world.rows):
        for number, places in enumerate(declared):
            row = rows[f"t{n}.r{number}"]
            for one, place in enumerate(places):
                target = None if place is None else rows[f"t{world.links[n][one].target}.r{place}"].id
                assert row[f"l{one}_id"] == target
    stage.connection.execute("set constraints all immediate")
