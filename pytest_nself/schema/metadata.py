"""`Metadata` blocks: what they say goes to the objects they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from .elements import MetadataBlock
from .model import Column, Key, Note, Setting, StickyNote, Table, TableGroup, ValueKind, key_of
from .problems import Problems

_BUILT_IN = frozenset(("headercolor", "color"))
_Told = TypeVar("_Told", Table, TableGroup, StickyNote)
_Named = TypeVar("_Named", TableGroup, StickyNote)


@dataclass(slots=True)
class Targets:
    """What metadata can be about; the lists are changed in place."""

    tables: list[Table]
    groups: list[TableGroup]
    notes: list[StickyNote]
    aliases: Mapping[str, Key]


def apply_metadata(blocks: Iterable[MetadataBlock], targets: Targets, problems: Problems) -> None:
    """Give each block to its object; one that does not exist is told. A later block wins over an earlier one."""
    positions: dict[Key, list[int]] = {}
    for at, table in enumerate(targets.tables):
        positions.setdefault(table.key, []).append(at)
    for block in blocks:
        if block.kind in ("table", "column"):
            done = _to_table(block, targets, positions)
        elif block.kind == "tablegroup":
            done = _to_named(block, targets.groups)
        else:
            done = _to_named(block, targets.notes)
        if not done:
            message = f'{block.kind} "{".".join(block.target)}", which metadata is about, does not exist'
            problems.absent(message, block.place)


def _to_table(block: MetadataBlock, targets: Targets, positions: Mapping[Key, list[int]]) -> bool:
    path = block.target if block.kind == "table" else block.target[:-1]
    if len(path) not in (1, 2):
        return False
    key = key_of(path[0] if len(path) == 2 else None, path[-1])
    if len(path) == 1 and key not in positions:
        key = targets.aliases.get(path[0], key)
    done = False
    for at in positions.get(key, ()):
        table = targets.tables[at]
        if block.kind == "table":
            targets.tables[at] = _told(table, block.settings)
            done = True
            continue
        column = table.column(block.target[-1])
        if column is not None:
            about = _about_column(column, block.settings)
            targets.tables[at] = replace(table, columns=tuple(about if one is column else one for one in table.columns))
            done = True
    return done


def _to_named(block: MetadataBlock, objects: list[_Named]) -> bool:
    for at, one in enumerate(objects):
        if one.name == ".".join(block.target):
            objects[at] = _told(one, block.settings)
            return True
    return False


def _told(one: _Told, settings: Iterable[Setting]) -> _Told:
    settings = tuple(settings)
    note = _note(settings)
    own = [setting for setting in settings if setting.key.lower() in _BUILT_IN]
    custom = [setting for setting in settings if setting.key.lower() not in _BUILT_IN and setting.key.lower() != "note"]
    told = replace(one, settings=_newest(own, one.settings), metadata=_newest(custom, one.metadata))
    if note is None or isinstance(told, StickyNote):
        return told
    return replace(told, note=note)


def _about_column(column: Column, settings: Iterable[Setting]) -> Column:
    settings = tuple(settings)
    custom = [setting for setting in settings if setting.key.lower() != "note"]
    return replace(column, note=_note(settings) or column.note, metadata=_newest(custom, column.metadata))


def _note(settings: Iterable[Setting]) -> Note | None:
    for setting in settings:
        if setting.key.lower() == "note" and setting.value is not None and setting.value.kind is ValueKind.STRING:
            return Note(setting.value.text, setting.place)
    return None


def _newest(*lists: Iterable[Setting]) -> tuple[Setting, ...]:
    found: dict[str, Setting] = {}
    for settings in lists:
        for setting in settings:
            found.setdefault(setting.key, setting)
    return tuple(found.values())
