"""Copies data folders, in the kernel; as a script (`python -I -S`) what a starting server does not need yet.

Arguments of the script: the kept folder, the new data folder, the owner's uid and gid (`-` for ours). Beside the kept
data folder stands its manifest, which lists its files and, as the fact `later`, folders that can wait, in the order in
which they will be needed: the script copies all but the first of these.
"""

from __future__ import annotations

import json
import os
import sys

MANIFEST = "nself.json"
LINUX = sys.platform == "linux"
LEFT_OUT = ("_fsm", "_vm", "postmaster.pid", "postmaster.opts")
FICLONE = 0x40049409  # linux/fs.h: _IOW(0x94, 9, int)

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing these costs more than many files
    from collections.abc import Callable
    from typing import Any

    Files = list[tuple[str, int]]
    Owner = tuple[int, int] | None


def list_tree(root: str) -> tuple[list[str], Files]:
    """Folders (parents first) and files with their sizes in bytes, as paths below `root`.

    Free space maps and visibility maps are left out: they are hints, which PostgreSQL does without and makes anew. In a
    young database they are a third of all files.
    """
    folders: list[str] = []
    files: Files = []
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(f"{root}/{below}") as entries:
            for entry in entries:
                name = below + entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                    waiting.append(name + "/")
                elif not entry.name.endswith(LEFT_OUT):
                    files.append((name, entry.stat().st_size))
    return folders, files


def make_folders(target: str, folders: list[str], owner: Owner) -> None:
    """Make the data folder and the folders in it."""
    for folder in ("", *folders):
        path = f"{target}/{folder}"
        os.mkdir(path, 0o700)
        if owner is not None:
            os.chown(path, *owner)


def copy_files(source: str, target: str, files: Files, owner: Owner) -> None:
    """Copy files into folders that are there: as reflinks where the file system can. OSError if a size differs."""
    clone = _reflink(source, target, files)
    for name, size in files:
        written = os.open(f"{target}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if size:
                _copy_file(f"{source}/{name}", written, size, clone)
            if owner is not None:
                os.fchown(written, *owner)
        finally:
            os.close(written)


def split(manifest: dict[str, Any]) -> tuple[Files, Files, Files]:
    """The files that a starting server needs; those of the folder that is needed next; the rest."""
    later = [f"{folder}/" for folder in manifest["facts"].get("later", ())]
    following, others = tuple(later[:1]), tuple(later[1:])
    first: Files = []
    second: Files = []
    rest: Files = []
    for name, size in manifest["files"]:
        # str.startswith(()) is False.
        (second if name.startswith(following) else rest if name.startswith(others) else first).append((name, size))
    return first, second, rest


def _copy_file(source: str, written: int, size: int, clone: Callable[[int, int], None] | None) -> None:
    read = os.open(source, os.O_RDONLY)
    try:
        if clone is not None:
            clone(written, read)
            return
        done = 0
        while done < size:
            step = _send(written, read, done, size - done)
            if step == 0:
                raise OSError(f"{source} is shorter than it was")
            done += step
    finally:
        os.close(read)


def _send(written: int, read: int, offset: int, count: int) -> int:
    if LINUX:
        return os.sendfile(written, read, offset, count)
    return os.write(written, os.pread(read, count, offset))


def shares_blocks(folder: str) -> bool:
    """Whether the file system that the folder is on can share blocks between files (btrfs, xfs, APFS …)."""
    if not LINUX:
        return False
    import fcntl

    names = [f"{folder}/.blocks-{os.getpid()}-{number}" for number in (1, 2)]
    one, two = (os.open(name, os.O_RDWR | os.O_CREAT, 0o600) for name in names)
    try:
        os.write(one, bytes(8192))
        fcntl.ioctl(two, FICLONE, one)
    except OSError:
        return False
    finally:
        for handle, name in zip((one, two), names, strict=True):
            os.close(handle)
            os.unlink(name)
    return True


def _reflink(source: str, target: str, files: Files) -> Callable[[int, int], None] | None:
    """How to share blocks between the two folders, or None where the file system cannot."""
    if not LINUX or os.stat(source).st_dev != os.stat(target).st_dev:
        return None
    import fcntl

    def clone(written: int, read: int) -> None:
        fcntl.ioctl(written, FICLONE, read)

    name = next((name for name, size in files if size), None)
    if name is None:
        return None
    trial = f"{target}/.reflink-{os.getpid()}"
    read = os.open(f"{source}/{name}", os.O_RDONLY)
    written = os.open(trial, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        clone(written, read)
    except OSError:
        return None
    finally:
        os.close(read)
        os.close(written)
        os.unlink(trial)
    return clone


def main() -> None:
    kept, target, uid, gid = sys.argv[1:]
    with open(f"{kept}/{MANIFEST}", encoding="utf-8") as file:
        _, _, rest = split(json.load(file))
    copy_files(f"{kept}/data", target, rest, None if uid == "-" else (int(uid), int(gid)))


if __name__ == "__main__":
    main()
