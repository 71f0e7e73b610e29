"""States of a project's schema, migrations and seeds, kept below bin/dbsyncs before something changes them.

A state is a folder `YYYY-MM-DD_HH-MM-SS` (UTC; `_2` behind it where that second has one already). It is written beside
its place and renamed into it, so what stands there is whole, whenever we are ended. Its metadata.json is our record of
the state; Hasura's metadata is the folder `metadata`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from time import time
from typing import Any

from pytest_nself.core.errors import ConfigError, NselfError
from pytest_nself.core.version import __version__

FOLDER = "bin/dbsyncs"
LATEST = "latest"
RECORD = "metadata.json"
TOOL = "pytest-nself"
KEPT = 20
"""How many states are kept where nobody decided."""

SCHEMA, MIGRATIONS, SEEDS, METADATA, USED = "schema.dbml", "migrations", "seeds", "metadata", "used"
"""The parts of a state: `used` holds the files that schema.dbml uses, by their paths from the project's folder."""

METADATA_FOLDERS = ("hasura/metadata", "nself/metadata")

_STAMP = "%Y-%m-%d_%H-%M-%S"
_NAME = re.compile(r"(\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d)(?:_([1-9]\d{0,5}))?")
_KEEPING, _GOING = ".keeping-", ".going-"
_FORGOTTEN_S = 3600.0


@dataclass(frozen=True, slots=True)
class Home:
    """Where a part of a state came from: below the project's folder (else absolute), and whether anything was there."""

    path: str
    there: bool


@dataclass(frozen=True, slots=True)
class State:
    """A state, and what its record says of it; `ours` is False where the record is not one that we wrote.

    `before` is the command that it was kept before, `applied_head` the last migration that was applied in the
    `environment`, as far as that was known.
    """

    path: Path
    kept_at: datetime
    number: int = 1
    ours: bool = False
    before: str | None = None
    environment: str | None = None
    tool_version: str | None = None
    schema_sha256: str | None = None
    applied_head: str | None = None
    homes: Mapping[str, Home] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The folder's name: the stamp that `--to` takes."""
        return self.path.name

    def folder(self, part: str, now: str = "") -> Path:
        """Where a part that is a folder is kept; `now` is where the project has it, for states that are not ours."""
        home = self.homes[part].path if part in self.homes else now
        inner = self.path / part / inside(home, part)
        return inner if part in self.homes or inner.is_dir() else self.path / part

    def knows(self, part: str) -> bool:
        """Whether the state says what the part was; that it was not there is an answer, too."""
        return part in self.homes or (not self.ours and (self.path / part).exists())


def inside(path: str, part: str) -> str:
    """What of a path is below the folder called `part`: `default` of `hasura/migrations/default`; else nothing.

    A state has it, too: so its folder `migrations` can be copied over the project's by hand.
    """
    parts = PurePosixPath(path).parts
    return "/".join(parts[parts.index(part) + 1 :]) if part in parts and ".." not in parts else ""


def keep_state(
    root: Path,
    *,
    schema_file: Path | None,
    migrations_folder: Path | None,
    seeds_folder: Path | None = None,
    now: datetime,
    before: str = "",
    environment: str | None = None,
    applied_head: str | None = None,
    used: Collection[Path] = (),
    keep: int = KEPT,
    spare: Collection[str] = (),
) -> Path:
    """Keep the files as they are; the new state's folder. Raises NselfError, and then nothing has changed.

    A file or folder that is not there is recorded as such; None is not known. Hasura's metadata comes along where there
    is any, and files that the schema uses (`used`) where they are below `root`. Symbolic links are kept as links. Of
    our states the `keep` newest stay (0: all), and those named in `spare`. `now` without a time zone is local time.
    """
    folder = root / FOLDER
    parts = {SCHEMA: schema_file, MIGRATIONS: migrations_folder, SEEDS: seeds_folder}
    parts[METADATA] = next((root / one for one in METADATA_FOLDERS if (root / one).is_dir()), None)
    making = folder / f"{_KEEPING}{uuid.uuid4().hex}"
    try:
        _make_home(folder)
        making.mkdir()
        homes = {name: _copy(making, name, path, root) for name, path in parts.items() if path is not None}
        _copy_used(making, [one for one in used if schema_file is None or one.resolve() != schema_file.resolve()], root)
        said = {"before": before or None, "environment": environment, "applied_head": applied_head}
        _write_record(making, said, homes, now.astimezone(UTC))
        kept = _rename(making, folder, now.astimezone(UTC).strftime(_STAMP))
    except OSError as error:
        shutil.rmtree(making, ignore_errors=True)
        named = f"{error.filename}: " if error.filename else ""
        raise NselfError(
            f"The state before {before or 'the change'} cannot be kept in {FOLDER}.",
            f"{named}{error.strerror or error}. Nothing was changed.",
            "make room, or the files readable and the folder writable, then run it again",
        ) from error
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    _point_to(folder, kept.name)
    _clear(root, keep, {*spare, kept.name})
    return kept


