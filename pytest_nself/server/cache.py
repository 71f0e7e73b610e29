"""Data folders kept between runs: built once under a lock, copied by every run."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from .accounts import Account
from .datafolder import copy_files, copy_tree, list_tree
from .locks import locked
from .runfolder import base_folder, make_private

MANIFEST = "nself.json"


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


class Cache:
    """A folder of data folders, each under its key: built by one process, copied by many."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, key: str) -> CachedFolder | None:
        """The data folder kept under `key`, if it is there and whole."""
        folder = CachedFolder(self.root / key)
        return folder if folder.whole() else None

    def build(self, key: str, make: Callable[[], tuple[Path, Mapping[str, Any]]]) -> CachedFolder:
        """The folder kept under `key`; if it is missing exactly one process makes it, the others wait for that.

        `make` returns a cleanly stopped data folder, which is copied, and facts to keep beside it.
        """
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self.root / f"{key}.lock"):
            found = self.find(key)
            if found is not None:
                return found
            data, facts = make()
            return self._keep(key, data, facts)

    def _keep(self, key: str, data: Path, facts: Mapping[str, Any]) -> CachedFolder:
        half = self.root / f"{key}.half"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        listing = list_tree(data)
        copy_tree(data, half / "data", listing, None)
        (half / MANIFEST).write_text(json.dumps({"folders": listing[0], "files": listing[1], "facts": dict(facts)}))
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

    def copy_to(self, target: Path, account: Account) -> Callable[[], None]:
        """Copy it to `target`, owned by the account, but for what the server does not need to start.

        What is returned copies the rest: the files of the folders that the fact `later` names. OSError from either when
        the cached folder is damaged.
        """
        if self._manifest is None:
            self.whole()
        assert self._manifest is not None
        files = [(name, size) for name, size in self._manifest["files"]]
        later = tuple(f"{folder}/" for folder in self.facts.get("later", ()))
        rest = [file for file in files if file[0].startswith(later)] if later else []
        first = [file for file in files if not file[0].startswith(later)] if later else files
        copy_tree(self.path / "data", target, (self._manifest["folders"], first), account.owns)
        os.utime(self.path)
        return partial(copy_files, self.path / "data", target, rest, account.owns)
