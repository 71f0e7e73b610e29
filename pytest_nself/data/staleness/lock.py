"""The lock of the fixture sets: what each relied on when it was last good, as JSON that is easy to merge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

FILE_NAME = ".nself-lock.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class LockedColumn:
    """A column as a set knew it. `number` is its attnum, which a rename keeps; `as_written` other words for it.

    `left_out` says that a row of the set leaves the column to its default.
    """

    name: str
    number: int
    type: str
    not_null: bool = False
    default: str | None = None
    left_out: bool = False
    as_written: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LockedTable:
    """A table as a set knew it: the columns that it uses, all constraints, and the highest attnum there was."""

    columns: Mapping[str, LockedColumn] = field(default_factory=dict)
    constraints: Mapping[str, str] = field(default_factory=dict)
    last: int = 0

    def numbered(self, number: int) -> LockedColumn | None:
        """The column of this attnum."""
        return next((one for one in self.columns.values() if one.number == number), None)

    def written(self, word: str) -> LockedColumn | None:
        """The column that a file means by this word."""
        if word in self.columns:
            return self.columns[word]
        return next((one for one in self.columns.values() if word in one.as_written), None)


@dataclass(frozen=True, slots=True)
class LockedSet:
    """What one set relied on. `fingerprint` is that of its files; `enums` are labels by the type's name."""

    fingerprint: str = ""
    tables: Mapping[ObjectRef, LockedTable] = field(default_factory=dict)
    enums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lock:
    """The sets by their names."""

    sets: Mapping[str, LockedSet] = field(default_factory=dict)

    def with_set(self, name: str, locked: LockedSet) -> Lock:
        """The same with this set as it is now."""
        return Lock({**self.sets, name: locked})

    def only(self, names: set[str]) -> Lock:
        """Without the sets that are gone."""
        return Lock({name: locked for name, locked in self.sets.items() if name in names})


def read_lock(folder: Path) -> Lock:
    """The lock of a folder of fixture sets; an empty one where there is none. FixtureError for a file that is none."""
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Lock()
    return parse_lock(text, str(path))


def parse_lock(text: str, path: str = FILE_NAME) -> Lock:
    """The lock that a text says."""
    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise ValueError(f"its version is {document['version']}, this release knows {VERSION}")
        return Lock({name: _set(fields) for name, fields in document["sets"].items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise FixtureError(
            "The lock of the fixture sets cannot be read.",
            f"{error}." if isinstance(error, ValueError) else "Something is missing in it.",
            "settle the merge conflict in it, or delete the file and run: nself db fixtures verify",
            place=Place(path, line),
        ) from None


def _set(fields: Mapping[str, Any]) -> LockedSet:
    return LockedSet(
        fields["fingerprint"],
        {_ref(name): _table(table) for name, table in fields["tables"].items()},
        {name: tuple(labels) for name, labels in fields.get("enums", {}).items()},
    )


def _ref(name: str) -> ObjectRef:
    from pytest_nself.data.written.names import table_of

    ref = table_of(name)
    if ref is None:
        raise ValueError(f"{name} is no table's name")
    return ref


def _table(fields: Mapping[str, Any]) -> LockedTable:
    columns = {
        name: LockedColumn(
            name,
            column["attnum"],
            column["type"],
            column.get("not_null", False),
            column.get("default"),
            column.get("left_out", False),
            tuple(column.get("as", ())),
        )
        for name, column in fields["columns"].items()
    }
    return LockedTable(columns, dict(fields.get("constraints", {})), fields["last"])


def lock_text(lock: Lock) -> str:
    """The lock as JSON: sorted, a column or a constraint to a line, so that a change is a line of a diff."""
    sets = [_member(name, _set_lines(locked)) for name, locked in sorted(lock.sets.items())]
    return "\n".join(["{", f'  "version": {VERSION},', *_block("sets", sets, 1, last=True), "}"]) + "\n"


def _set_lines(locked: LockedSet) -> list[str]:
    tables = [_member(_table_name(ref), _table_lines(table)) for ref, table in sorted(locked.tables.items(), key=_name)]
    enums = [[f"{_json(name)}: {_json(list(labels))}"] for name, labels in sorted(locked.enums.items())]
    lines = [f'  "fingerprint": {_json(locked.fingerprint)},']
    lines += _block("tables", tables, 1, last=not enums)
    return lines + (_block("enums", enums, 1, last=True) if enums else [])


def _table_lines(table: LockedTable) -> list[str]:
    columns = [[f"{_json(one.name)}: {_json(_column(one))}"] for one in sorted(table.columns.values(), key=_number)]
    constraints = [[f"{_json(name)}: {_json(text)}"] for name, text in sorted(table.constraints.items())]
    lines = [f'  "last": {table.last},', *_block("columns", columns, 1, last=not constraints)]
    return lines + (_block("constraints", constraints, 1, last=True) if constraints else [])


def _column(one: LockedColumn) -> dict[str, Any]:
    said: dict[str, Any] = {"attnum": one.number, "type": one.type}
    said |= {"not_null": True} if one.not_null else {}
    said |= {"default": one.default} if one.default is not None else {}
    said |= {"left_out": True} if one.left_out else {}
    return said | ({"as": sorted(one.as_written)} if one.as_written else {})


def _member(name: str, lines: list[str]) -> list[str]:
    return [f"{_json(name)}: {{", *lines, "}"]


def _block(name: str, members: list[list[str]], depth: int, *, last: bool) -> list[str]:
    """An object's member that is an object, each of its own members indented one step more."""
    comma = "" if last else ","
    if not members:
        return [f"{'  ' * depth}{_json(name)}: {{}}{comma}"]
    lines = [f"{'  ' * depth}{_json(name)}: {{"]
    for number, member in enumerate(members):
        end = "," if number < len(members) - 1 else ""
        lines += [f"{'  ' * (depth + 1)}{line}" for line in (*member[:-1], member[-1] + end)]
    return [*lines, f"{'  ' * depth}}}{comma}"]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(one: LockedColumn) -> int:
    return one.number


def _name(item: tuple[ObjectRef, LockedTable]) -> str:
    return _table_name(item[0])


def _table_name(ref: ObjectRef) -> str:
    return ".".join(_part(part) for part in (ref.schema, ref.name) if part is not None)


def _part(name: str) -> str:
    plain = not any(letter in '".' or letter.isspace() for letter in name)
    return name if plain else '"' + name.replace('"', '""') + '"'
