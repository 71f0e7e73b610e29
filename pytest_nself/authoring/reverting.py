"""Back to a state that was kept: which files change, and putting them back."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from pytest_nself.core.errors import NselfError
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import WriteFile
from pytest_nself.execute.files import write_files
from pytest_nself.project import folders as project_folders

from .syncs import (
    FOLDER,
    METADATA,
    METADATA_FOLDERS,
    MIGRATIONS,
    SCHEMA,
    SEEDS,
    USED,
    State,
    from_root,
    walk,
)

ADDED, CHANGED, REMOVED = "added", "changed", "removed"

_SHOWN_LINES = 40
_HASH_FILE = ".nself/schema.hash"


class Thing(NamedTuple):
    """A file, or a symbolic link and its text."""

    path: Path
    link: str | None = None

    @property
    def content(self) -> bytes:
        """What the file holds; of a link its text."""
        return os.fsencode(self.link) if self.link is not None else self.path.read_bytes()

    @property
    def mode(self) -> int:
        """A file's permissions."""
        return self.path.stat().st_mode & 0o777


@dataclass(frozen=True, slots=True)
class Change:
    """What happens at a path: `now` is what stands there, `then` what the state has; None is nothing."""

    path: Path
    now: Thing | None
    then: Thing | None

    @property
    def kind(self) -> str:
        """`added`, `changed` or `removed`."""
        return ADDED if self.now is None else REMOVED if self.then is None else CHANGED


@dataclass(frozen=True, slots=True)
class Revert:
    """What it takes to have the files of a state again; `folders` are the state's parts, and where they go.

    `files` are the steps of the changes, but for links.
    """

    state: State
    root: Path
    changes: tuple[Change, ...]
    files: Plan
    folders: tuple[tuple[Path, Path], ...]

    def __bool__(self) -> bool:
        return bool(self.changes)


def plan_revert(
    state: State,
    root: Path,
    *,
    schema_file: Path,
    migrations_folder: Path,
    seeds_folder: Path | None = None,
    with_metadata: bool = False,
) -> Revert:
    """What would change. Files go where the project has them now, whatever it had when the state was kept.

    What the state does not know of (seeds where nobody said which) stays as it is; what it knows was not there, goes.
    Hasura's metadata is put back only `with_metadata`. Raises NselfError where a file cannot be read.
    """
    homes = {
        MIGRATIONS: migrations_folder,
        SEEDS: seeds_folder or home_of(state, SEEDS, root, project_folders.SEEDS[0]),
    }
    if with_metadata:
        present = next((root / one for one in METADATA_FOLDERS if (root / one).is_dir()), None)
        homes[METADATA] = present or home_of(state, METADATA, root, METADATA_FOLDERS[0])
    folders = tuple(
        (state.folder(part, from_root(home, root)), home) for part, home in homes.items() if state.knows(part)
    )
    now: dict[Path, Thing] = {}
    then: dict[Path, Thing] = {}
    try:
        for kept, home in folders:
            now |= _things(home, home, root)
            then |= _things(kept, home, root)
        used = _things(state.path / USED, root, root)
        alone = {**used, **({schema_file: Thing(state.path / SCHEMA)} if state.knows(SCHEMA) else {})}
        now |= {path: Thing(path) for path in alone if path.is_file()}
        then |= {path: thing for path, thing in alone.items() if thing.path.is_file()}
        paths = sorted({*now, *then})
        changes = tuple(
            Change(one, now.get(one), then.get(one)) for one in paths if _differ(now.get(one), then.get(one))
        )
        files = Plan(f"go back to {state.name}", tuple(_steps(changes)))
    except OSError as error:
        cause = f"{error.filename}: {error.strerror or error}. Nothing was changed."
        raise NselfError(f"The files cannot be compared with {state.name}.", cause, "make them readable") from error
    return Revert(state, root, changes, files, folders)


def put_back(revert: Revert) -> None:
    """Make the files those of the state.

    Raises Refused where a file was changed since the plan was made, or NselfError that says how far it came. Keep the
    present state before: then nothing is lost in either case.
    """
    try:
        for one in revert.changes:
            if one.now is not None and one.now.link is not None:
                one.path.unlink(missing_ok=True)
        for plan in _in_turn(revert):
            write_files(plan)
            for kept, home in revert.folders:
                _take_empty(kept, home, revert.root)
        for one in revert.changes:
            if one.then is not None and one.then.link is not None:
                one.path.parent.mkdir(parents=True, exist_ok=True)
                one.path.symlink_to(one.then.link)
        for kept, home in revert.folders:
            _make_folders(kept, home, revert.root)
        # It says for which schema the migrations were written; they may be others now.
        (revert.root / _HASH_FILE).unlink(missing_ok=True)
    except OSError as error:
        raise NselfError(
            f"Not all files of {revert.state.name} could be put back.",
            f"{error.filename}: {error.strerror or error}. The files as they were are the newest state in {FOLDER}.",
            "mend it, then run it again",
        ) from error


