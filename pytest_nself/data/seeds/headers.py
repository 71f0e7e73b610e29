"""The headers of a seed: `-- +seed:idempotent` (or `#`, `//`) above the first line that is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest
from pytest_nself.project.environment_names import canonical

from .seed_file import Dependency, Marks, SeedError

_HEADER = re.compile(r"[ \t]*(?:--|#|//)[ \t]*\+seed:[ \t]*(?P<word>[\w-]*)(?P<rest>[^\r\n]*)")
_COMMENT = re.compile(r"[ \t]*(?:(?:--|#|//)[^\r\n]*|/\*.*\*/[ \t]*|\ufeff)?")
_TAKES = {"env": True, "depends-on": True, "idempotent": False, "destructive": False, "generated": False}


class _Said(NamedTuple):
    word: str
    rest: str
    place: Place


def read_headers(text: str, path: str) -> Marks:
    """What the file's headers say. SeedError, with its line, for one that nobody knows or that comes too late."""
    return _marks(_said(text, path))


def read_json_headers(said: Mapping[str, tuple[tuple[str, ...], Place]]) -> Marks:
    """The same from the key `_seed` of a JSON or YAML object: each word with its values."""
    return _marks(
        _Said(word.replace("_", "-"), value, place) for word, (values, place) in said.items() for value in values
    )


def _said(text: str, path: str) -> Iterator[_Said]:
    if "+seed:" not in text:
        return
    head = True
    for number, line in enumerate(text.splitlines(), 1):
        match = _HEADER.match(line)
        if match is None:
            head = head and _COMMENT.fullmatch(line.rstrip()) is not None
        elif head:
            yield _Said(match["word"], match["rest"].lstrip(": \t").rstrip(), Place(path, number))
        elif line.lstrip().startswith(("-- +seed:", "# +seed:", "// +seed:")):
            raise SeedError(
                f"The header `{line.strip()}` stands below what the file does.",
                "Headers are read above the first line that is no comment.",
                "move it to the top; a text that only looks like it can begin with another character",
                place=Place(path, number),
            )


def _marks(said: Iterator[_Said]) -> Marks:
    environments: set[str] = set()
    flags: set[str] = set()
    depends: list[Dependency] = []
    tagged = False
    for one in said:
        _check(one)
        if one.word == "env":
            names = one.rest.replace(",", " ").split()
            tagged = True
            environments |= {"all"} if "all" in names or "common" in names else set(map(canonical, names))
        elif one.word == "depends-on":
            depends += [Dependency(name, one.place) for name in one.rest.replace(",", " ").split()]
        else:
            flags.add(one.word)
    return Marks(
        frozenset(environments) if tagged and "all" not in environments else None,
        "idempotent" in flags,
        "destructive" in flags,
        "generated" in flags,
        tuple(depends),
    )


def _check(one: _Said) -> None:
    if one.word not in _TAKES:
        raise SeedError(
            f"+seed:{one.word} is no header of seeds.",
            nearest(one.word, _TAKES),
            "correct it, or take it out",
            place=one.place,
        )
    if _TAKES[one.word] and not one.rest:
        what = "an environment, as in `-- +seed:env dev`" if one.word == "env" else "a file of the seeds"
        raise SeedError(f"+seed:{one.word} says nothing.", "", f"name {what}", place=one.place)
