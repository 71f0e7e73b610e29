"""As whom the server runs: PostgreSQL refuses uid 0, so as root we drop privileges for the server alone.

In this order: not root: as we are; root: as user `postgres`, else `nobody`, where the programs and the data folder
are reachable for them; else in a user namespace, in which our own uid carries the number of an account that the
system knows (initdb looks its name up); else as one of these users from a copy of the programs in a readable place.
An ordinary user whose number has no name takes the namespace too.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
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


def candidates(*needed: Path) -> Iterator[Account]:
    """The accounts under which the programs and folders in `needed` can be used, best first; none when there is none.

    Whether a user namespace is allowed shows only when one is made.
    """
    if os.geteuid() == 0:
        yield from dropped(*needed)
        yield from namespaced()
    elif _has_name(os.geteuid()):
        yield plain()
    else:
        yield from namespaced()
        yield plain()


def dropped(*needed: Path) -> Iterator[Account]:
    """The users that root can become and that can reach everything in `needed`, best first."""
    for name in ("postgres", "nobody"):
        account = _dropped(name)
        if account is not None and all(reachable(path, account.uid, account.gid) for path in needed):
            yield account


def namespaced() -> list[Account]:
    """Ourselves in a user namespace, under the number of an account that the system knows; on Linux only."""
    if sys.platform != "linux":
        return []
    import pwd

    known = [_dropped("postgres"), _dropped("nobody")]
    known += [Account(entry.pw_name, entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall() if entry.pw_uid]
    inside = next((account for account in known if account is not None), None)
    if inside is None:
        return []
    prefix = (sys.executable, "-I", "-S", str(LAUNCHER), str(inside.uid), str(inside.gid))
    return [Account("a user namespace", os.getuid(), os.getgid(), prefix=prefix)]


def reachable(path: Path, uid: int, gid: int) -> bool:
    """Whether a process with this uid and gid (and no other group) can pass the folder `path`, or run that file."""
    for step in [*reversed(path.parents), path]:
        try:
            status = step.stat()
        except OSError:
            return False
        mode = status.st_mode
        bits = (mode >> 6) if status.st_uid == uid else (mode >> 3) if status.st_gid == gid else mode
        if not bits & 0o1 or (stat.S_ISREG(mode) and not bits & 0o4):
            return False
    return True


def _dropped(name: str) -> Account | None:
    import pwd

    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(f"user {name}", entry.pw_uid, entry.pw_gid, drops=True)


def _has_name(uid: int) -> bool:
    import pwd

    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
