"""PostgreSQL's client programs on this machine (`pg_dump` and the like): the one that fits a server.

A dump must be made by a client of the server's major or a newer one: an older one refuses.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_nself.core.errors import ToolMissing

from .installation import USUAL_FOLDERS, Installation, find_embedded

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Client:
    """One client program. `version` is PostgreSQL's number (150018); `origin` says how it was found."""

    path: Path
    version: int
    origin: str

    @property
    def major(self) -> int:
        return self.version // 10000

    def __str__(self) -> str:
        return f"{self.path.name} {self.major}.{self.version % 10000} ({self.origin})"


def is_local(host: str) -> bool:
    """Whether a client without TLS may talk to this host: a socket's folder, or this machine's own address."""
    return host.startswith("/") or host in _LOCAL


def find_client(name: str, *, server_version: int, host: str, bin_setting: str | None = None) -> Client:
    """The program `name` for a server of this version at `host`: of the server's major, else the next newer one.

    The embedded server's programs are built without TLS, so they are taken for local servers alone, and last. Raises
    ToolMissing that names what was found instead.
    """
    wanted = server_version // 10000
    found = list(_clients(name, bin_setting, embedded=is_local(host)))
    fitting = [client for client in found if client.major >= wanted]
    if fitting:
        # min() keeps the first of equals, and the setting comes before PATH.
        return min(fitting, key=lambda client: client.major)
    older = ", ".join(str(client) for client in found)
    embedded = isinstance(find_embedded(), Installation) and not is_local(host)
    raise ToolMissing(
        f"There is no {name} for PostgreSQL {wanted}.",
        (f"Found: {older}; a client must not be older than the server." if older else "Looked for it in the folder of ")
        + ("" if older else "nself_postgres_bin, on PATH, and in the usual folders of PostgreSQL's packages.")
        + (" The embedded server's has no TLS, so it is not used for other machines." if embedded else ""),
        f"install PostgreSQL's client programs (Debian: postgresql-client-{wanted}; Homebrew: postgresql@{wanted}), or "
        "name their folder with NSELF_POSTGRES_BIN",
    )


def _clients(name: str, bin_setting: str | None, *, embedded: bool) -> Iterator[Client]:
    seen: set[Path] = set()
    for path, origin in _places(name, bin_setting, embedded=embedded):
        if os.access(path, os.X_OK) and path.resolve() not in seen:
            seen.add(path.resolve())
            if version := _version_of(path):
                yield Client(path, version, origin)


def _places(name: str, bin_setting: str | None, *, embedded: bool) -> Iterator[tuple[Path, str]]:
    if bin_setting:
        yield Path(bin_setting).expanduser() / name, "nself_postgres_bin"
    on_path = shutil.which(name)
    # Debian's wrapper chooses by itself; what it chooses from stands in the usual folders.
    if on_path and Path(on_path).resolve().name == name:
        yield Path(on_path), "PATH"
    for pattern in USUAL_FOLDERS:
        root, _, rest = pattern.partition("*")
        folder, _, prefix = root.rpartition("/")
        for place in sorted(Path(folder).glob(f"{prefix}*{rest}"), reverse=True):
            yield place / name, str(place)
    wheel = find_embedded() if embedded else ""
    if isinstance(wheel, Installation):
        yield wheel.bin / name, wheel.origin


def _version_of(program: Path) -> int:
    """PostgreSQL's number; 0 when the program does not answer."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r"(\d+)(?:\.(\d+))?", answer)
    return int(match[1]) * 10000 + int(match[2] or 0) if match else 0
