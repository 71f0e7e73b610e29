"""Sequences, without those behind identity columns."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.catalog.ddl import Ddl, Kind, Scene, Written, qualified, relation_and_type_name
from pytest_nself.catalog.fact import Entry

_LIMITS = {
    "smallint": (-32768, 32767),
    "integer": (-2147483648, 2147483647),
    "bigint": (-9223372036854775808, 9223372036854775807),
}


def _create(entry: Entry, scene: Scene) -> Written:
    unlogged = "unlogged " if entry["persistence"] == "unlogged" else ""
    words = [f"create {unlogged}sequence {qualified(entry.ref)}"]
    if entry["type"] != "bigint":
        words.append(f"as {entry['type']}")
    words += _settings(entry, _bare(entry))
    return [" ".join(words)]


def _bare(entry: Entry) -> dict[str, object]:
    """What a sequence of this type and direction has when nothing is said."""
    low, high = _LIMITS[entry["type"]]
    up = entry["increment"] > 0
    minimum, maximum = (1, high) if up else (low, -1)
    start = entry["minvalue"] if up else entry["maxvalue"]
    return {"start": start, "increment": 1, "minvalue": minimum, "maxvalue": maximum, "cache": 1, "cycle": False}


def _settings(entry: Entry, other: dict[str, object]) -> Iterator[str]:
    words = {"start": "start with", "increment": "increment by"}
    for name in ("increment", "minvalue", "maxvalue", "start", "cache"):
        if entry[name] != other[name]:
            yield f"{words.get(name, name)} {entry[name]}"
    if entry["cycle"] != other["cycle"]:
        yield "cycle" if entry["cycle"] else "no cycle"


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    alter = f"alter sequence {qualified(new.ref)}"
    written: list[Ddl | str] = []
    if "persistence" in changed:
        written.append(f"{alter} set {'unlogged' if new['persistence'] == 'unlogged' else 'logged'}")
    was = dict(old.attributes())
    settings = list(_settings(new, was))
    if "type" in changed:
        # With the type its bounds may move, so that each is said.
        settings = [f"as {new['type']}", *_settings(new, dict.fromkeys(was))]
    same_way = (old["increment"] > 0) is (new["increment"] > 0)
    if settings and not (same_way and new["minvalue"] <= old["start"] <= new["maxvalue"]):
        settings.append("restart")
    if settings:
        written.append(f"{alter} {' '.join(settings)}")
    return written


def _drop(entry: Entry, scene: Scene) -> Written:
    return [f"drop sequence {qualified(entry.ref)}"]


KIND = Kind(
    name="sequence",
    catalog=1259,
    rank=90,
    words="sequence",
    create=_create,
    alter=_alter,
    drop=_drop,
    occupies=relation_and_type_name,
    grants="sequence",
    privileges="rwU",
)
