"""Files that use each other: `use { table users } from './auth'`."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

from .file_reader import read_file
from .model import Key, Use, key_of, spell_name
from .parts import Parts
from .problems import MISSING, Problems, nearest

_ENDING = ".dbml"


def read_linked_files(path: str, load: Callable[[str], str | None], problems: Problems) -> Parts:
    """The elements of a file and of all that it reaches; a file or an element that does not exist is told."""
    files: dict[str, Parts] = {}
    waiting: list[tuple[str, Place | None]] = [(path, None)]
    while waiting:
        one, asked = waiting.pop(0)
        if one in files:
            continue
        text = load(one)
        if text is None:
            problems.add(MISSING, f'the file "{one}" does not exist', asked or Place(one), subject=_file(path))
            files[one] = Parts()
            continue
        problems.subject = _file(one)
        files[one] = read_file(text, one, problems)
        waiting += [(linked_path(one, use.path), use.place) for use in files[one].uses]
    for one, parts in files.items():
        problems.subject = _file(one)
        for use in parts.uses:
            _check(one, use, files, problems)
    whole = Parts()
    for parts in files.values():
        whole.extend(parts)
    return whole


def linked_path(path: str, used: str) -> str:
    """The path of a file that `path` uses."""
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), used))
    return found if found.endswith(_ENDING) else found + _ENDING


def _file(path: str) -> ObjectRef:
    return ObjectRef("file", None, path)


def _check(path: str, use: Use, files: Mapping[str, Parts], problems: Problems) -> None:
    """Tell the elements that the used file, with those that it uses itself, does not have."""
    reached = [linked_path(path, use.path)]
    for one in reached:
        reached += [
            other for other in (linked_path(one, again.path) for again in files[one].uses) if other not in reached
        ]
    known: dict[str, set[Key]] = {}
    for one in reached:
        for kind, there in _defined(files[one]).items():
            known.setdefault(kind, set()).update(there)
    if not any(known.values()):
        return
    for element in use.elements:
        keys = known.get(element.kind)
        if keys is not None and key_of(element.schema, element.name) not in keys:
            name = spell_name(element.schema, element.name)
            remedy = nearest(element.name, sorted(key[1] for key in keys))
            problems.add(MISSING, f'{element.kind} "{name}" is not in "{use.path}"', element.place, remedy)


def _defined(parts: Parts) -> dict[str, set[Key]]:
    """What a file defines, and the aliases that it gives to what it uses."""
    found: dict[str, set[Key]] = {
        "table": {table.key for table in parts.tables},
        "enum": {enum.key for enum in parts.enums},
        "tablegroup": {key_of(group.schema, group.name) for group in parts.groups},
        "tablepartial": {key_of(None, partial.name) for partial in parts.partials},
        "note": {key_of(None, note.name) for note in parts.notes},
    }
    for use in parts.uses:
        for element in use.elements:
            if element.alias is not None:
                found.setdefault(element.kind, set()).add(key_of(None, element.alias))
    return found