def difference(change: Change, shown_as: str, lines: int = _SHOWN_LINES) -> str:
    """The change as a unified diff of at most so many lines; in a word where it has no lines."""
    before = change.now.content if change.now is not None else b""
    after = change.then.content if change.then is not None else b""
    if b"\0" in before + after:
        return f"{shown_as}: not a text"
    if before == after:
        return f"{shown_as}: the same text, with other permissions"
    return text_difference(before.decode(errors="replace"), after.decode(errors="replace"), shown_as, lines)


def text_difference(before: str, after: str, name: str, lines: int | None = None, *, then: str = "then") -> str:
    """A unified diff of two texts, of at most so many lines; empty where only line ends differ."""
    names = f"{name} (now)", f"{name} ({then})"
    found = list(difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm=""))
    if lines is not None and len(found) > lines:
        found = [*found[:lines], f"… and {len(found) - lines} lines more"]
    return "\n".join(found)


def _steps(changes: Iterable[Change]) -> Iterator[WriteFile]:
    for one in changes:
        was_file = one.now is not None and one.now.link is None
        before = sha256(one.now.content).hexdigest() if one.now is not None and was_file else None
        path = str(one.path)
        if one.then is not None and one.then.link is None:
            yield WriteFile(f"write {path}", path, one.then.content, one.then.mode, before)
        elif was_file:
            yield WriteFile(f"take {path} away", path, None, 0, before)


def _things(folder: Path, home: Path, root: Path) -> dict[Path, Thing]:
    """The files and links of a folder, by where they stand in the project."""
    if not folder.is_dir():
        return {}
    found = {}
    for name, entry in walk(folder, ((root / FOLDER).resolve(),)):
        path = Path(entry.path)
        if entry.is_symlink():
            found[home / name] = Thing(path, str(path.readlink()))
        elif entry.is_file():
            found[home / name] = Thing(path)
    return found


def _differ(now: Thing | None, then: Thing | None) -> bool:
    if now is None or then is None:
        return now is not then
    if now.link is not None or then.link is not None:
        return now.link != then.link
    # Only whether it runs: what else a file permits is up to whoever writes it here.
    if (now.mode ^ then.mode) & 0o100 or now.path.stat().st_size != then.path.stat().st_size:
        return True
    return now.content != then.content


def home_of(state: State, part: str, root: Path, usual: str) -> Path:
    """Where a part came from if that is below the project's folder, else the usual place.

    A record may have been written by anybody.
    """
    home = state.homes.get(part)
    path = root / (home.path if home is not None and home.path else usual)
    inside = path.resolve().is_relative_to(root.resolve()) and path.resolve() != root.resolve()
    return path if inside else root / usual


def _in_turn(revert: Revert) -> tuple[Plan, ...]:
    """The steps as one plan, so that all is looked at before anything is done.

    Only where a file comes to where a folder is now, what is in that must go first.
    """
    steps = [step for step in revert.files.steps if isinstance(step, WriteFile)]
    if not any(step.content is not None and Path(step.path).is_dir() for step in steps):
        return (revert.files,)
    gone = tuple(step for step in steps if step.content is None)
    return Plan(revert.files.title, gone), Plan(revert.files.title, tuple(one for one in steps if one not in gone))


def _folders_in(folder: Path, root: Path) -> set[str]:
    if not folder.is_dir():
        return set()
    return {name for name, entry in walk(folder, ((root / FOLDER).resolve(),)) if entry.is_dir(follow_symlinks=False)}


def _take_empty(kept: Path, home: Path, root: Path) -> None:
    """Take away folders that are empty now and that the state does not have."""
    for name in sorted(_folders_in(home, root) - _folders_in(kept, root), reverse=True):
        if not any((home / name).iterdir()):
            (home / name).rmdir()


def _make_folders(kept: Path, home: Path, root: Path) -> None:
    """Make the folders that the state has, empty ones too."""
    if kept.is_dir():
        home.mkdir(parents=True, exist_ok=True)
    for name in sorted(_folders_in(kept, root)):
        (home / name).mkdir(parents=True, exist_ok=True)
