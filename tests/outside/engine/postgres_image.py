"""Builds `postgres:<major>` from the PostgreSQL files of this host, without an image registry.

A registry is not reachable everywhere the tests run. The Debian package `postgresql-15` holds the same programs as
the official image, so the image is made of it: its folders, a shell with the few programs the entry script calls, and
the libraries that `ldd` names.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROGRAMS = (
    *("bash", "cat", "chmod", "chown", "cp", "date", "df", "env", "find", "grep", "head", "id", "ls", "mkdir", "mv"),
    *("rm", "sed", "setpriv", "sleep", "stat", "tail", "touch", "true", "wc"),
)
LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64", "usr/bin/sh": "bash"}
FOLDERS = {
    "docker-entrypoint-initdb.d": 0o755,
    "proc": 0o555,
    "root": 0o700,
    "run": 0o755,
    "run/postgresql": 0o1777,
    "sys": 0o555,
    "tmp": 0o1777,
    "var/lib/postgresql": 0o1777,
}
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\npostgres:x:999:999::/var/lib/postgresql:/bin/bash\n",
    "etc/group": "root:x:0:\npostgres:x:999:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def binaries(major: int) -> Path:
    return Path(f"/usr/lib/postgresql/{major}")


def build(client: Any, major: int, tag: str) -> None:
    """Make the image `tag`, and `tag`-nested with the folders of newer official images.

    Up to major 17 the official image keeps the data folder itself in a volume, from 18 on a folder two levels above.
    `client` is a docker.DockerClient.
    """
    base = f"{tag.replace(':', '-')}-base:latest"
    name, _, version = base.partition(":")
    client.api.import_image_from_data(root_tree(major), repository=name, tag=version)
    home = "/var/lib/postgresql"
    build_on(client, tag, BASE=base, MAJOR=str(major), DATA=f"{home}/data", KEPT=f"{home}/data")
    build_on(client, f"{tag}-nested", BASE=base, MAJOR=str(major), DATA=f"{home}/{major}/docker", KEPT=home)


def build_on(client: Any, tag: str, **arguments: str) -> None:
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        add_text(tar, "Dockerfile", (HERE / "Dockerfile").read_text(encoding="utf-8"))
        add_text(tar, "entrypoint.sh", (HERE / "entrypoint.sh").read_text(encoding="utf-8"), 0o755)
    context.seek(0)
    client.images.build(fileobj=context, custom_context=True, tag=tag, buildargs=arguments, rm=True)


def root_tree(major: int) -> bytes:
    """The root file system as a tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, mode in FOLDERS.items():
            add_folder(tar, name, mode)
        for name, text in FILES.items():
            add_text(tar, name, text)
        for name, target in LINKS.items():
            add_link(tar, name, target)
        add_link(tar, "var/run", "/run")
        files = sorted(set(server_files(major)))
        programs = [Path("/usr/bin") / name for name in PROGRAMS]
        for path in [*files, *programs, *libraries([*files, *programs]), *shared_files(major)]:
            tar.add(path.resolve(), arcname=under_usr(path), recursive=False)
        sample = Path(f"/usr/share/postgresql/{major}/postgresql.conf.sample").read_text(encoding="utf-8")
        add_text(tar, f"usr/share/postgresql/{major}/postgresql.conf.sample", sample + "\nlisten_addresses = '*'\n")
    return out.getvalue()


def server_files(major: int) -> Iterator[Path]:
    """Programs and modules, without the just-in-time compiler (its library alone is larger than all the rest)."""
    root = binaries(major)
    yield from (path for path in (root / "bin").iterdir() if path.is_file())
    for path in (root / "lib").rglob("*"):
        if path.is_file() and "bitcode" not in path.parts and not path.name.startswith("llvmjit"):
            yield path


def shared_files(major: int) -> Iterator[Path]:
    sample = "postgresql.conf.sample"
    for folder in (f"/usr/share/postgresql/{major}", "/usr/share/zoneinfo", "/usr/lib/locale/C.utf8"):
        yield from (path for path in sorted(Path(folder).rglob("*")) if path.is_file() and path.name != sample)


def libraries(files: Iterable[Path]) -> list[Path]:
    """Every library that one of the files needs, as `ldd` names it; files that are no programs name none."""
    told = subprocess.run(
        ["ldd", *map(str, files)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False
    ).stdout
    found = set()
    for line in told.splitlines():
        words = line.split()
        found.update(Path(word) for word in words if word.startswith("/") and not word.endswith(":"))
    return sorted(found)


def under_usr(path: Path) -> str:
    """The name inside the image, where /lib, /bin and so on are links into /usr."""
    parts = path.parts[1:]
    return "/".join(parts if parts[0] == "usr" else ("usr", *parts))


def add_text(tar: tarfile.TarFile, name: str, text: str, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    data = text.encode()
    entry.size, entry.mode = len(data), mode
    tar.addfile(entry, io.BytesIO(data))


def add_folder(tar: tarfile.TarFile, name: str, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    tar.addfile(entry)


def add_link(tar: tarfile.TarFile, name: str, target: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    tar.addfile(entry)
