"""What stands in a folder of migrations, looked up once.

Left out: hidden files and folders (`.git`, `.#x.sql`, `._x.sql`) and all that does not end in `.sql` in any case
(`x.sql~`, `x.sql.orig`, `README.md`). Links are followed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(slots=True)
class Listing:
    """One folder: its SQL files, its folders and its other files, by name in order of name.

    `path` is the folder's path as it is shown, empty for the current one. `unreadable` are the paths of what has a name
    that is not UTF-8, with a question mark for what cannot be shown. Layouts take out what is theirs; what is
    left in `sql` belongs to no migration.
    """

    path: str
    sql: dict[str, str] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def take(self, name: str) -> str:
        """The path of a SQL file that is left, which then no longer is."""
        return self.sql.pop(name)


def list_folder(path: str) -> Listing:
    """The folder's entries. OSError if it cannot be read."""
    listing = Listing("" if path == os.curdir else path)
    prefix = os.path.join(listing.path, "") if listing.path else ""  # noqa: PTH118 - a path ends in a separator or not
    with os.scandir(path) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        name = entry.name
        if name.startswith("."):
            continue
        shown = prefix + name
        if not name.isascii() and not _is_text(name):
            listing.unreadable.append(shown.encode(errors="replace").decode())
        elif name[-4:].lower() == ".sql" and not entry.is_dir():
            listing.sql[name] = shown
        elif entry.is_dir():
            listing.folders[name] = shown
        else:
            listing.others[name] = shown
    return listing


def _is_text(name: str) -> bool:
    """Whether a name could be decoded: Python keeps bytes that could not as lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def sql_below(path: str) -> list[str]:
    """The paths of all SQL files below a folder; one that holds itself is looked at once. OSError if one is closed."""
    found: list[str] = []
    seen: set[str] = set()
    pending = [path]
    while pending:
        folder = pending.pop()
        real = os.path.realpath(folder)
        if real in seen:
            continue
        seen.add(real)
        listing = list_folder(folder)
        found.extend(listing.sql.values())
        pending.extend(listing.folders.values())
    return sorted(found)
