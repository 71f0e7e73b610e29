"""A copy of PostgreSQL's programs where every user may read them: the last way to run a server as root."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from .accounts import Account, reachable
from .installation import Installation
from .locks import locked
from .runfolder import make_private

PARTS = ("bin", "lib", "lib64", "share")
DONE = "complete"


def readable_copy(installation: Installation, account: Account) -> Installation | None:
    """The installation copied to a place that the account can reach, once for all runs; None where there is none."""
    key = sha256(installation.stamp().encode()).hexdigest()[:16]
    for base in _bases():
        place = make_private(base / f"nself-{os.getuid()}")
        if not reachable(base, account.uid, account.gid):
            continue
        target = place / f"programs-{key}"
        try:
            with locked(place / f"programs-{key}.lock"):
                if not (target / DONE).exists():
                    shutil.rmtree(target, ignore_errors=True)
                    _copy(installation.bin.parent, target)
                    (target / DONE).touch()
        except OSError:
            shutil.rmtree(target, ignore_errors=True)
            continue
        return Installation(_home(installation.bin.parent, target) / "bin", installation.origin)
    return None


def _bases() -> Iterator[Path]:
    # /var/tmp first: it survives a reboot, and unlike memory it may hold programs.
    for base in (Path("/var/tmp"), Path(tempfile.gettempdir()), Path("/dev/shm")):
        if base.is_dir() and os.access(base, os.W_OK) and not os.statvfs(base).f_flag & os.ST_NOEXEC:
            yield base


def _home(source: Path, target: Path) -> Path:
    return target / source.parent.name / source.name


def _copy(source: Path, target: Path) -> None:
    """Copy an installation's folder, and what its programs look up beside it, with the same relative places."""
    home = _home(source, target)
    home.mkdir(parents=True)
    for part in PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, home / part, symlinks=True)
    # Wheels keep their libraries beside the package, found relative to the programs.
    libraries = source.parent.with_name(f"{source.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    for folder, _, files in os.walk(target):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if os.access(path, os.X_OK) and path.stat().st_mode & 0o100 else 0o644)
