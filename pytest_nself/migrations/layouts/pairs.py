"""Pairs: two files, whose names say which is which.

0001_users.up.sql   0001_users.down.sql    golang-migrate
0001_users.sql      0001_users.down.sql
0001_users_up.sql   0001_users_down.sql
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pytest_nself.migrations.reading.folder import Reading, Source, version_and_name

if TYPE_CHECKING:
    from pytest_nself.core.step import WriteFile
    from pytest_nself.migrations.writing.draft import Draft

RANK = 40

_UP = re.compile(r"(?i)[._-]up$")
_DOWN = re.compile(r"(?i)[._-]down$")


def read(reading: Reading) -> None:
    """Take every down, and every up that says so or that has a down. The other ups are single files."""
    stems = {name[:-4]: name for name in reading.listing.sql if version_and_name(name[:-4])}
    lowered = {stem.lower() for stem in stems}
    downs: dict[str, list[str]] = defaultdict(list)
    ups: dict[str, str] = {}
    for stem, name in stems.items():
        lower = stem.lower()
        if "down" in lower and _DOWN.search(stem) and not reading.says_up(reading.listing.sql[name]):
            downs[_DOWN.sub("", stem)].append(name)
        elif lower.endswith(".up") or (lower.endswith("up") and _UP.search(stem) and _downs_of(stem) & lowered):
            bare = _UP.sub("", stem)
            if bare in stems:
                path = reading.listing.take(name)
                message = f"{name} and {stems[bare]} are both the up of {bare}."
                reading.error("two-ups", path, message, "keep one of the two")
            else:
                ups[bare] = name
        else:
            ups[stem] = name
    for stem, name in ups.items():
        explicit = name[:-4] != stem
        partners = downs.pop(stem, None) or _same_version_downs(downs, ups, stem)
        if partners or explicit:
            _add(reading, stem, name, partners, explicit=explicit)
    for names in downs.values():
        for name in names:
            path = reading.listing.take(name)
            message = f"{name} is a down, but there is no up for it."
            reading.error("down-without-up", path, message, "add the up file, or delete this one")


def _add(reading: Reading, stem: str, name: str, partners: list[str], *, explicit: bool) -> None:
    version, title = version_and_name(stem) or ("", "")
    up = reading.listing.take(name)
    paths = [reading.listing.take(partner) for partner in partners]
    for extra, path in zip(partners[1:], paths[1:], strict=True):
        message = f"{extra} is a second down for {name}, beside {partners[0]}."
        reading.error("two-downs", path, message, "keep one of the two")
    suffix = _UP.search(name[:-4]) if explicit else _DOWN.search(partners[0][:-4])
    layout = f"pair {suffix.group().lower() if suffix else ''}.sql"
    reading.add(Source(version, title, up, paths[0] if paths else None, layout, marked=not explicit))


def _downs_of(stem: str) -> set[str]:
    """How the down of a pair could be called, in lower case."""
    bare = _UP.sub("", stem).lower()
    return {f"{bare}.down", f"{bare}_down", f"{bare}-down"}


def _same_version_downs(downs: dict[str, list[str]], ups: Iterable[str], stem: str) -> list[str]:
    """The downs of the same version under another name, if no other up could own them."""
    if not downs:
        return []
    own = _version(stem)
    same = [other for other in downs if _version(other) == own]
    if not same or sum(_version(other) == own for other in ups) > 1:
        return []
    return [name for other in same for name in downs.pop(other)]


def _version(stem: str) -> int:
    return int((version_and_name(stem) or ("-1", ""))[0])


def writes(layout: str) -> bool:
    return layout.startswith("pair ")


def files(draft: Draft) -> list[WriteFile]:
    suffix = draft.layout.removeprefix("pair ")
    ups = _UP.search(suffix.removesuffix(".sql")) is not None
    up, down = (suffix, suffix.replace("up", "down")) if ups else (".sql", suffix)
    return [
        draft.file(f"{draft.stem}{up}", draft.header + draft.up),
        draft.file(f"{draft.stem}{down}", draft.header + draft.down),
    ]