def mark_latest(root: Path, kept: Path) -> None:
    """Make a state the one that a revert takes, though others were kept since: it is the one before all of them."""
    _point_to(root / FOLDER, kept.name)


def forget_state(root: Path, kept: Path, latest: State | None) -> None:
    """Take a state away that was kept for nothing; `latest` is the one that was kept last before it."""
    folder = root / FOLDER
    kept.rename(folder / f"{_GOING}{kept.name}")
    shutil.rmtree(folder / f"{_GOING}{kept.name}", ignore_errors=True)
    if latest is not None:
        _point_to(folder, latest.name)


def states(root: Path) -> tuple[State, ...]:
    """The states that are there, the newest first."""
    folder = root / FOLDER
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        if match is None or path.is_symlink() or not path.is_dir():
            continue
        try:
            stamp = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
        except ValueError:  # the 31st of February
            continue
        found.append(_read(path, stamp, int(match[2] or 1)))
    return tuple(sorted(found, key=lambda state: (state.kept_at, state.number), reverse=True))


def find_state(root: Path, name: str | None = None) -> State:
    """The state of this name, or the one kept last. Raises ConfigError where it is not there, naming the nearest."""
    found = states(root)
    if not found:
        raise ConfigError(
            f"There is no state in {FOLDER}.",
            "`nself db run`, `sync` and `revert` keep one each time, before they change files.",
        )
    if name is None:
        last = _latest(root / FOLDER)
        return next((state for state in found if state.name == last), found[0])
    wanted = Path(name).name
    if wanted == LATEST:
        return find_state(root)
    for state in found:
        if state.name == wanted:
            return state
    raise ConfigError(
        f"There is no state {name}.",
        f"{FOLDER} has {len(found)}, from {found[-1].name} to {found[0].name}.",
        f"the nearest is {_nearest(wanted, found).name}; nself db revert --list shows all",
    )


def walk(folder: Path, aside: Collection[Path] = ()) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """What a folder holds, with its path from there: folders before what is in them, links as links.

    Hidden folders, and those in `aside`, are left out.
    """
    waiting = [("", str(folder))]
    while waiting:
        prefix, here = waiting.pop()
        with os.scandir(here) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
        for entry in inside:
            name = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name.startswith(".") or any(Path(entry.path).resolve() == one for one in aside):
                    continue
                waiting.append((f"{name}/", entry.path))
            yield name, entry


def _make_home(folder: Path) -> None:
    """The folder of the states. It keeps itself out of git: what it holds stands there already."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir()
    except FileExistsError:
        return  # made by somebody, who may want it in git
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def _copy(making: Path, part: str, source: Path, root: Path) -> Home:
    """Copy a file, or what is in a folder; what is neither file, folder nor link (a socket) is left out."""
    home = Home(from_root(source, root), source.exists())
    target = making / part
    if source.is_dir():
        target = target / inside(home.path, part)
        target.mkdir(parents=True)
        for name, entry in walk(source, ((root / FOLDER).resolve(),)):
            _copy_one(Path(entry.path), target / name)
    elif source.is_file():
        _copy_file(source.resolve(), target)
    return home


def _copy_one(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir()
    elif source.is_file():
        _copy_file(source, target)


def _copy_file(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    target.chmod(source.stat().st_mode & 0o777)


def _copy_used(making: Path, used: Collection[Path], root: Path) -> None:
    for path in used:
        if path.resolve().is_relative_to(root.resolve()) and path.is_file():
            target = making / USED / path.resolve().relative_to(root.resolve())
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy_file(path.resolve(), target)


def from_root(path: Path, root: Path) -> str:
    """The path as a record writes it: from the project's folder where it is below, else absolute."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link in it must stay one
    base = Path(os.path.abspath(root))  # noqa: PTH100
    return (absolute.relative_to(base) if absolute.is_relative_to(base) else absolute).as_posix()


