"""The list of the template's tables, kept under its fingerprint, so that items have names before a server runs."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_nself.sandbox.from_settings import template_of
from pytest_nself.server.cache import cache_root

if TYPE_CHECKING:
    from pytest_nself.plugin.run import Run

KEPT = 64  # lists; a project's migrations change every day


class TableList:
    """Names as `schema.table`. NselfError when the recipe cannot be read."""

    def __init__(self, run: Run) -> None:
        # What a hook puts into the template is no part of its fingerprint.
        self._usable = not run.config.hook.pytest_nself_template_ready.get_hookimpls()
        provider = run.provider.name if run.provider is not None else ""
        parts = [template_of(run.settings, run.root, run.table).blueprint().fingerprint, provider]
        parts.append(str(run.settings["postgres_version"]))
        folder = cache_root(run.settings["cache"]) / "tables"
        self._path = folder / f"{sha256(json.dumps(parts).encode()).hexdigest()[:32]}.json"

    def read(self) -> tuple[str, ...] | None:
        """The tables of the last template with this fingerprint; None when none was looked at."""
        if not self._usable:
            return None
        try:
            names = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return tuple(map(str, names)) if isinstance(names, list) else None

    def write(self, names: Sequence[str]) -> None:
        """Keep the list; where nothing can be written the next run looks again."""
        half = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            half.write_text(json.dumps(list(names)), encoding="utf-8")
            half.replace(self._path)
            _forget_old(self._path.parent)
        except OSError:
            half.unlink(missing_ok=True)


def _forget_old(folder: Path) -> None:
    lists = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in lists[KEPT:]:
        path.unlink(missing_ok=True)
