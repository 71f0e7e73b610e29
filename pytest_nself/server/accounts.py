"""As whom the server runs: PostgreSQL refuses uid 0, so as root we drop privileges for the server alone.

In this order: not root: as we are; root: as user `postgres`, else `nobody`, where the programs and the data folder
are reachable for them; else in a user namespace, in which our own uid carries the number of an account that the
system knows (initdb looks its name up); else from a copy of the programs in a readable place.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LAUNCHER = Path(__file__).with_name("in_namespace.py")


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server: `uid`/`gid` own its files; `prefix` stands before its command line."""

    name: str
    uid: int
    gid: int
    drops: bool = False
    prefix: tuple[str, ...] = ()

    def popen_options(self) -> dict[str, Any]:
        """Keyword arguments for `subprocess.Popen`."""
        if self.drops:
            return {"user": self.uid, "group": self.gid, "extra_groups": [], "cwd": "/"}
        return {"cwd": "/"}

    @property
    def owns(self) -> tuple[int, int] | None:
        """(uid, gid) that the server's files must be given to; None: they are ours already."""
        return (self.uid, self.gid) if self.drops else None


def plain() -> Account:
    """The account that we have."""
    return Account("the current user", os.getuid(), os.getgid())


def candidates(*needed: Path) -> list[Account]:
    """The accounts under which the programs and folders in `needed` can be used, best first; empty when none."""
    if os.geteuid() != 0:
        return [plain()]
    found = [_dropped(name) for name in ("postgres", "nobody")]
    known = [account for account in found if account is not None]
    able = [a for a in known if all(reachable(path, a.uid, a.gid) for path in needed)]
    if known and sys.platform == "linux":
        able.append(_namespaced(known[0]))
    return able


def reachable(path: Path, uid: int, gid: int) -> bool:
    """Whether a process with this uid and gid (and no other group) can go to `path` and read it."""
    for step in [*reversed(path.parents), path]:
        try:
            status = step.stat()
        except OSError:
            return False
        mode = status.st_mode
        bits = (mode >> 6) if status.st_uid == uid else (mode >> 3) if status.st_gid == gid else mode
        if not bits & 0o1 or (step == path and not bits & 0o4):
            return False
    return True


def _dropped(name: str) -> Account | None:
    import pwd

    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(f"user {name}", entry.pw_uid, entry.pw_gid, drops=True)


def _namespaced(inside: Account) -> Account:
    prefix = (sys.executable, "-I", "-S", str(LAUNCHER), str(inside.uid), str(inside.gid))
    return Account("a user namespace", os.getuid(), os.getgid(), prefix=prefix)