def _write_record(making: Path, said: Mapping[str, Any], homes: Mapping[str, Home], now: datetime) -> None:
    schema = making / SCHEMA
    record = {
        "tool": TOOL,
        "tool_version": __version__,
        "kept_at": now.isoformat(),
        **said,
        "schema_sha256": sha256(schema.read_bytes()).hexdigest() if schema.is_file() else None,
        "parts": {name: {"path": home.path, "there": home.there} for name, home in homes.items()},
    }
    (making / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _rename(making: Path, folder: Path, stamp: str) -> Path:
    """Give the state its name: the first that is free, also where somebody else keeps one in the same second."""
    number = 1
    while True:
        path = folder / (stamp if number == 1 else f"{stamp}_{number}")
        # A folder cannot be renamed over one that holds something, so of two who try one is refused.
        if not path.exists() and not path.is_symlink():
            try:
                return making.rename(path)
            except OSError:
                if not path.exists():
                    raise
        number += 1


def _point_to(folder: Path, name: str) -> None:
    """`latest` is the state kept last: a link, or where there are none a file that holds its name.

    A comfort only: that it cannot be made is no reason to stop.
    """
    link, making = folder / LATEST, folder / f"{_KEEPING}{uuid.uuid4().hex}"
    try:
        try:
            making.symlink_to(name, target_is_directory=True)
        except (OSError, NotImplementedError):
            making.write_text(f"{name}\n", encoding="utf-8")
        making.replace(link)
    except OSError:
        making.unlink(missing_ok=True)


def _latest(folder: Path) -> str | None:
    link = folder / LATEST
    try:
        return link.readlink().name if link.is_symlink() else link.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None


def _clear(root: Path, keep: int, spare: Collection[str]) -> None:
    """Take away our states beyond those that are kept, and what runs left that were ended in the middle."""
    folder = root / FOLDER
    for state in [one for one in states(root) if one.ours][keep:] if keep else ():
        if state.name not in spare:
            try:
                # First out of sight, so that no state is ever seen with half of its files.
                state.path.rename(folder / f"{_GOING}{state.name}")
            except OSError:
                continue
    for path in folder.iterdir():
        if path.name.startswith(_GOING) or (path.name.startswith(_KEEPING) and _age_s(path) > _FORGOTTEN_S):
            shutil.rmtree(path, ignore_errors=True)


def _age_s(path: Path) -> float:
    try:
        return time() - path.lstat().st_mtime
    except OSError:
        return 0.0


def _read(path: Path, stamp: datetime, number: int) -> State:
    try:
        record = json.loads((path / RECORD).read_bytes())
    except (OSError, ValueError):
        record = None
    if not isinstance(record, dict) or record.get("tool") != TOOL:
        return State(path, stamp, number)
    texts = {
        name: value if isinstance(value := record.get(name), str) else None
        for name in ("before", "environment", "tool_version", "schema_sha256", "applied_head")
    }
    parts = record.get("parts")
    homes = {
        name: Home(str(one.get("path", "")), bool(one.get("there")))
        for name, one in (parts.items() if isinstance(parts, dict) else ())
        if isinstance(one, dict)
    }
    return State(path, stamp, number, True, homes=homes, **texts)


def _nearest(wanted: str, found: Collection[State]) -> State:
    """The state whose time is nearest, for what is a time; else the one whose name looks most like it."""
    digits = re.sub(r"\D", "", wanted)
    if len(digits) >= 8:
        try:
            moment = datetime.strptime(digits[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            pass
        else:
            return min(found, key=lambda state: abs(state.kept_at - moment))
    from difflib import SequenceMatcher

    return max(found, key=lambda state: SequenceMatcher(None, state.name, wanted).ratio())
