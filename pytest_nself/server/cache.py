"""Data folders kept between runs: built once under a lock, copied by every run."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from . import copying
from .accounts import Account
from .copying import MANIFEST
from .datafolder import copy_apart
from .locks import locked
from .runfolder import base_folder, make_private

# From here on a process of its own, on another core, is worth its start.
MANY_FILES = 2000


def cache_root(setting: str | None) -> Path:
    """Where data folders are kept: the setting, the platform's cache folder, or a temporary one if that is closed."""
    if setting:
        return Path(setting).expanduser()
    from platformdirs import user_cache_path

    root = user_cache_path("pytest-nself")
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.access(root, os.W_OK):
            return root
    except OSError:
        pass
    return make_private(base_folder(None)) / "cache"


_keeping: list[Thread] = []


def settle() -> None:
    """Wait until what this process has built is kept; then its own data folders may go."""
    while _keeping:
        _keeping.pop().join()


class Cache:
    """A folder of data folders, each under its key: built by one process, copied by many."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, key: str) -> CachedFolder | None:
        """The data folder kept under `key`, if it is there and whole."""
        folder = CachedFolder(self.root / key)
        return folder if folder.whole() else None

    def build(self, key: str, make: Callable[[], tuple[Path, Mapping[str, Any]]], *, wait: bool = True) -> CachedFolder:
        """The folder kept under `key`; if it is missing exactly one process makes it, the others wait for that.

        `make` returns a cleanly stopped data folder, which is copied, and facts to keep beside it. Without `wait` the
        data folder, which must be called `data`, can be used at once, while a thread copies it: `settle()` waits for
        that. The lock is held until then.
        """
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with ExitStack() as stack:
            stack.enter_context(locked(self.root / f"{key}.lock"))
            found = self.find(key)
            if found is not None:
                return found
            data, facts = make()
            folders, files = copying.list_tree(str(data))
            manifest = {"folders": folders, "files": files, "facts": dict(facts)}
            if wait:
                return self._keep(key, data, manifest)
            (data.parent / MANIFEST).write_text(json.dumps(manifest))
            thread = Thread(target=self._keep_behind, args=(key, data, manifest, stack.pop_all()), name="nself: cache")
            thread.start()
            _keeping.append(thread)
            return CachedFolder(data.parent)

    def _keep_behind(self, key: str, data: Path, manifest: dict[str, Any], lock: ExitStack) -> None:
        with lock:
            try:
                self._keep(key, data, manifest)
            except OSError:
                # No room for it: the next run builds anew, and says so if it cannot.
                shutil.rmtree(self.root / f"{key}.half", ignore_errors=True)

    def _keep(self, key: str, data: Path, manifest: dict[str, Any]) -> CachedFolder:
        half = self.root / f"{key}.half"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        copying.make_folders(str(half / "data"), manifest["folders"], None)
        copying.copy_files(str(data), str(half / "data"), manifest["files"], None)
        (half / MANIFEST).write_text(json.dumps(manifest))
        shutil.rmtree(self.root / key, ignore_errors=True)
        half.rename(self.root / key)
        self._forget_old()
        return CachedFolder(self.root / key)

    def _forget_old(self, keep: int = 12) -> None:
        """Keep the `keep` folders used last: a project's migrations change every day."""
        folders = [path for path in self.root.iterdir() if (path / MANIFEST).exists()]
        folders.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in folders[keep:]:
            shutil.rmtree(path, ignore_errors=True)


class CachedFolder:
    """A data folder in the cache, with the list of what it holds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._manifest: dict[str, Any] | None = None

    def whole(self) -> bool:
        """Whether every file is there; sizes are checked while copying (a power cut can leave files empty)."""
        try:
            self._manifest = json.loads((self.path / MANIFEST).read_text())
        except (OSError, ValueError):
            return False
        return True

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was kept beside the folder when it was built."""
        if self._manifest is None and not self.whole():
            return {}
        assert self._manifest is not None
        facts: Mapping[str, Any] = self._manifest["facts"]
        return facts

    def copy_to(self, target: Path, account: Account) -> Rest:
        """Copy it to `target`, owned by the account, but for what the server does not need to start: that is the rest.

        OSError from here or from the rest when the cached folder is damaged, or there is no room.
        """
        if self._manifest is None:
            self.whole()
        assert self._manifest is not None
        first, second, others = copying.split(self._manifest)
        source, goal = str(self.path / "data"), str(target)
        copying.make_folders(goal, self._manifest["folders"], account.owns)
        rest = Rest(self.path, target, second, others, account.owns)
        try:
            copying.copy_files(source, goal, first, account.owns)
        except BaseException:
            rest.give_up()
            raise
        os.utime(self.path)
        return rest


class Rest:
    """The files that a starting server does not need: we copy them meanwhile, many of them with a helping process."""

    def __init__(
        self,
        kept: Path,
        target: Path,
        second: copying.Files,
        others: copying.Files,
        owner: tuple[int, int] | None,
    ) -> None:
        self._process = copy_apart(kept, target, owner) if len(others) > MANY_FILES else None
        ours = second if self._process is not None else second + others
        self._copy = partial(copying.copy_files, str(kept / "data"), str(target), ours, owner)

    def while_starting(self) -> None:
        """The server has been executed: the time that it needs is ours."""
        self._copy()

    def wait(self) -> None:
        """Wait until everything is there."""
        if self._process is None:
            return
        _, said = self._process.communicate()
        if self._process.returncode != 0:
            # As it was raised there: whether the folder is damaged or the room is used up shows in its number.
            number = re.search(r"\[Errno (\d+)\]", said)
            raise OSError(int(number[1]) if number else errno.EIO, said.strip().splitlines()[-1] if said else "")

    def give_up(self) -> None:
        """Nobody needs the copy any more."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
