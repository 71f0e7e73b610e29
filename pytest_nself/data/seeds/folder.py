"""The folder of seeds: which files there are, for which environments, and what in it is no seed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.migrations.migration import checksum
from pytest_nself.project.environment_names import PRODUCTION, canonical

from .folder_names import COMMON, PRODUCTION_USERS
from .headers import read_headers
from .seed_file import KINDS, Marks, SeedError, SeedFile, SeedKind, Seeds

_NUMBER = re.compile(r"(\d+)(?:[_.\- ]|$)")
_PROSE = (".md", ".txt", ".rst")


def read_seeds(root: Path, folder: Path | None) -> Seeds:
    """All seeds of the project in `root`. What cannot be used is a finding of severity ERROR, with its place."""
    files: list[SeedFile] = []
    found: list[Finding] = []
    for path, name in _paths(root, folder):
        if (one := _file(path, name, found)) is not None:
            files.append(one)
    files.sort(key=lambda one: (one.environments is not None, one.name))
    return Seeds(None if folder is None else _shown(folder), tuple(files), tuple(found))


def _paths(root: Path, folder: Path | None) -> Iterator[tuple[Path, str]]:
    if folder is not None:
        for place, folders, names in os.walk(folder, followlinks=True):
            folders[:] = sorted(one for one in folders if not one.startswith((".", "__pycache__", "node_modules")))
            for name in sorted(one for one in names if not one.startswith(".")):
                path = Path(place) / name
                yield path, path.relative_to(folder).as_posix()
    users = root / PRODUCTION_USERS
    if users.is_file():
        yield users, PRODUCTION_USERS


def _file(path: Path, name: str, found: list[Finding]) -> SeedFile | None:
    shown = _shown(path)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        found.append(_unknown(name, shown))
        return None
    try:
        text = _text(path, shown)
        if not _holds_anything(text, kind):
            found.append(_empty(name, shown))
            return None
        marks = _marks(text, kind, shown)
        environments = _environments(name, marks, shown)
    except SeedError as error:
        subject = ObjectRef("seed", None, name)
        cause = f"{error.problem} {error.cause}".rstrip()
        found.append(Finding("seed-unreadable", Severity.ERROR, subject, cause, error.remedy, place=error.place))
        return None
    match = _NUMBER.match(path.stem)
    number = int(match[1]) if match else None
    return SeedFile(name, shown, kind, environments, number, marks, checksum(text), text)


def _marks(text: str, kind: SeedKind, shown: str) -> Marks:
    if kind is SeedKind.JSON:
        from .rows import json_marks

        return json_marks(text, shown) if '"_seed"' in text else Marks()
    marks = read_headers(text, shown)
    if kind is SeedKind.PYTHON and not marks.generated:
        from .python import uses_factories

        if uses_factories(text):
            return Marks(marks.environments, marks.idempotent, marks.destructive, True, marks.depends_on)
    return marks


def _environments(name: str, marks: Marks, shown: str) -> frozenset[str] | None:
    """By the folder, and by the header of a file that stands in the root or in a common folder."""
    if name == PRODUCTION_USERS:
        return frozenset({PRODUCTION})
    first, slash, _ = name.partition("/")
    if not slash or first in COMMON:
        return marks.environments
    own = frozenset({canonical(first)})
    if marks.environments is not None and marks.environments != own:
        raise SeedError(
            f"The file is tagged {', '.join(sorted(marks.environments))} and stands in the folder {first}.",
            "A folder is for its environment alone.",
            "take the header out, or move the file to the root of the seeds",
            place=Place(shown, 1),
        )
    return own


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SeedError(
            "This file is not UTF-8.",
            f"Byte {error.start} (0x{error.object[error.start]:02x}) starts no UTF-8 character.",
            "save the file as UTF-8",
            place=Place(shown, line),
        ) from None
    except OSError as error:
        raise SeedError(
            "This file cannot be read.", error.strerror or str(error), "make it readable", place=Place(shown)
        ) from None


def _holds_anything(text: str, kind: SeedKind) -> bool:
    if kind is not SeedKind.SQL:
        return bool(text.strip())
    from pytest_nself.migrations.statements import is_blank

    return not is_blank(text)


def _unknown(name: str, shown: str) -> Finding:
    prose = Path(name).suffix.lower() in _PROSE
    return Finding(
        "seed-unknown-form",
        Severity.INFO if prose else Severity.WARNING,
        ObjectRef("file", None, name),
        f"{name} is no seed: seeds are {', '.join(KINDS)}.",
        "write its rows in one of these forms, or move it out of the folder",
        place=Place(shown),
    )


def _empty(name: str, shown: str) -> Finding:
    return Finding(
        "seed-empty",
        Severity.WARNING,
        ObjectRef("seed", None, name),
        f"{name} is empty: there is nothing to load.",
        "write rows into it, or remove it",
        place=Place(shown),
    )


def _shown(path: Path) -> str:
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
